#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <tuple>

#include "ringwood/choose.hpp"
#include "select/closed_form.hpp"
#include "topology/machine.hpp"

namespace ringwood {

/// Where ranks are on a machine, and what was found out about their collectives. Answers depend on nothing but the
/// questions, so that ranks agree whoever asked for what before; and so communicators that are placed alike share one.
class MachinePlace {
 public:
  /// What a question may cost.
  struct Effort {
    std::int64_t operations = 0;  ///< to be walked through for all sizes of a collective together
    std::int64_t messages = 0;    ///< to be simulated for one size

    friend auto operator<=>(const Effort&, const Effort&) = default;  // NOLINT(modernize-use-nullptr): version 14 errs
  };

  MachinePlace(Machine machine, Mapping mapping);

  /// That of this process for such ranks; made if there is none yet. `key` tells everything that answers depend on.
  [[nodiscard]] static std::shared_ptr<MachinePlace> shared(const std::string& key, Machine machine, Mapping mapping);

  /// An expression, or "native" where `with_native` says that this can be had; empty if nothing can do it. The
  /// question's placement is always the same. Safe to call from several threads.
  [[nodiscard]] std::string choose(const SelectionQuestion& question, bool with_native, const Effort& effort);

 private:
  // root, commutative, operations
  using Walked = std::tuple<Collective, Rank, bool, std::int64_t>;
  // root, commutative, elements, size of one, with native
  using Asked = std::tuple<Collective, Rank, bool, Bytes, Bytes, bool, Effort>;

  [[nodiscard]] std::vector<ModelOption> options_for(const SelectionQuestion& question, const Effort& effort);
  [[nodiscard]] double predicted(const Schedule& schedule, const Layout& layout) const;

  /// That a prediction takes: where links let bursts pass, a call follows another one like it.
  [[nodiscard]] std::int64_t simulations() const;

  void predict_textbook(const SelectionQuestion& question, const Effort& effort, std::vector<ModelOption>& options);
  [[nodiscard]] ClosedForms& forms_for(const SelectionQuestion& question, const Effort& effort);

  Machine machine_;
  Mapping mapping_;
  CostView costs_;
  std::mutex mutex_;
  std::map<Walked, ClosedForms> forms_;
  std::map<Asked, std::string> answers_;
};

/// Shares what all choices of one communicator may take among them. Counts what is asked for, and no clock: all ranks
/// ask for the same in the same order.
class ChoiceBudget {
 public:
  explicit ChoiceBudget(std::chrono::nanoseconds budget) : seconds_(std::chrono::duration<double>(budget).count()) {}

  /// For one more question, of a collective that may have been asked for before.
  [[nodiscard]] MachinePlace::Effort next(const SelectionQuestion& question);

 private:
  double seconds_;
  int questions_ = 0;
  std::map<std::tuple<Collective, Rank, bool>, std::int64_t> collectives_;  // what they may walk through
};

/// The best of the model's options (best first, and not none), or "native" if the MPI library's own collective is
/// expected to be as fast, for a short vector. Nothing is known of the library but this: every one has the textbook's
/// algorithms of few rounds, and takes them where rounds count. Who promises little more than those do is not taken,
/// since the model may be off by that much; unless links have less to carry (`forms`) at no other cost.
[[nodiscard]] std::string_view best_beside_native(const SelectionQuestion& question,
                                                  std::span<const ModelOption> options, const ClosedForms& forms);

}  // namespace ringwood
