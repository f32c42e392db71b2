#include "plugins/load.hpp"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>
#include <vector>

#include "plugins/guard.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

constexpr Rank kRanksProved = 17;
constexpr std::chrono::seconds kLongest(20);
constexpr std::size_t kMostAlgorithms = 1000;
constexpr std::size_t kLongestName = 64;

[[nodiscard]] Error refusal(const std::string& path, const std::string& why) {
  return Error(ErrorKind::kInput, "plug-in '" + path + "': " + why);
}

/// The loader's own words, with the name that the user knows.
[[nodiscard]] std::string loader_error(const std::string& opened, const std::string& path) {
  const char* const said = ::dlerror();
  std::string text = said == nullptr ? "the loader refuses it" : said;
  for (std::size_t at = text.find(opened); at != std::string::npos; at = text.find(opened, at + path.size())) {
    text.replace(at, opened.size(), path);
  }
  return text;
}

[[nodiscard]] bool is_name(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= kLongestName && name.front() >= 'a' && name.front() <= 'z' &&
         std::ranges::all_of(name, fits);
}

void check_algorithm(const Algorithm* algorithm, const std::string& path) {
  if (algorithm == nullptr || !is_name(algorithm->name)) {
    throw refusal(path, "an algorithm without a name of small letters, digits and '-'");
  }
  const std::string who = "algorithm " + std::string(algorithm->name);
  if (std::ranges::find(kAllCollectives, algorithm->collective) == kAllCollectives.end()) {
    throw refusal(path, who + " is of no collective that there is");
  }
  if (algorithm->program == nullptr || algorithm->pieces == nullptr) {
    throw refusal(path, who + " has no program, or does not say in how many pieces it cuts the vector");
  }
  if (algorithm->reference.empty()) {
    throw refusal(path, who + " does not say where it comes from (reference)");
  }
}

void check_description(const PluginDescription& description, const std::string& path) {
  if (description.abi != kPluginAbi) {
    throw refusal(path, "built for plug-in ABI " + std::to_string(description.abi) + ", this is " +
                            std::to_string(kPluginAbi) + "; build it again");
  }
  if (description.sizes != kPluginSizes) {
    throw refusal(path, "built with headers or a compiler whose types have other sizes; build it again");
  }
  if (description.name == nullptr || description.version == nullptr || !is_name(description.name)) {
    throw refusal(path, "its name is not of small letters, digits and '-', or it has no version");
  }
  if (description.algorithms == nullptr || description.count == 0 || description.count > kMostAlgorithms) {
    throw refusal(path, "it has " + std::to_string(description.count) + " algorithms; accepted: 1 to " +
                            std::to_string(kMostAlgorithms));
  }
  for (std::uint32_t i = 0; i < description.count; ++i) {
    check_algorithm(description.algorithms[i], path);
  }
}

/// The first thing that is wrong, for few ranks, all roots that differ, and both kinds of operators.
[[nodiscard]] std::string first_fault(const Algorithm& algorithm) {
  for (Rank ranks = 1; ranks <= kRanksProved; ++ranks) {
    std::vector<Rank> node_of;
    for (Rank rank = 0; rank < ranks; ++rank) {
      node_of.push_back(rank / 4);
    }
    const Placement placement({{.name = "node", .group_of = std::move(node_of)}});
    for (const Rank root : {0, ranks / 2, ranks - 1}) {
      for (const bool commutative : {true, false}) {
        const Schedule::Request request{
            .ranks = ranks, .root = root, .commutative = commutative, .placement = &placement};
        if (!why_not(algorithm, request).empty()) {
          continue;
        }
        if (std::string wrong = wrong_with(algorithm, request, {}); !wrong.empty()) {
          return "for " + std::to_string(ranks) + " ranks: " + wrong;
        }
      }
    }
  }
  return "";
}

[[nodiscard]] std::string first_fault(const PluginDescription& description) {
  for (std::uint32_t i = 0; i < description.count; ++i) {
    const Algorithm& algorithm = *description.algorithms[i];
    const std::string who = std::string(name_of(algorithm.collective)) + " " + std::string(algorithm.name);
    try {
      if (const std::string fault = first_fault(algorithm); !fault.empty()) {
        return who + " is wrong " + fault;
      }
    } catch (const std::exception& thrown) {
      return who + " throws: " + thrown.what();
    } catch (...) {
      return who + " throws what is no std::exception";
    }
  }
  return "";
}

}  // namespace

const PluginDescription& description_in(const FileHandle& file, const std::string& path) {
  // By what is open, so that nobody can put another file there after the checks.
  const std::string opened = "/proc/self/fd/" + std::to_string(file.get());
  void* const library = ::dlopen(opened.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw refusal(path, loader_error(opened, path));
  }
  const void* const symbol = ::dlsym(library, "ringwood_plugin");
  if (symbol == nullptr) {
    throw refusal(path, "it has no symbol ringwood_plugin: RINGWOOD_PLUGIN (ringwood/plugin.hpp) stands nowhere in it");
  }
  Dl_info place{};
  ElfW(Sym)* entry = nullptr;
  if (::dladdr1(symbol, &place, reinterpret_cast<void**>(&entry), RTLD_DL_SYMENT) == 0 || entry == nullptr ||
      entry->st_size < sizeof(std::uint32_t)) {
    throw refusal(path, "its symbol ringwood_plugin is no description");
  }
  const auto& description = *static_cast<const PluginDescription*>(symbol);
  if (description.abi == kPluginAbi && entry->st_size != sizeof(PluginDescription)) {
    throw refusal(path, "its description has " + std::to_string(entry->st_size) + " bytes instead of " +
                            std::to_string(sizeof(PluginDescription)) + "; build it again");
  }
  check_description(description, path);
  return description;
}

void prove(const PluginDescription& description, const std::string& path) {
  // In a thread of its own, left alone if it does not come to an end: nobody can stop somebody else's loop.
  std::packaged_task<std::string()> task([&description] { return first_fault(description); });
  std::future<std::string> result = task.get_future();
  std::thread(std::move(task)).detach();
  if (result.wait_for(kLongest) != std::future_status::ready) {
    throw refusal(path, "its algorithms were not proved within " + std::to_string(kLongest.count()) +
                            " s; does one not come to an end?");
  }
  if (const std::string fault = result.get(); !fault.empty()) {
    throw refusal(path, fault);
  }
}

}  // namespace ringwood
