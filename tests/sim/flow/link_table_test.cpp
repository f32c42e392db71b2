#include "sim/flow/link_table.hpp"

#include <gtest/gtest.h>

namespace ringwood {
namespace {

// Two hosts of a leaf send to two of another over one cable: it lets one burst pass, and not two.
TEST(LinkTable, ABurstIsThatOfEveryLinkOfTheWay) {
  const Machine machine = make_machine("fat-tree:down=2x2,up=1x1");
  LinkTable links(machine, 0);
  std::vector<FlowLink> first;
  std::vector<FlowLink> second;
  links.append_route(0, 2, first);
  links.append_route(1, 3, second);
  EXPECT_EQ(links.take_burst(first, 600, 1000, 0), 600);
  EXPECT_EQ(links.take_burst(second, 600, 1000, 0), 400);
  EXPECT_EQ(links.take_burst(second, 600, 1000, 0), 0);
  // 1800 bytes are owed; of 1000 of them the cable is free again after as many bytes' time.
  const auto later = static_cast<Picoseconds>(1000 / links.capacities()[first[1]]);
  EXPECT_EQ(links.take_burst(first, 600, 1000, later), 200);
  LinkTable next(machine, 0);
  next.fill_as(links, 2 * later);
  first.clear();
  next.append_route(0, 2, first);
  EXPECT_EQ(next.take_burst(first, 10'000, 1000, 0), 600);
}

}  // namespace
}  // namespace ringwood
