#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/guard.hpp"
#include "plugins/trusted_file.hpp"
#include "ringwood/plugin.hpp"

namespace ringwood {

/// The plug-ins of this process. What is loaded into a process is the process's, whatever objects there are; hence one
/// registry, the only thing in the library that is not an object of somebody's. Safe to use from several threads.
class PluginRegistry {
 public:
  [[nodiscard]] static PluginRegistry& of_process();

  /// As `load_plugin`.
  LoadedPlugin load(const std::string& file);

  /// As `load_plugins`.
  void load_list(std::string_view files);

  /// As `load_named_plugins`.
  void load_named();

  [[nodiscard]] std::vector<LoadedPlugin> loaded();

  [[nodiscard]] Library library();

 private:
  LoadedPlugin load_locked(const std::string& file);
  void load_list_locked(std::string_view files);
  void check_names(const LoadedPlugin& plugin, const PluginDescription& description) const;
  [[nodiscard]] Library library_locked() const;

  std::mutex mutex_;
  bool named_ = false;  // RINGWOOD_PLUGINS was read
  std::vector<LoadedPlugin> loaded_;
  std::deque<GuardedAlgorithm> algorithms_;               // addresses stay
  std::deque<std::vector<const Algorithm*>> catalogues_;  // of every time that something was loaded: they stay
  // Of all that were tried: the loader would take the next file under the same number for the same library.
  std::deque<FileHandle> open_;
};

}  // namespace ringwood
