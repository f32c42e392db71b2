#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ringwood/algorithm.hpp"
#include "ringwood/expression.hpp"
#include "ringwood/program.hpp"
#include "ringwood/visibility.hpp"

/// Algorithms that come as a shared object of their own, built against the installed headers:
///
///     RINGWOOD_PLUGIN("my-cluster", "1.2", &allreduce_mine, &broadcast_mine)
///
/// stands once in it, at namespace scope. It is loaded only where a user names its file: `--plugin FILE`,
/// RINGWOOD_PLUGINS, `load_plugin`. What it has is then listed, proved, simulated, chosen and run like any other.
namespace RINGWOOD_PUBLIC ringwood {

/// Raised when a plug-in has to be built again although no size below changed.
inline constexpr std::uint32_t kPluginAbi = 1;

/// Sizes of what both sides have in their hands: another compiler, standard library or version shows here.
inline constexpr std::array<std::uint32_t, 8> kPluginSizes{
    sizeof(Algorithm), sizeof(Problem),   sizeof(Operation),   sizeof(Program::promise_type),
    sizeof(Arena),     sizeof(Placement), sizeof(std::string), sizeof(void*)};

/// What a shared object says of itself, as the constant `ringwood_plugin`. `abi` stays where it is.
struct PluginDescription {
  std::uint32_t abi = kPluginAbi;
  std::uint32_t count = 0;  ///< of algorithms
  std::array<std::uint32_t, 8> sizes = kPluginSizes;
  const char* name = nullptr;
  const char* version = nullptr;
  const Algorithm* const* algorithms = nullptr;
};

/// A plug-in as it was loaded.
struct LoadedPlugin {
  std::string file = {};
  std::string name = {};
  std::string version = {};
  std::string digest = {};                   ///< of the file's bytes
  std::vector<std::string> algorithms = {};  ///< "allreduce mine"
};

/// Loads a plug-in into this process, until its end; a file that is there already is not loaded again. `file` is the
/// plain absolute path of a regular file, without symbolic links, "." or ".."; it and every directory above belong to
/// root or the user, and can be written by nobody else. Every algorithm is proved for 1 to 17 ranks first; what
/// `known_library` has of it is proved again for each number of ranks up to 512 that it is put to. Throws Error(kUsage)
/// or Error(kInput) that says why not, and nothing of it is known then. Every rank of a job loads the same, before
/// its first collective: that is when ranks compare.
LoadedPlugin load_plugin(const std::string& file);

/// Loads several: files joined by ':'.
void load_plugins(const std::string& files);

/// Loads what RINGWOOD_PLUGINS names, files joined by ':', once in a process. Programs that run with more rights than
/// their user has (set-user-ID) do not read it. The command line and communicators do this by themselves.
void load_named_plugins();

/// In the order in which they were loaded.
[[nodiscard]] std::vector<LoadedPlugin> loaded_plugins();

/// Name, version and digest of each: equal where the same plug-ins are loaded, in the same order.
[[nodiscard]] std::string plugin_fingerprint();

/// `built_in_library` and what plug-ins add to it. What is returned stays valid when more are loaded.
[[nodiscard]] Library known_library();

/// The algorithms of it.
[[nodiscard]] Catalogue known_catalogue();

}  // namespace ringwood

/// Describes the plug-in: name, version, and pointers to its algorithms, which are constants (`constinit const`).
#define RINGWOOD_PLUGIN(plugin_name, plugin_version, ...)                                        \
  namespace {                                                                                    \
  constexpr const ::ringwood::Algorithm* ringwood_plugin_algorithms[] = {__VA_ARGS__};           \
  }                                                                                              \
  extern "C" [[gnu::visibility("default")]] const ::ringwood::PluginDescription ringwood_plugin; \
  constinit const ::ringwood::PluginDescription ringwood_plugin{                                 \
      .count = sizeof(ringwood_plugin_algorithms) / sizeof(ringwood_plugin_algorithms[0]),       \
      .name = plugin_name,                                                                       \
      .version = plugin_version,                                                                 \
      .algorithms = ringwood_plugin_algorithms};
