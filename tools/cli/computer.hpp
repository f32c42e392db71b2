#pragma once

#include <string>

namespace ringwood::cli {

/// The first line of a file; empty if there is none.
[[nodiscard]] std::string first_line(const char* path);

/// How the system chooses the frequency of its CPUs: "performance", "powersave", ...; empty if it does not tell.
[[nodiscard]] std::string frequency_governor();

}  // namespace ringwood::cli
