#pragma once

#include <optional>
#include <string>

#include "ringwood/schedule.hpp"
#include "tools/cli/arguments.hpp"
#include "topology/facts.hpp"
#include "topology/machine.hpp"

namespace ringwood::cli {

/// The machine that the options describe: `--machine`, or the default one for so many ranks, and what
/// `--loggops` and `--gamma` replace.
[[nodiscard]] Machine machine_for(const Arguments& arguments, Rank ranks);

/// What `--loggops` and `--gamma` replace. Without the latter, `--type` and `--op` choose what reductions take, where
/// the machine tells them apart.
void replace_parameters(Machine& machine, const Arguments& arguments);

/// Keys of `--loggops`: "L=2.5us,o=1.5us,g=1us,G=6ns,O=0ns,S=65535". Throws Error(kUsage).
[[nodiscard]] LogGopsOverride parse_loggops(std::string_view text);

/// So many ranks on a machine, as the options say: `--machine`, `--map`. Not to be moved: requests refer to it.
class Site {
 public:
  /// Throws as make_machine and make_mapping. `hosts`: those of the first ranks where they are decided already, -1
  /// where not.
  Site(const Arguments& arguments, Rank ranks, const std::vector<Host>& hosts = {});

  /// Ranks in other places of the same machine.
  Site(const Site& other, Mapping mapping);
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  [[nodiscard]] const Machine& machine() const { return machine_; }

  [[nodiscard]] const MachineFacts& facts() const { return facts_; }

  [[nodiscard]] const Mapping& mapping() const { return mapping_; }

  /// What is asked of an algorithm here, with `--root` and `--op`.
  [[nodiscard]] Schedule::Request request(const Arguments& arguments) const;

 private:
  Machine machine_;
  MachineFacts facts_;
  Mapping mapping_;
  Placement placement_;
};

/// Where ranks are without a machine, for algorithms that ask who shares a node: four ranks do.
[[nodiscard]] Placement nodes_of_four(Rank ranks);

/// The element size of `--type`. Throws Error(kUsage) for an unknown type.
[[nodiscard]] Bytes element_size_of(const Arguments& arguments);

/// `--sizes`. Throws Error(kUsage) that names the first one that is not a multiple of the element size.
[[nodiscard]] std::vector<Bytes> sizes_of(const Arguments& arguments, Bytes element_size);

}  // namespace ringwood::cli
