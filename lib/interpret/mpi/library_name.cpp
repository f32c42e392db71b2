#include "interpret/mpi/library_name.hpp"

#include <mpi.h>

#include <array>

namespace ringwood {

namespace {

/// "Open MPI v4.1.4, package: ..." and "MPICH Version:\t4.0.2\nMPICH ..." become a name and a number.
[[nodiscard]] std::string short_version(std::string text) {
  text = text.substr(0, text.find_first_of(",\n"));
  if (const std::size_t word = text.find(" Version:"); word != std::string::npos) {
    const std::size_t number = text.find_first_of("0123456789", word);
    text = text.substr(0, word + 1) + (number == std::string::npos ? "" : text.substr(number));
  }
  if (const std::size_t number = text.find(" v"); number != std::string::npos) {
    text.erase(number + 1, 1);
  }
  return text;
}

}  // namespace

std::string mpi_library_name() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  return short_version({text.data(), static_cast<std::size_t>(length)});
}

}  // namespace ringwood
