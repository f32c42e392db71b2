#include "plugins/registry.hpp"

#include <cstdlib>
#include <set>
#include <string_view>

#include "plugins/load.hpp"
#include "plugins/trusted_file.hpp"
#include "ringwood/catalogue.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

// Words that stand where an algorithm's name does.
const std::set<std::string_view> kTaken{"all", "native", "selected", "file"};

}  // namespace

PluginRegistry& PluginRegistry::of_process() {
  static PluginRegistry registry;
  return registry;
}

Library PluginRegistry::library_locked() const {
  const Library built_in = built_in_library();
  return {catalogues_.empty() ? built_in.algorithms : Catalogue(catalogues_.back()), built_in.combinators};
}

Library PluginRegistry::library() {
  const std::lock_guard lock(mutex_);
  return library_locked();
}

std::vector<LoadedPlugin> PluginRegistry::loaded() {
  const std::lock_guard lock(mutex_);
  return loaded_;
}

void PluginRegistry::check_names(const LoadedPlugin& plugin, const PluginDescription& description) const {
  const Library known = library_locked();
  std::set<std::pair<Collective, std::string_view>> names;
  for (const Algorithm* algorithm : known.algorithms) {
    names.emplace(algorithm->collective, algorithm->name);
  }
  std::set<std::string_view> words = kTaken;
  for (const Combinator* combinator : known.combinators) {
    words.insert(combinator->name);
  }
  for (std::uint32_t i = 0; i < description.count; ++i) {
    const Algorithm& algorithm = *description.algorithms[i];
    if (words.contains(algorithm.name) || !names.emplace(algorithm.collective, algorithm.name).second) {
      throw Error(ErrorKind::kInput, "plug-in '" + plugin.file + "': " + std::string(name_of(algorithm.collective)) +
                                         " has an algorithm '" + std::string(algorithm.name) +
                                         "' already, or the word has another meaning");
    }
  }
}

LoadedPlugin PluginRegistry::load_locked(const std::string& file) {
  for (const LoadedPlugin& known : loaded_) {
    if (known.file == file) {
      return known;
    }
  }
#ifdef RINGWOOD_WITH_PLUGINS
  const FileHandle& handle = open_.emplace_back(open_trusted(file));
  LoadedPlugin plugin{.file = file, .digest = digest_of(handle)};
  const PluginDescription& description = description_in(handle, file);
  plugin.name = description.name;
  plugin.version = description.version;
  check_names(plugin, description);
  prove(description, file);
  std::vector<const Algorithm*> all(library_locked().algorithms.begin(), library_locked().algorithms.end());
  for (std::uint32_t i = 0; i < description.count; ++i) {
    const Algorithm& theirs = *description.algorithms[i];
    plugin.algorithms.push_back(std::string(name_of(theirs.collective)) + " " + std::string(theirs.name));
    all.push_back(&algorithms_.emplace_back(theirs).algorithm());
  }
  catalogues_.push_back(std::move(all));
  loaded_.push_back(plugin);
  return plugin;
#else
  throw Error(ErrorKind::kUsage,
              "plug-in '" + file + "': this Ringwood was built without plug-ins (RINGWOOD_WITH_PLUGINS)");
#endif
}

LoadedPlugin PluginRegistry::load(const std::string& file) {
  const std::lock_guard lock(mutex_);
  return load_locked(file);
}

void PluginRegistry::load_named() {
  const std::lock_guard lock(mutex_);
  if (named_) {
    return;
  }
  const char* const value = ::secure_getenv("RINGWOOD_PLUGINS");
  try {
    load_list_locked(value == nullptr ? "" : value);
  } catch (const Error& error) {
    throw Error(error.kind(), std::string("RINGWOOD_PLUGINS: ") + error.what());
  }
  named_ = true;
}

void PluginRegistry::load_list(std::string_view files) {
  const std::lock_guard lock(mutex_);
  load_list_locked(files);
}

void PluginRegistry::load_list_locked(std::string_view files) {
  while (!files.empty()) {
    const std::size_t end = std::min(files.find(':'), files.size());
    load_locked(std::string(files.substr(0, end)));
    files.remove_prefix(std::min(end + 1, files.size()));
  }
}

LoadedPlugin load_plugin(const std::string& file) {
  return PluginRegistry::of_process().load(file);
}

void load_plugins(const std::string& files) {
  PluginRegistry::of_process().load_list(files);
}

void load_named_plugins() {
  PluginRegistry::of_process().load_named();
}

std::vector<LoadedPlugin> loaded_plugins() {
  return PluginRegistry::of_process().loaded();
}

std::string plugin_fingerprint() {
  std::string text;
  for (const LoadedPlugin& plugin : loaded_plugins()) {
    text += plugin.name + ' ' + plugin.version + ' ' + plugin.digest + '\n';
  }
  return text;
}

Library known_library() {
  return PluginRegistry::of_process().library();
}

Catalogue known_catalogue() {
  return known_library().algorithms;
}

}  // namespace ringwood
