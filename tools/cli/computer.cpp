#include "tools/cli/computer.hpp"

#include <fstream>

namespace ringwood::cli {

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string frequency_governor() {
  return first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
}

}  // namespace ringwood::cli
