#pragma once

#include <string>
#include <string_view>

namespace ringwood::cli {

/// Writes to standard output, which carries data only. Throws Error(kSystem) if it cannot be written: a full disk or a
/// closed pipe is never silence.
void print(std::string_view text);

/// Makes a file that appears whole or not at all; what is no regular file, such as a pipe, is written as it is. Throws
/// Error(kSystem).
void write_whole_file(const std::string& path, std::string_view text);

/// Text on standard error. Nothing fails where that is closed or full.
void tell(std::string_view text);

/// The same as a line: progress and remarks.
void remark(std::string_view text);

/// Writes what is still buffered. Throws as `print`.
void flush_output();

/// Whether an MPI launcher started this program, and as which rank; 0 if none did.
[[nodiscard]] bool is_launched();
[[nodiscard]] int launched_rank();

/// Whether somebody watches this stream (1: output, 2: errors). Never true under an MPI launcher, where isatty lies in
/// both directions.
[[nodiscard]] bool is_terminal(int stream);

/// Whether to colour standard output, for `--color` auto, always or never; auto honours NO_COLOR, CLICOLOR_FORCE and
/// TERM=dumb.
[[nodiscard]] bool use_color(std::string_view when);

/// Whether the locale's characters are UTF-8.
[[nodiscard]] bool locale_is_utf8();

}  // namespace ringwood::cli
