#include "tools/cli/tuning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <tuple>

#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/decision_files.hpp"
#include "tools/cli/model_choice.hpp"
#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

// Switch points closer than that are known well enough: on both sides the two cost about the same.
constexpr double kFinestRatio = 1.19;

void check_same(const char* what, const std::string& there, const std::string& here, const std::string& path) {
  if (there != here) {
    throw Error(ErrorKind::kUsage, fmt::format("{} is a table for {} '{}', and this is '{}'; --output another file",
                                               path, what, there, here));
  }
}

[[nodiscard]] std::string winner_of(const DecisionSample& sample) {
  const auto best =
      std::min_element(sample.times.begin(), sample.times.end(),
                       [](const DecisionTiming& a, const DecisionTiming& b) { return a.seconds < b.seconds; });
  return best == sample.times.end() ? "" : best->algorithm;
}

/// Whether the best of one point is among the ties of the other, and the other way round: no border to look for.
[[nodiscard]] bool agree_on_best(const DecisionSample& a, const DecisionSample& b, double tolerance) {
  const auto is_tied = [&](const DecisionSample& sample, const std::string& name) {
    double limit = std::numeric_limits<double>::infinity();
    for (const DecisionTiming& timing : sample.times) {
      limit = std::min(limit, timing.high * (1 + tolerance));
    }
    return std::any_of(sample.times.begin(), sample.times.end(),
                       [&](const DecisionTiming& timing) { return timing.algorithm == name && timing.low <= limit; });
  };
  return is_tied(a, winner_of(b)) || is_tied(b, winner_of(a));
}

/// Takes a point unless the file has it; returns it on the first rank.
[[nodiscard]] const DecisionSample* take(Collective collective, Bytes bytes, const TuningSource& source,
                                         TableFile& file) {
  const DecisionSample* known = file.find(collective, source.ranks, source.nodes, bytes);
  if (!source.agree(known != nullptr)) {
    DecisionSample sample = source.sample(collective, bytes);
    if (source.first) {
      file.add(collective, std::move(sample));
      file.save(source.tolerance);
    }
  }
  return file.find(collective, source.ranks, source.nodes, bytes);
}

void refine(Collective collective, Bytes low, Bytes high, const TuningSource& source, TableFile& file) {
  const auto middle =
      static_cast<Bytes>(std::llround(std::sqrt(static_cast<double>(low) * static_cast<double>(high)))) /
      source.element_size * source.element_size;
  if (static_cast<double>(high) < static_cast<double>(low) * kFinestRatio || middle <= low || middle >= high) {
    return;
  }
  const DecisionSample* a = file.find(collective, source.ranks, source.nodes, low);
  const DecisionSample* b = file.find(collective, source.ranks, source.nodes, high);
  const bool done = source.agree(a == nullptr || b == nullptr || agree_on_best(*a, *b, source.tolerance));
  if (done) {
    return;
  }
  static_cast<void>(take(collective, middle, source, file));
  refine(collective, low, middle, source, file);
  refine(collective, middle, high, source, file);
}

}  // namespace

TableFile::TableFile(std::string path, DecisionProvenance provenance) : path_(std::move(path)) {
  if (!path_.empty() && std::filesystem::exists(path_)) {
    table_ = read_decision_table(decision_file_text(path_), path_, known_library());
    const DecisionProvenance& there = table_.provenance;
    check_same("source", there.source, provenance.source, path_);
    check_same("model", there.model, provenance.model, path_);
    check_same("machine", there.machine, provenance.machine, path_);
    check_same("map", there.map, provenance.map, path_);
    check_same("mpi", there.mpi, provenance.mpi, path_);
    check_same("type", there.type, provenance.type, path_);
    check_same("op", there.op, provenance.op, path_);
  }
  table_.provenance = std::move(provenance);
}

CollectiveDecisions& TableFile::decisions(Collective collective) {
  for (CollectiveDecisions& known : table_.collectives) {
    if (known.collective == collective) {
      return known;
    }
  }
  CollectiveDecisions& added = table_.collectives.emplace_back();
  added.collective = collective;
  return added;
}

const DecisionSample* TableFile::find(Collective collective, Rank ranks, Rank nodes, Bytes bytes) const {
  const CollectiveDecisions* known = table_.find(collective);
  if (known == nullptr) {
    return nullptr;
  }
  const auto found = std::find_if(known->samples.begin(), known->samples.end(), [&](const DecisionSample& sample) {
    return sample.ranks == ranks && sample.nodes == nodes && sample.bytes == bytes;
  });
  return found == known->samples.end() ? nullptr : &*found;
}

void TableFile::add(Collective collective, DecisionSample sample) {
  std::vector<DecisionSample>& samples = decisions(collective).samples;
  const auto place = std::find_if(samples.begin(), samples.end(), [&](const DecisionSample& other) {
    return std::tie(other.ranks, other.nodes, other.bytes) > std::tie(sample.ranks, sample.nodes, sample.bytes);
  });
  samples.insert(place, std::move(sample));
}

void TableFile::save(double tolerance) {
  for (CollectiveDecisions& one : table_.collectives) {
    const Collective collective = one.collective;
    one.rules = rules_of(
        one.samples, [collective](std::string_view algorithm) { return safety_of(collective, algorithm); }, tolerance);
  }
  if (!path_.empty()) {
    write_whole_file(path_, write_decision_table(table_));
  }
}

std::size_t tuning_steps(const std::vector<Bytes>& sizes) {
  const std::size_t different = std::set<Bytes>(sizes.begin(), sizes.end()).size();
  return different == 0 ? 0 : 2 * different - 1;
}

void tune_sizes(Collective collective, const std::vector<Bytes>& sizes, const TuningSource& source, TableFile& file) {
  const std::set<Bytes> ascending(sizes.begin(), sizes.end());
  for (const Bytes bytes : ascending) {
    static_cast<void>(take(collective, bytes, source, file));
    source.step();
  }
  Bytes before = 0;
  for (const Bytes bytes : ascending) {
    if (before > 0) {
      refine(collective, before, bytes, source, file);
      source.step();
    }
    before = bytes;
  }
}

void tell_inconsistencies(const DecisionTable& table) {
  std::vector<ResultPoint> points;
  for (const CollectiveDecisions& decisions : table.collectives) {
    for (const DecisionSample& sample : decisions.samples) {
      for (const DecisionTiming& timing : sample.times) {
        points.push_back({decisions.collective, timing.algorithm, sample.ranks, sample.bytes, timing.seconds});
      }
    }
  }
  // Less is noise of measurements, and of simulated times nothing to act on.
  constexpr double kWorthTelling = 0.05;
  for (const Inconsistency& one : inconsistencies(points, kWorthTelling)) {
    remark("ringwood tune: " + one.message);
  }
}

}  // namespace ringwood::cli
