#include "api/table_choice.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>

#include "api/settings.hpp"
#include "api/twin.hpp"
#include "interpret/mpi/all_ready.hpp"
#include "interpret/mpi/library_name.hpp"
#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/decision.hpp"
#include "ringwood/error.hpp"
#include "ringwood/placement.hpp"
#include "ringwood/plugin.hpp"

namespace ringwood {

namespace {

constexpr const char* kVariable = "RINGWOOD_TABLE";

// What rank 0 tells: nothing, or a table's text or why it cannot be had.
constexpr char kText = 't';
constexpr char kFailure = 'f';

/// What anybody may write is nobody's choice.
[[nodiscard]] bool is_writable_by_all(const std::string& path) {
  struct stat status {};

  return ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IWOTH) != 0;
}

[[nodiscard]] std::string read_table() {
  const std::string path = value_of(kVariable);
  if (path.empty()) {
    return "";
  }
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open() || file.bad()) {
    return kFailure + std::string("the file cannot be read");
  }
  if (is_writable_by_all(path)) {
    return kFailure + std::string("the file can be written by everybody; chmod o-w it");
  }
  return kText + text;
}

[[nodiscard]] Rank nodes_of(const Placement* placement, Rank ranks) {
  if (placement == nullptr || placement->levels().empty()) {
    return ranks;
  }
  const std::vector<Rank>& node_of = placement->levels().front().group_of;
  return static_cast<Rank>(std::set<Rank>(node_of.begin(), node_of.end()).size());
}

/// Says on rank 0, once a process, what makes the table one for another machine or another MPI. Collective.
void warn_if_strange(const DecisionProvenance& provenance, const std::string& origin, MPI_Comm communicator, Rank me) {
  std::array<char, MPI_MAX_PROCESSOR_NAME> host{};
  int length = 0;
  check_mpi(PMPI_Get_processor_name(host.data(), &length), "MPI_Get_processor_name");
  const std::int64_t strange = knows_host(provenance, host.data()) ? kNothing : me;
  DecisionSurroundings here{.mpi = mpi_library_name()};
  here.strange_host.reserve(host.size());
  const Least least = least_when_ready({strange, kNothing, kNothing}, communicator);
  if (least[0] != kNothing) {
    const auto root = static_cast<int>(least[0]);
    check_mpi(PMPI_Bcast(host.data(), static_cast<int>(host.size()), MPI_CHAR, root, communicator), "MPI_Bcast");
    here.strange_host = host.data();
  }
  const std::string found = differences(provenance, here);
  // Every communicator reads the table; a program may have thousands.
  static std::atomic<bool> said = false;
  if (me == 0 && !found.empty() && !said.exchange(true)) {
    std::fprintf(stderr, "ringwood: %s: %s\n", origin.c_str(), found.c_str());
  }
}

/// The first of the rule's algorithms that can do the request, or nothing.
[[nodiscard]] std::string able(const DecisionRule& rule, Collective collective, const Schedule::Request& request) {
  std::vector<std::string> names{rule.algorithm};
  names.insert(names.end(), rule.ties.begin(), rule.ties.end());
  for (const std::string& name : names) {
    if (name == "native") {
      return name;
    }
    try {
      static_cast<void>(Schedule(known_library(), collective, parse_expression(name), request));
      return name;
    } catch (const Error&) {
      // A table for sums of 64 ranks may name what 63 ranks, or operators that do not commute, cannot have.
      continue;
    }
  }
  return "";
}

}  // namespace

TableChoice::TableChoice(MPI_Comm communicator, Rank me) {
  const std::string told = text_of_first_rank(me == 0 ? read_table() : std::string(), communicator);
  const std::string path = value_of(kVariable);
  const std::string origin = std::string(kVariable) + "=" + (path.empty() ? "(of rank 0)" : path);
  if (told.empty()) {
    return;
  }
  if (told.front() == kFailure) {
    error_ = origin + ": " + told.substr(1);
    return;
  }
  try {
    table_ = read_decision_table(std::string_view(told).substr(1), origin, known_library());
    warn_if_strange(table_.provenance, origin, communicator, me);
  } catch (const Error& error) {
    error_ = error.what();
  }
}

TableChoice::BySize TableChoice::by_size(Collective collective, const Schedule::Request& request) const {
  const CollectiveDecisions* decisions = table_.find(collective);
  std::set<Bytes> borders;
  if (decisions != nullptr) {
    for (const DecisionRule& rule : decisions->rules) {
      borders.insert(rule.bytes.least);
      borders.insert(rule.bytes.most == CountRange::kUnlimited ? 0 : rule.bytes.most + 1);
    }
  }
  borders.erase(0);
  std::vector<std::string> algorithms;
  const Rank nodes = nodes_of(request.placement, request.ranks);
  const auto at = [&](Bytes bytes) {
    const DecisionRule* rule = decisions == nullptr ? nullptr : find_rule(*decisions, {request.ranks, nodes, bytes});
    return rule == nullptr ? std::string() : able(*rule, collective, request);
  };
  algorithms.push_back(at(0));
  for (const Bytes border : borders) {
    algorithms.push_back(at(border));
  }
  return {SizeIndex(std::vector<Bytes>(borders.begin(), borders.end())), std::move(algorithms)};
}

std::string_view TableChoice::choose(const CollectiveCall& call, const Schedule::Request& request) {
  if (!error_.empty()) {
    throw Error(ErrorKind::kUsage, error_);
  }
  if (table_.collectives.empty()) {
    return {};
  }
  const Kind kind{call.collective, request.root, request.commutative};
  auto known = known_.find(kind);
  if (known == known_.end()) {
    known = known_.emplace(kind, by_size(call.collective, request)).first;
  }
  const Bytes bytes = static_cast<Bytes>(call.elements) * call.element_size;
  return known->second.algorithms[known->second.index.find(bytes)];
}

}  // namespace ringwood
