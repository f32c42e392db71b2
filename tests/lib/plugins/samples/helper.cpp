// Tells what RINGWOOD_PLUGINS made it load.
#include <sys/auxv.h>

#include <cstdio>
#include <ringwood/plugin.hpp>

int main() {
  ringwood::load_named_plugins();
  std::printf("%s: %zu plug-ins\n", getauxval(AT_SECURE) != 0 ? "secure" : "plain", ringwood::loaded_plugins().size());
  for (const ringwood::LoadedPlugin& plugin : ringwood::loaded_plugins()) {
    for (const std::string& algorithm : plugin.algorithms) {
      std::printf("%s\n", algorithm.c_str());
    }
  }
}
