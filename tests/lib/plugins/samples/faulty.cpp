// What a plug-in can do wrong: RINGWOOD_TEST_FAULT says what, when it is loaded and when its algorithm is asked.
#include <cstdlib>
#include <ringwood/plugin.hpp>
#include <stdexcept>

namespace {

using namespace ringwood;

bool is_fault(std::string_view name) {
  const char* const fault = std::getenv("RINGWOOD_TEST_FAULT");
  return fault != nullptr && name == fault;
}

/// The root sends to everybody; `last` and who comes behind it are forgotten.
Program program(const Problem& problem, Rank me) {
  if (is_fault("throws")) {
    throw std::runtime_error("thrown on purpose");
  }
  if (is_fault("throws_integer")) {
    throw 7;
  }
  while (is_fault("endless")) {
    const Round nothing{copy(problem.whole(), 0, 1)};
    co_yield nothing;
  }
  const bool forgetful = is_fault("wrong") || (is_fault("wrong_later") && problem.ranks > 20);
  const Rank last = forgetful ? problem.ranks - 1 : problem.ranks;
  if (me != problem.root) {
    if (me < last) {
      const Round take{receive(problem.root, problem.whole())};
      co_yield take;
    }
    co_return;
  }
  for (Rank other = 0; other < last; ++other) {
    if (other != me) {
      const Round give{send(other, problem.whole())};
      co_yield give;
    }
  }
}

std::string objection(const Problem&) {
  if (is_fault("objection_throws")) {
    throw std::runtime_error("thrown on purpose");
  }
  return "";
}

Chunk pieces(const Problem&) {
  return is_fault("no_pieces") ? 0 : 1;
}

constinit Algorithm broadcast_faulty{.name = "faulty",
                                     .collective = Collective::kBroadcast,
                                     .cost = "none",
                                     .reference = "a test",
                                     .needs = {},
                                     .program = program,
                                     .pieces = pieces,
                                     .objection = objection};
constinit const Algorithm* algorithms[] = {&broadcast_faulty};

}  // namespace

extern "C" {
[[gnu::visibility("default")]] extern PluginDescription ringwood_plugin;
constinit PluginDescription ringwood_plugin{.count = 1, .name = "faulty", .version = "1.0", .algorithms = algorithms};
}

namespace {

[[gnu::constructor]] void spoil() {
  broadcast_faulty.name = is_fault("clash")         ? "binomial"
                          : is_fault("reserved")    ? "native"
                          : is_fault("name")        ? "No Name"
                          : is_fault("wrong_later") ? "late"
                                                    : "faulty";
  broadcast_faulty.reference = is_fault("no_reference") ? "" : "a test";
  broadcast_faulty.program = is_fault("no_program") ? nullptr : program;
  algorithms[0] = is_fault("null") ? nullptr : &broadcast_faulty;
  ringwood_plugin.count = is_fault("none") ? 0 : 1;
  ringwood_plugin.name = is_fault("nameless") ? nullptr : "faulty";
  ringwood_plugin.abi += is_fault("old") ? 1 : 0;
  ringwood_plugin.sizes[0] += is_fault("sizes") ? 8 : 0;
}

}  // namespace
