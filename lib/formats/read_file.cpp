#include <cerrno>
#include <cstring>
#include <fstream>

#include "formats/input.hpp"
#include "formats/workloads.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

std::string read_text_file(const std::string& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw Error(ErrorKind::kInput, path + ": cannot be opened: " + std::strerror(errno));
  }
  std::string text;
  char block[8192];
  while (file.read(block, sizeof block) || file.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(file.gcount()));
    if (text.size() > most) {
      throw Error(ErrorKind::kInput,
                  path + ": a file of more than " + std::to_string(most) + " bytes, which is the most accepted");
    }
  }
  if (file.bad()) {
    throw Error(ErrorKind::kSystem, path + ": cannot be read: " + std::strerror(errno));
  }
  return text;
}

RecordedSchedule read_schedule_file(const std::string& path, const FormatLimits& limits) {
  const std::string text = read_text_file(path, limits.bytes);
  const std::size_t start = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return start != std::string::npos && text[start] == '<' ? read_msccl_xml(text, path, limits)
                                                          : read_schedule_text(text, path, limits);
}

}  // namespace ringwood
