#include "tools/cli/given_schedule.hpp"

#include <fmt/format.h>

#include "ringwood/error.hpp"
#include "ringwood/formats.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/choices.hpp"

namespace ringwood::cli {

FileSchedule::FileSchedule(const Arguments& arguments, Beside beside)
    : recorded_(read_schedule_file(arguments.text("file"))), schedule_(schedule_of(recorded_)) {
  for (const char* const decided : {"ranks", "root", "algorithm"}) {
    const bool allowed = beside == Beside::kAlgorithms && std::string_view(decided) == "algorithm";
    if (arguments.given(decided) && !allowed) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("--{} '{}' cannot be asked of a file: '{}' is {} for {} ranks and root {}", decided,
                              arguments.text(decided), arguments.text("file"), name_of(recorded_.collective),
                              recorded_.ranks, recorded_.root));
    }
  }
  if (recorded_.commutative && !commutes(arguments.text("op"))) {
    throw Error(ErrorKind::kUsage, fmt::format("--op '{}': '{}' is for operators that commute, as it says",
                                               arguments.text("op"), arguments.text("file")));
  }
}

GivenSchedule::GivenSchedule(const Arguments& arguments) {
  if (arguments.given("file")) {
    file_.emplace(arguments);
    return;
  }
  const Collective collective = collective_named(arguments.operands().at(0));
  const auto choices = parse_choices(arguments.operands().at(1), collective, known_library());
  if (choices.size() != 1 || choices.front().kind != Choice::Kind::kNamed) {
    throw Error(ErrorKind::kUsage,
                "'" + arguments.operands().at(1) + "' is not one algorithm; `ringwood list` has their names");
  }
  const std::vector<Rank> ranks = arguments.ranks();
  if (ranks.size() != 1) {
    throw Error(ErrorKind::kUsage, "--ranks '" + arguments.text("ranks") + "' are several numbers; accepted: one");
  }
  site_.emplace(arguments, ranks.front());
  named_ = schedule_for(choices.front(), collective, site_->request(arguments), known_library());
}

const RecordedSchedule& GivenSchedule::recorded() {
  if (file_) {
    return file_->recorded();
  }
  if (!recorded_) {
    recorded_ = record(*named_);
  }
  return *recorded_;
}

}  // namespace ringwood::cli
