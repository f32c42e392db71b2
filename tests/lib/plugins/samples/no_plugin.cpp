// Shared objects that are no plug-ins: without the symbol, with one that is too short, with one that nobody has.
#include <ringwood/plugin.hpp>

#if defined(SHORT)
extern "C" [[gnu::visibility("default")]] const std::uint32_t ringwood_plugin;
constinit const std::uint32_t ringwood_plugin = ringwood::kPluginAbi;
#elif defined(UNRESOLVED)
extern "C" int nobody_has_this();
extern "C" [[gnu::visibility("default")]] int use_it();

int use_it() {
  return nobody_has_this();
}
#endif
