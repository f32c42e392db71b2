#include "api/call_trace.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <limits>

#include "api/settings.hpp"
#include "api/twin.hpp"
#include "interpret/mpi/all_ready.hpp"
#include "interpret/mpi/mpi_error.hpp"

namespace ringwood {

namespace {

constexpr std::uint64_t kUsualCalls = 1000;
constexpr int kTag = 0;
constexpr int kExchanges = 20;
constexpr std::string_view kHead = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
constexpr std::string_view kTail = "\n]}\n";

/// Microseconds with three digits.
std::string microseconds(std::int64_t nanoseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", static_cast<double>(nanoseconds) / 1e3);
  return text;
}

constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::min();

/// What names the running system: processes that see the same one share its clock.
using Boot = std::array<char, 37>;

Boot boot_of_this_host() {
  Boot boot{};
  std::ifstream("/proc/sys/kernel/random/boot_id").read(boot.data(), boot.size() - 1);
  return boot;
}

struct FirstClock {
  std::int64_t zero = 0;
  Boot boot{};
};

void tell_clock(std::int64_t zero, int other, MPI_Comm communicator) {
  for (int exchange = 0; exchange < kExchanges; ++exchange) {
    check_mpi(PMPI_Recv(nullptr, 0, MPI_BYTE, other, kTag, communicator, MPI_STATUS_IGNORE), "MPI_Recv");
    const std::int64_t answer = nanoseconds_now() - zero;
    check_mpi(PMPI_Send(&answer, 1, MPI_INT64_T, other, kTag, communicator), "MPI_Send");
  }
}

/// Rank 0's zero by this clock. Its clock is read half-way between a question and its answer; the fastest of a few
/// tells most (Cristian 1989).
std::int64_t ask_clock(MPI_Comm communicator) {
  std::int64_t best = std::numeric_limits<std::int64_t>::max();
  std::int64_t zero = 0;
  for (int exchange = 0; exchange < kExchanges; ++exchange) {
    std::int64_t answer = 0;
    const std::int64_t asked = nanoseconds_now();
    check_mpi(PMPI_Send(nullptr, 0, MPI_BYTE, 0, kTag, communicator), "MPI_Send");
    check_mpi(PMPI_Recv(&answer, 1, MPI_INT64_T, 0, kTag, communicator, MPI_STATUS_IGNORE), "MPI_Recv");
    const std::int64_t heard = nanoseconds_now();
    if (heard - asked < best) {
      best = heard - asked;
      zero = asked + best / 2 - answer;
    }
  }
  return zero;
}

std::uint64_t most_calls(const std::string& value) {
  std::uint64_t calls = kUsualCalls;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), calls);
  if (!value.empty() && (failure != std::errc() || end != value.data() + value.size() || calls == 0)) {
    throw Error(ErrorKind::kUsage, "RINGWOOD_TRACE_CALLS=" + value + ": accepted are numbers from 1 on");
  }
  return calls;
}

/// What a rank adds to the file, which is a whole trace before and after. Others may do so at the same time.
bool append(const std::string& path, std::string_view events) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
  if (file < 0) {
    return false;
  }

  struct stat status {};

  bool ok = ::flock(file, LOCK_EX) == 0 && ::fstat(file, &status) == 0;
  std::string text;
  off_t at = 0;
  if (ok && status.st_size > static_cast<off_t>(kTail.size())) {
    at = status.st_size - static_cast<off_t>(kTail.size());
    text = ",\n";
  } else {
    text = kHead;
  }
  text.append(events).append(kTail);
  for (std::size_t done = 0; ok && done < text.size();) {
    const ssize_t written = ::pwrite(file, text.data() + done, text.size() - done, at + static_cast<off_t>(done));
    ok = written > 0 || (written < 0 && errno == EINTR);
    done += written > 0 ? static_cast<std::size_t>(written) : 0;
  }
  const int reason = errno;
  ::close(file);
  errno = reason;
  return ok;
}

}  // namespace

std::unique_ptr<CallTrace> CallTrace::create(MPI_Comm communicator) {
  int me = 0;
  check_mpi(PMPI_Comm_rank(communicator, &me), "MPI_Comm_rank");
  const std::string file = me == 0 ? value_of("RINGWOOD_TRACE") : "";
  const std::string own = file.empty() ? "" : file + '\n' + value_of("RINGWOOD_TRACE_CALLS");
  const std::string told = text_of_first_rank(own, communicator);
  if (told.empty()) {
    return nullptr;
  }
  const std::string path = told.substr(0, told.find('\n'));
  return std::unique_ptr<CallTrace>(new CallTrace(communicator, path, most_calls(told.substr(path.size() + 1))));
}

CallTrace::CallTrace(MPI_Comm communicator, std::string path, std::uint64_t calls)
    : path_(std::move(path)), most_calls_(calls) {
  int me = 0;
  int ranks = 1;
  check_mpi(PMPI_Comm_rank(MPI_COMM_WORLD, &world_rank_), "MPI_Comm_rank");
  check_mpi(PMPI_Comm_rank(communicator, &me), "MPI_Comm_rank");
  check_mpi(PMPI_Comm_size(communicator, &ranks), "MPI_Comm_size");
  world_rank_of_.resize(static_cast<std::size_t>(ranks));
  all_ready(communicator);
  check_mpi(PMPI_Allgather(&world_rank_, 1, MPI_INT, world_rank_of_.data(), 1, MPI_INT, communicator), "MPI_Allgather");
  static bool is_first = true;
  if (world_rank_ == 0 && is_first) {
    // Of an earlier run; who cannot be rid of it cannot write it either, and says so then.
    ::unlink(path_.c_str());
  }
  is_first = false;
  find_clock(communicator);
}

/// The first communicator of a process decides: what others found would differ by the error of that.
void CallTrace::find_clock(MPI_Comm communicator) {
  static std::int64_t zero = kUnknown;
  int me = 0;
  int ranks = 1;
  check_mpi(PMPI_Comm_rank(communicator, &me), "MPI_Comm_rank");
  check_mpi(PMPI_Comm_size(communicator, &ranks), "MPI_Comm_size");
  if (me == 0 && zero == kUnknown) {
    zero = nanoseconds_now();
  }
  FirstClock first{zero, boot_of_this_host()};
  const Boot own_boot = boot_of_this_host();
  std::vector<char> who(static_cast<std::size_t>(ranks));
  all_ready(communicator);
  check_mpi(PMPI_Bcast(&first, static_cast<int>(sizeof first), MPI_BYTE, 0, communicator), "MPI_Bcast");
  const bool same_clock = first.boot == own_boot;
  zero = zero == kUnknown && same_clock ? first.zero : zero;
  char asks = zero == kUnknown ? 1 : 0;
  check_mpi(PMPI_Gather(&asks, 1, MPI_CHAR, who.data(), 1, MPI_CHAR, 0, communicator), "MPI_Gather");
  for (int other = 1; me == 0 && other < ranks; ++other) {
    if (who[static_cast<std::size_t>(other)] != 0) {
      tell_clock(zero, other, communicator);
    }
  }
  if (asks != 0) {
    zero = ask_clock(communicator);
  }
  zero_ns_ = zero;
}

EventLog& CallTrace::begin() {
  events_.clear();
  begun_ns_ = nanoseconds_now();
  return events_;
}

void CallTrace::add_text(std::string_view kind, std::int64_t start_ns, std::int64_t end_ns,
                         const std::string& arguments) {
  text_ += text_.empty() ? "" : ",\n";
  text_ += "{\"ph\":\"X\",\"pid\":0,\"tid\":" + std::to_string(world_rank_) +
           ",\"ts\":" + microseconds(start_ns - zero_ns_) + ",\"dur\":" + microseconds(end_ns - start_ns) +
           ",\"name\":\"" + std::string(kind) + "\",\"args\":{" + arguments + "}}";
}

void CallTrace::add(const Event& event) {
  static constexpr std::string_view kNames[] = {"send to ", "receive from ", "receive and reduce from ", "reduce",
                                                "copy"};
  std::string name(kNames[static_cast<std::size_t>(event.kind)]);
  if (event.peer >= 0) {
    name += std::to_string(world_rank_of_[static_cast<std::size_t>(event.peer)]);
  } else if (event.kind == Event::Kind::kSend) {
    name += "several";
  }
  add_text(name, event.start_ns, event.end_ns,
           "\"call\":" + std::to_string(calls_) + ",\"round\":" + std::to_string(event.round) +
               ",\"lane\":" + std::to_string(event.lane) + ",\"bytes\":" + std::to_string(event.bytes));
}

void CallTrace::end(const CollectiveCall& call, std::string_view algorithm) {
  if (calls_ >= most_calls_) {
    return;
  }
  const std::int64_t end_ns = nanoseconds_now();
  add_text("call " + std::string(name_of(call.collective)), begun_ns_, end_ns,
           "\"call\":" + std::to_string(calls_) + ",\"algorithm\":\"" + std::string(algorithm) +
               "\",\"bytes\":" + std::to_string(static_cast<Bytes>(call.elements) * call.element_size));
  for (const Event& event : events_) {
    if (event.end_ns > 0) {
      add(event);
    }
  }
  ++calls_;
}

CallTrace::~CallTrace() {
  const std::string names =
      "{\"ph\":\"M\",\"pid\":0,\"name\":\"process_name\",\"args\":{\"name\":\"ranks\"}},\n"
      "{\"ph\":\"M\",\"pid\":0,\"tid\":" +
      std::to_string(world_rank_) + ",\"name\":\"thread_name\",\"args\":{\"name\":\"rank " +
      std::to_string(world_rank_) + "\"}}";
  if (!append(path_, names + (text_.empty() ? "" : ",\n") + text_)) {
    std::fprintf(stderr, "ringwood: RINGWOOD_TRACE=%s: rank %d cannot write it: %s\n", path_.c_str(), world_rank_,
                 std::strerror(errno));
  }
}

}  // namespace ringwood
