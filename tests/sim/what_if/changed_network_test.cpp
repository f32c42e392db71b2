#include "sim/what_if/changed_network.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "ringwood/error.hpp"
#include "topology/machine.hpp"

namespace ringwood {
namespace {

std::vector<LinkId> route_of(const Topology& network, Host from, Host to) {
  std::vector<LinkId> route;
  network.route(from, to, route);
  return route;
}

void expect_route(const Topology& network, Host from, Host to) {
  const std::vector<LinkId> route = route_of(network, from, to);
  Vertex at = from;
  for (const LinkId id : route) {
    EXPECT_EQ(network.link(id).from, at);
    EXPECT_GT(network.link(id).bandwidth, 0);
    at = network.link(id).to;
  }
  EXPECT_EQ(at, to);
}

TEST(ChangedNetwork, ADegradedLinkIsOnTheSameRouteAndNarrower) {
  const Machine machine = make_machine("fat-tree:leaves=4,hosts-per-leaf=4,spines=4");
  const std::vector<LinkId> route = route_of(*machine.network, 0, 15);
  ASSERT_EQ(route.size(), 4U);
  const auto changed = change_links(machine.network, {{route[1], 0.25}});
  EXPECT_EQ(route_of(*changed, 0, 15), route);
  EXPECT_DOUBLE_EQ(changed->path(0, 15).bandwidth, machine.network->path(0, 15).bandwidth / 4);
  EXPECT_EQ(changed->path(0, 15).latency, machine.network->path(0, 15).latency);
  EXPECT_DOUBLE_EQ(changed->path(15, 0).bandwidth, machine.network->path(15, 0).bandwidth);
  EXPECT_FALSE(changed->is_uniform());
}

TEST(ChangedNetwork, AFailedLinkIsGoneAround) {
  for (const char* spec : {"fat-tree:leaves=4,hosts-per-leaf=4,spines=4", "torus:dims=4x4", "dragonfly"}) {
    const Machine machine = make_machine(spec);
    const Host last = machine.network->hosts() - 1;
    const std::vector<LinkId> route = route_of(*machine.network, 0, last);
    const LinkId failed = route[route.size() / 2];
    const auto changed = change_links(machine.network, {{failed, 0}});
    EXPECT_THAT(route_of(*changed, 0, last), testing::Not(testing::Contains(failed))) << spec;
    for (Host from = 0; from <= last; ++from) {
      expect_route(*changed, from, (from * 7 + 3) % (last + 1));
    }
  }
}

TEST(ChangedNetwork, WhatCannotBeIsAnErrorOfOneLine) {
  const Machine machine = make_machine("crossbar:hosts=4");
  const auto cut_off = change_links(machine.network, {{2, 0}});
  const auto expect_error = [](const auto& call, const char* message) {
    try {
      call();
      ADD_FAILURE() << message;
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), message);
    }
  };
  expect_error([&] { static_cast<void>(route_of(*cut_off, 1, 0)); },
               "with the failed links there is no way left from host 1 to host 0");
  expect_error(
      [&] {
        static_cast<void>(change_links(machine.network, {{8, 1}}));
      },
      "the network has no link 8; accepted: 0 to 7");
  EXPECT_THROW(static_cast<void>(change_links(machine.network, {{0, -1}})), Error);
  EXPECT_THROW(static_cast<void>(change_links(machine.network, {{0, std::numeric_limits<double>::quiet_NaN()}})),
               Error);
}

}  // namespace
}  // namespace ringwood
