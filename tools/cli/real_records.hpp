#pragma once

#include <optional>
#include <vector>

#include "tools/cli/choices.hpp"
#include "tools/cli/given_schedule.hpp"
#include "tools/cli/real.hpp"
#include "tools/cli/records.hpp"
#include "tools/cli/results.hpp"
#include "tools/cli/setup.hpp"

namespace ringwood::cli {

/// Options of commands that measure, as the user gave them.
struct MeasuringOptions {
  /// Throws Error(kUsage) for what is wrong with --type, --op, --root, --budget, --seed.
  explicit MeasuringOptions(const Arguments& arguments);

  MeasurementTask task;  ///< what is the same at all points
};

/// Several algorithms at one point.
struct RealPoint {
  Collective collective = Collective::kAllreduce;
  Bytes bytes = 0;
  std::vector<Choice> choices;  ///< that can do it
};

/// Measures points and makes records with the fields of cli.md. Every rank has one and calls the same.
class RealRecords {
 public:
  /// Throws Error(kUsage) for options that do not fit these ranks.
  /// A schedule from a file is measured beside the choices, at every point, with its root.
  RealRecords(RealWorld& world, const Arguments& arguments, const FileSchedule* file = nullptr);

  /// Of the choices, those that can do the collective here. Throws Error(kUsage) for others that "all" does not stand
  /// for.
  [[nodiscard]] std::vector<Choice> able(Collective collective, const std::vector<Choice>& choices) const;

  /// The same at one size, with what stands for several of the MPI library's own algorithms spelled out. Collective.
  [[nodiscard]] std::vector<Choice> choices_at(Collective collective, Bytes bytes,
                                               const std::vector<Choice>& able) const;

  /// One record a choice, before them the file's; none on other ranks than the first.
  [[nodiscard]] std::vector<Record> measure(const RealPoint& point);

 private:
  [[nodiscard]] Schedule::Request request() const;
  [[nodiscard]] Result result_of(const RealPoint& point, const Measurement& measurement, bool is_file) const;
  [[nodiscard]] Traffic traffic_of(const Schedule& schedule, Bytes bytes) const;

  RealWorld& world_;
  MeasurementTask common_;
  const FileSchedule* file_;
  Placement placement_;
  std::optional<Site> site_;  // of --machine
  Machine plain_machine_;     // to count messages on
};

}  // namespace ringwood::cli
