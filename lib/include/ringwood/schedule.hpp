#pragma once

#include <memory>
#include <string>

#include "ringwood/algorithm.hpp"
#include "ringwood/expression.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// An algorithm put to a problem: what every interpreter takes. A value; the placement, if any, is not owned.
class Schedule {
 public:
  /// What is asked for: collective and number of ranks decide, and where they matter root, placement and `commutative`.
  struct Request {
    Rank ranks = 1;
    Rank root = 0;
    bool commutative = true;  ///< whether the operator commutes; true for collectives that do not reduce
    const Placement* placement = nullptr;
    const RecordedSchedule* recorded = nullptr;  ///< for the algorithm "file" only (recorded.hpp); not owned
  };

  /// Throws Error(kUsage) if the algorithm cannot do this: it says why and what is accepted.
  Schedule(const Algorithm& algorithm, const Request& request, Parameters parameters = {});

  /// What the expression says, out of the library's algorithms and combinators.
  Schedule(const Library& library, Collective collective, const Expression& expression, const Request& request);

  [[nodiscard]] const Algorithm& algorithm() const { return *algorithm_; }

  [[nodiscard]] const Parameters& parameters() const { return whole_->parameters; }

  [[nodiscard]] Collective collective() const { return algorithm_->collective; }

  [[nodiscard]] Rank ranks() const { return request_.ranks; }

  [[nodiscard]] Rank root() const { return request_.root; }

  [[nodiscard]] bool commutative() const { return request_.commutative; }

  [[nodiscard]] Chunk chunks() const { return chunks_; }

  [[nodiscard]] const Placement* placement() const { return request_.placement; }

  [[nodiscard]] const RecordedSchedule* recorded() const { return request_.recorded; }

  /// The same with another placement, which is not owned. Throws Error(kUsage) if the algorithm cannot do it there.
  [[nodiscard]] Schedule placed(const Placement* placement) const;

  /// As users write it: "ring", "pat:aggregation=4", "lanes(4, ring)".
  [[nodiscard]] std::string name() const;

 private:
  friend class ScheduleInstance;

  void check_and_count();
  [[nodiscard]] Problem problem() const;

  Request request_;
  std::shared_ptr<const Part> whole_;  // shared by copies: programs refer to it
  const Algorithm* algorithm_;
  Chunk chunks_ = 1;
};

/// Why `algorithm` cannot do the request, or an empty string if it can.
[[nodiscard]] std::string why_not(const Algorithm& algorithm, const Schedule::Request& request);

/// A schedule's programs and the memory that they live in. For one thread; refers to the schedule, and must outlive
/// its programs.
class ScheduleInstance {
 public:
  explicit ScheduleInstance(const Schedule& schedule);
  ScheduleInstance(const ScheduleInstance&) = delete;
  ScheduleInstance& operator=(const ScheduleInstance&) = delete;

  [[nodiscard]] Program program(Rank me) const { return program_(problem_, me); }

  [[nodiscard]] const Problem& problem() const { return problem_; }

  /// Bytes that the frames took from the system.
  [[nodiscard]] std::size_t reserved() const { return arena_.reserved(); }

 private:
  Arena arena_;
  Problem problem_;
  Program (*program_)(const Problem&, Rank);
};

}  // namespace ringwood
