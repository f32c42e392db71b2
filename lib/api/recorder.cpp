#include "api/recorder.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

constexpr std::size_t kMostNames = 4096;
constexpr std::size_t kTold = 4;
constexpr std::size_t kFileBytes = (Recorder::kKept + 1) * Recorder::kLine;
constexpr auto kRelaxed = std::memory_order_relaxed;

/// Ticks as time. Its rate is measured from the first recorder on.
class TickTime {
 public:
  static TickTime now() {
    static const Moment first;
    TickTime time;
    time.first_ = first;
    const Moment last;
    const double passed = static_cast<double>(last.ticks - first.ticks);
    time.last_ = last.ticks;
    time.nanoseconds_ = passed > 0 ? static_cast<double>(last.steady - first.steady) / passed : 1;
    return time;
  }

  [[nodiscard]] double microseconds(std::uint64_t from, std::uint64_t to) const {
    return static_cast<double>(static_cast<std::int64_t>(to - from)) * nanoseconds_ / 1e3;
  }

  [[nodiscard]] double microseconds_since(std::uint64_t from) const { return microseconds(from, last_); }

  /// "2026-01-31T23:59:59.123456Z"
  [[nodiscard]] std::string wall(std::uint64_t at) const {
    constexpr std::int64_t kMicros = 1'000'000;
    const auto micros = first_.wall + static_cast<std::int64_t>(microseconds(first_.ticks, at));
    const std::time_t seconds = micros / kMicros;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char date[32];
    const std::size_t length = std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    char fraction[32];
    std::snprintf(fraction, sizeof fraction, ".%06dZ", static_cast<int>(micros % kMicros));
    return std::string(date, length) + fraction;
  }

 private:
  struct Moment {
    std::uint64_t ticks = Recorder::ticks();
    std::int64_t steady = nanoseconds_now();
    std::int64_t wall =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
  };

  Moment first_;
  std::uint64_t last_ = 0;
  double nanoseconds_ = 1;  // of a tick
};

std::string_view name_of(Recorder::State state) {
  switch (state) {
    case Recorder::State::kPreparing:
      return "preparing";
    case Recorder::State::kQueued:
      return "queued";
    case Recorder::State::kUnderWay:
      return "under-way";
    case Recorder::State::kEnded:
      return "ended";
    case Recorder::State::kFailed:
      return "failed";
  }
  return "";
}

std::string type_name(MPI_Datatype type) {
  const auto known = type == MPI_DATATYPE_NULL ? std::nullopt : element_type_of(type);
  return known ? std::string(name_of(*known)) : "-";
}

std::string op_name(MPI_Op op) {
  const auto known = op == MPI_OP_NULL ? std::nullopt : reduce_operator_of(op);
  return known ? std::string(name_of(*known)) : "-";
}

/// Of kLine bytes; of what does not fit the beginning, and that there was more.
std::string fitted(std::string text) {
  constexpr std::string_view kMore = "...";
  if (text.size() > Recorder::kLine - 1) {
    text.resize(Recorder::kLine - 1 - kMore.size());
    text += kMore;
  }
  text.resize(Recorder::kLine - 1, ' ');
  return text + '\n';
}

[[noreturn]] void cannot_write(const std::string& path, int reason) {
  throw Error(ErrorKind::kSystem, path + ": " + std::strerror(reason));
}

}  // namespace

Recorder::Recorder() : ring_(std::make_unique<Record[]>(kKept)) {
  (void)TickTime::now();
}

Recorder::~Recorder() {
  if (file_ != nullptr) {
    ::munmap(file_, kFileBytes);
  }
}

// An older file of that name is not written to but replaced, whoever may have it open, or whatever it links to.
void Recorder::write_to(const std::string& path) {
  ::unlink(path.c_str());
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) {
    cannot_write(path, errno);
  }
  // All of its room now: on a full disk a later write would be a signal.
  int reason = ::posix_fallocate(file, 0, static_cast<off_t>(kFileBytes));
  void* const memory =
      reason != 0 ? MAP_FAILED : ::mmap(nullptr, kFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) {
    reason = reason != 0 ? reason : errno;
    ::close(file);
    ::unlink(path.c_str());
    cannot_write(path, reason);
  }
  ::close(file);
  path_ = path;
  file_ = static_cast<char*>(memory);
  const std::string head =
      fitted("# call state begun(UTC) us collective elements bytes_each type operation root round algorithm");
  const std::string none = fitted("");
  for (std::size_t i = 1; i <= kKept; ++i) {
    std::memcpy(file_ + i * kLine, none.data(), kLine);
  }
  // Last: a file without it belongs to somebody who was killed here.
  std::atomic_thread_fence(std::memory_order_release);
  std::memcpy(file_, head.data(), kLine);
}

Recorder::Algorithm Recorder::number_of(std::string_view algorithm) {
  const std::lock_guard lock(names_lock_);
  auto known = std::ranges::find(names_, algorithm);
  if (known == names_.end()) {
    if (names_.size() == kMostNames) {
      return Algorithm::kUnknown;
    }
    names_.emplace_back(algorithm);
    known = names_.end() - 1;
  }
  return static_cast<Algorithm>(known - names_.begin() + 1);
}

std::string Recorder::name_of_algorithm(Algorithm algorithm) const {
  const std::lock_guard lock(names_lock_);
  return algorithm == Algorithm::kUnknown ? "-" : names_[static_cast<std::size_t>(algorithm) - 1];
}

bool Recorder::see(Number call, Seen& seen) const {
  const Record& record = of(call);
  if (record.number.load(std::memory_order_acquire) != call) {
    return false;
  }
  seen = {.number = call,
          .begun = record.begun.load(kRelaxed),
          .ended = record.ended.load(kRelaxed),
          .elements = record.elements.load(kRelaxed),
          .type = record.type.load(kRelaxed),
          .op = record.op.load(kRelaxed),
          .element_size = record.element_size.load(kRelaxed),
          .root = record.root.load(kRelaxed),
          .round = record.round.load(kRelaxed),
          .algorithm = record.algorithm.load(kRelaxed),
          .collective = static_cast<Collective>(record.collective.load(kRelaxed)),
          .state = record.state.load(kRelaxed)};
  std::atomic_thread_fence(std::memory_order_acquire);
  return record.number.load(kRelaxed) == call;
}

/// "#12 allreduce of 10 x 4 bytes (float, sum) by ring: ended, begun 12.3 us ago"
std::string Recorder::in_words(const Seen& seen) const {
  const TickTime time = TickTime::now();
  std::string text = '#' + std::to_string(seen.number) + ' ' + std::string(ringwood::name_of(seen.collective)) +
                     " of " + std::to_string(seen.elements) + " x " + std::to_string(seen.element_size) + " bytes";
  if (seen.type != MPI_DATATYPE_NULL) {
    text += " (" + type_name(seen.type) + (seen.op == MPI_OP_NULL ? "" : ", " + op_name(seen.op)) + ')';
  }
  if (seen.algorithm != Algorithm::kUnknown) {
    text += " by " + name_of_algorithm(seen.algorithm);
  }
  char begun[64];
  std::snprintf(begun, sizeof begun, ", begun %.1f us ago", time.microseconds_since(seen.begun));
  return text + ": " + std::string(name_of(seen.state)) + begun;
}

std::string Recorder::line(const Seen& seen) const {
  const TickTime time = TickTime::now();
  char took[32] = "-";
  if (seen.ended != 0) {
    std::snprintf(took, sizeof took, "%.3f", time.microseconds(seen.begun, seen.ended));
  }
  char text[Recorder::kLine];
  std::snprintf(text, sizeof text, "%12llu %-9s %s %14s %-14s %12llu %6u %-14s %-10s %6d %6s ",
                static_cast<unsigned long long>(seen.number), name_of(seen.state).data(), time.wall(seen.begun).c_str(),
                took, ringwood::name_of(seen.collective).data(), static_cast<unsigned long long>(seen.elements),
                seen.element_size, type_name(seen.type).c_str(), op_name(seen.op).c_str(), seen.root,
                seen.round == kNoRound ? "-" : std::to_string(seen.round).c_str());
  return fitted(text + name_of_algorithm(seen.algorithm));
}

void Recorder::show(Number call) noexcept {
  try {
    Seen seen{};
    if (see(call, seen)) {
      const std::string text = line(seen);
      std::memcpy(file_ + (1 + call % kKept) * kLine, text.data(), kLine);
    }
  } catch (const std::exception&) {
    // No memory for a line: the one before stays, and the call goes on.
  }
}

std::string Recorder::last_calls() const {
  std::string text;
  const Number last = calls_.load(kRelaxed);
  for (Number call = last; call > 0 && last - call < kTold; --call) {
    Seen seen{};
    if (see(call, seen)) {
      text += (text.empty() ? "; last calls of this rank: " : ", ") + in_words(seen);
    }
  }
  return path_.empty() ? text : text + "; all calls: " + path_;
}

}  // namespace ringwood
