// ringwood run: an unmodified MPI program whose collectives go through the library.

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "ringwood/error.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

constexpr int kNotFound = 127;  // as shells have it
constexpr int kNotStarted = 126;

// As built, and as installed.
constexpr std::array<std::string_view, 2> kPlaces{"../lib", RINGWOOD_LIBRARY_PLACE};

/// Beside the program. Never looked for along search paths.
std::string find_library() {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  for (const std::string_view place : kPlaces) {
    const std::filesystem::path candidate = program / place / "libringwood_pmpi.so";
    if (std::filesystem::exists(candidate)) {
      return std::filesystem::canonical(candidate).string();
    }
  }
  throw Error(ErrorKind::kSystem, "libringwood_pmpi.so is not in " + (program / kPlaces.front()).string() +
                                      "; was ringwood built with MPI?");
}

/// Puts `first` before what the variable has.
void prepend(const char* variable, const std::string& first, char separator) {
  const char* rest = std::getenv(variable);
  const std::string value = first + (rest == nullptr || *rest == '\0' ? "" : separator + std::string(rest));
  ::setenv(variable, value.c_str(), 1);
}

/// What of the environment is for the library, joined by semicolons.
std::string own_variables() {
  constexpr std::string_view kOwn = "RINGWOOD_";
  std::string names = "LD_PRELOAD";
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (text.starts_with(kOwn)) {
      names += ";" + std::string(text.substr(0, text.find('=')));
    }
  }
  return names;
}

int run(const Arguments& arguments) {
  prepend("LD_PRELOAD", find_library(), ':');
  // Open MPI hands to other hosts only what it is told to, and complains of what is not there; other launchers hand on
  // everything.
  if (std::getenv("OMPI_MCA_mca_base_env_list") == nullptr) {
    ::setenv("OMPI_MCA_mca_base_env_list", own_variables().c_str(), 1);
  }
  std::vector<std::string> words = arguments.operands();
  std::vector<char*> pointers;
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  ::execvp(pointers.front(), pointers.data());
  const int why = errno;
  remark("ringwood run: cannot start '" + words.front() + "': " + std::strerror(why));
  return why == ENOENT ? kNotFound : kNotStarted;
}

}  // namespace

constinit const Command run_command{
    .name = "run",
    .operands = "-- COMMAND [ARGUMENT...]",
    .brief = "an MPI program, unchanged, with its collectives through Ringwood",
    .details =
        "Starts COMMAND, usually mpirun, with libringwood_pmpi.so preloaded. RINGWOOD_PRELOAD=0 in\n"
        "the environment switches it off; RINGWOOD_REPORT=1 prints what was called, RINGWOOD_CHECK=1\n"
        "finds ranks that disagree, RINGWOOD_TIMEOUT=SECONDS says who waits for whom,\n"
        "RINGWOOD_RECORD=PREFIX keeps the last calls of each rank in files.",
    .operands_min = 1,
    .operands_max = 100'000,
    .options = {},
    .examples =
        {"ringwood run -- mpirun -n 2 ringwood bench allreduce --algorithm native --sizes 8",
         "RINGWOOD_REPORT=1 ringwood run -- mpirun -n 2 ringwood bench allgather --algorithm native --sizes 1KiB",
         "RINGWOOD_CHECK=1 ringwood run -- mpirun -n 2 ringwood doctor"},
    .run = run,
};

}  // namespace ringwood::cli
