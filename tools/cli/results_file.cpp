#include "tools/cli/results_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>

#include "ringwood/error.hpp"
#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

constexpr std::chrono::milliseconds kBetweenSyncs{500};

[[nodiscard]] Error failed(const std::string& path, std::string_view what) {
  return Error(ErrorKind::kSystem, fmt::format("cannot {} '{}': {}", what, path, std::strerror(errno)));
}

/// The records of whole lines.
[[nodiscard]] std::vector<Record> parsed(std::string_view text, const std::string& path) {
  std::vector<Record> records;
  std::size_t line = 0;
  while (!text.empty()) {
    ++line;
    const std::string_view one = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    if (one.empty()) {
      continue;
    }
    try {
      records.push_back(record_from_json(std::string(one)));
    } catch (const std::bad_alloc&) {
      throw;  // the file is not to blame
    } catch (const std::exception& error) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}:{}: expected a record of results (one JSON object): {}", path, line, error.what()));
    }
    if (text_field(records.back(), "collective").empty()) {
      throw Error(ErrorKind::kInput, fmt::format("{}:{}: the record has no field \"collective\"", path, line));
    }
  }
  return records;
}

/// What `--format json` prints.
[[nodiscard]] std::vector<Record> parsed_array(const std::string& text, const std::string& path) {
  try {
    return records_from_json_array(text);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kInput, fmt::format("{}: expected an array of results: {}", path, error.what()));
  }
}

}  // namespace

std::vector<Record> read_results(const std::string& path, std::string& remark) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw Error(ErrorKind::kInput, fmt::format("cannot read '{}': {}", path, std::strerror(errno)));
  }
  if (std::error_code ignored; std::filesystem::is_directory(path, ignored)) {
    throw Error(ErrorKind::kInput, fmt::format("cannot read '{}': it is a directory", path));
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.starts_with('[')) {
    return parsed_array(text, path);
  }
  // The end of a run that is still going on, or was killed, is left out.
  const std::size_t last = text.rfind('\n');
  const std::size_t whole = last == std::string::npos ? 0 : last + 1;
  if (whole < text.size()) {
    remark = fmt::format("'{}' ends in the middle of a line, which is left out", path);
  }
  return parsed(std::string_view(text).substr(0, whole), path);
}

std::vector<Record> read_results_aloud(const std::string& path, std::string_view command) {
  std::string found;
  std::vector<Record> records = read_results(path, found);
  if (!found.empty()) {
    remark(fmt::format("ringwood {}: {}", command, found));
  }
  return records;
}

Estimate estimate_of(const Record& record) {
  const double time = number_field(record, "time_s", 0);
  return {time, number_field(record, "ci_low_s", time), number_field(record, "ci_high_s", time),
          static_cast<std::int64_t>(number_field(record, "samples", 0))};
}

ResultsFile::ResultsFile(std::string path) : path_(std::move(path)) {
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file_ < 0) {
    throw failed(path_, "open");
  }
  try {
    check_regular();
    lock();
    load();
  } catch (...) {
    ::close(file_);
    throw;
  }
}

ResultsFile::~ResultsFile() {
  ::fsync(file_);
  ::close(file_);
}

void ResultsFile::check_regular() const {
  struct stat status {};

  if (::fstat(file_, &status) != 0) {
    throw failed(path_, "look at");
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--output '{}' is no regular file; accepted: a file to append to", path_));
  }
}

void ResultsFile::lock() const {
  if (::flock(file_, LOCK_EX | LOCK_NB) == 0) {
    return;
  }
  if (errno == EWOULDBLOCK) {
    throw Error(ErrorKind::kSystem,
                fmt::format("'{}' is being written by another run; wait for it or name another --output", path_));
  }
  // File systems without locks are used without.
  if (errno != ENOLCK && errno != EOPNOTSUPP) {
    throw failed(path_, "lock");
  }
}

std::string ResultsFile::contents() const {
  std::string text;
  std::array<char, 8192> piece{};
  off_t offset = 0;
  while (true) {
    const ssize_t count = ::pread(file_, piece.data(), piece.size(), offset);
    if (count < 0) {
      throw failed(path_, "read");
    }
    if (count == 0) {
      return text;
    }
    text.append(piece.data(), static_cast<std::size_t>(count));
    offset += count;
  }
}

void ResultsFile::load() {
  const std::string text = contents();
  const std::size_t last = text.rfind('\n');
  const std::size_t whole = last == std::string::npos ? 0 : last + 1;
  for (Record& record : parsed(std::string_view(text).substr(0, whole), path_)) {
    finished_.insert_or_assign(text_field(record, "id"), std::move(record));
  }
  if (whole < text.size()) {
    if (::ftruncate(file_, static_cast<off_t>(whole)) != 0) {
      throw failed(path_, "shorten");
    }
    remark_ = fmt::format("'{}' ended in the middle of a line: that point is done again", path_);
  }
}

void ResultsFile::append(const Record& record) {
  const std::string line = to_json(record) + "\n";
  const off_t before = ::lseek(file_, 0, SEEK_END);
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t count = ::write(file_, line.data() + written, line.size() - written);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      const Error error = failed(path_, "append to");
      // Best effort: if this fails too, the next run cuts the torn line off.
      (void)!::ftruncate(file_, before);
      throw error;
    }
    written += static_cast<std::size_t>(count);
  }
  // What was handed to the system survives the end of this program; that of the system itself costs a moment's work.
  if (const auto now = std::chrono::steady_clock::now(); now - synced_ >= kBetweenSyncs) {
    synced_ = now;
    sync();
  }
}

void ResultsFile::sync() const {
  if (::fsync(file_) != 0 && errno != EINVAL && errno != EROFS) {
    throw failed(path_, "write");
  }
}

}  // namespace ringwood::cli
