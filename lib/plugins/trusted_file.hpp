#pragma once

#include <string>
#include <utility>

namespace ringwood {

/// A file descriptor, closed at the end.
class FileHandle {
 public:
  FileHandle() = default;

  explicit FileHandle(int descriptor) : descriptor_(descriptor) {}

  FileHandle(FileHandle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  ~FileHandle();

  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

/// Opens a file whose bytes nobody but root and this process's user can have chosen: the plain absolute path of a
/// regular file, it and every directory above owned by one of the two, and not writable by group or others. Walks down
/// directory by directory, so that what was checked is what is opened. Throws Error(kUsage) that says what is wrong
/// with which part of the path.
[[nodiscard]] FileHandle open_trusted(const std::string& path);

/// 64 bits of the file's bytes (FNV-1a), in hexadecimal: tells files apart, and is no protection against forgery.
/// Throws Error(kSystem) if it cannot be read.
[[nodiscard]] std::string digest_of(const FileHandle& file);

}  // namespace ringwood
