#include "plugins/trusted_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

[[nodiscard]] Error refusal(const std::string& path, const std::string& why) {
  return Error(ErrorKind::kUsage, "plug-in '" + path + "': " + why);
}

void check_plain(const std::string& path) {
  if (path.empty() || path.front() != '/') {
    throw refusal(path, "not an absolute path; plug-ins are never searched for");
  }
  char* const resolved = ::realpath(path.c_str(), nullptr);
  if (resolved == nullptr) {
    throw refusal(path, std::strerror(errno));
  }
  const std::string plain = resolved;
  std::free(resolved);
  if (plain != path) {
    throw refusal(path, "has symbolic links or needless parts; the plain path is " + plain);
  }
}

void check_owner(const std::string& path, const std::string& part, const struct stat& status) {
  const std::string what = S_ISDIR(status.st_mode) ? "directory " + part : "the file";
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    throw refusal(path, what + " belongs to user " + std::to_string(status.st_uid) + "; it must be root's or yours");
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    std::array<char, 8> mode{};
    std::snprintf(mode.data(), mode.size(), "%04o", static_cast<unsigned>(status.st_mode & 07777U));
    throw refusal(path, what + " can be written by group or others (mode " + mode.data() + "); chmod go-w it");
  }
}

[[nodiscard]] struct stat status_of(const std::string& path, const FileHandle& file) {
  struct stat status {};

  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    throw refusal(path, std::strerror(errno));
  }
  return status;
}

}  // namespace

FileHandle::~FileHandle() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

FileHandle open_trusted(const std::string& path) {
  check_plain(path);
  FileHandle directory(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  check_owner(path, "/", status_of(path, directory));
  std::size_t begin = 1;
  for (std::size_t end = path.find('/', begin); end != std::string::npos; end = path.find('/', begin)) {
    const std::string name = path.substr(begin, end - begin);
    directory = FileHandle(::openat(directory.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    check_owner(path, path.substr(0, end), status_of(path, directory));
    begin = end + 1;
  }
  // Without blocking: what turns out to be a pipe is refused, and not waited for.
  FileHandle file(
      ::openat(directory.get(), path.substr(begin).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  const struct stat status = status_of(path, file);
  if (!S_ISREG(status.st_mode)) {
    throw refusal(path, "not a regular file");
  }
  check_owner(path, path, status);
  return file;
}

std::string digest_of(const FileHandle& file) {
  constexpr std::uint64_t kBasis = 14695981039346656037U;
  constexpr std::uint64_t kPrime = 1099511628211U;
  std::uint64_t hash = kBasis;
  std::array<unsigned char, 8192> buffer{};
  off_t offset = 0;
  for (ssize_t got = 1; got > 0; offset += got) {
    got = ::pread(file.get(), buffer.data(), buffer.size(), offset);
    if (got < 0) {
      throw Error(ErrorKind::kSystem, std::string("cannot read a plug-in: ") + std::strerror(errno));
    }
    for (ssize_t i = 0; i < got; ++i) {
      hash = (hash ^ buffer[static_cast<std::size_t>(i)]) * kPrime;
    }
  }
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

}  // namespace ringwood
