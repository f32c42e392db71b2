#include <algorithm>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "interpret/threads/hostile.hpp"
#include "interpret/threads/mailbox.hpp"
#include "ringwood/error.hpp"
#include "ringwood/threads.hpp"
#include "schedule/checked_transport.hpp"
#include "schedule/executor.hpp"

namespace ringwood {

namespace {

/// One rank, whole. Lives until all threads have ended: others may be reading its memory, and messages of its
/// transports.
struct RankTask {
  Plan plan;
  std::vector<std::byte> scratch;
  MessageLog messages;
  std::optional<MailboxTransport> plain;
  std::optional<HostileTransport> hostile;
  std::optional<CheckedTransport> checked;

  Transport& transport(Mailboxes& mailboxes, const ThreadsOptions& options) {
    Transport* made = &plain.emplace(mailboxes, plan.rank());
    if (options.hostility != nullptr) {
      made = &hostile.emplace(mailboxes, plan.rank(), *options.hostility);
    }
    return options.checksum ? checked.emplace(*made) : *made;
  }
};

void check_size(Rank rank, const char* which, std::size_t given, Bytes needed) {
  if (static_cast<Bytes>(given) < needed) {
    throw Error(ErrorKind::kUsage, "rank " + std::to_string(rank) + ": its " + which + " buffer has " +
                                       std::to_string(given) + " bytes, and must have " + std::to_string(needed));
  }
}

std::vector<RankTask> prepare(const Schedule& schedule, const Layout& layout, std::span<const RankBuffers> buffers,
                              const ThreadsOptions& options) {
  if (buffers.size() != static_cast<std::size_t>(schedule.ranks())) {
    throw Error(ErrorKind::kUsage, std::to_string(buffers.size()) + " pairs of buffers for " +
                                       std::to_string(schedule.ranks()) + " ranks; every rank needs one");
  }
  std::vector<RankTask> tasks(buffers.size());
  for (std::size_t rank = 0; rank < tasks.size(); ++rank) {
    RankTask& task = tasks[rank];
    task.plan = compile(schedule, layout, static_cast<Rank>(rank),
                        options.in_place ? BufferUse::kInPlace : BufferUse::kSeparate);
    check_size(task.plan.rank(), "send", buffers[rank].send.size(), task.plan.send_bytes());
    check_size(task.plan.rank(), "receive", buffers[rank].receive.size(), task.plan.receive_bytes());
    task.scratch.resize(static_cast<std::size_t>(task.plan.scratch_bytes()));
  }
  return tasks;
}

}  // namespace

ThreadsReport run_on_threads(const Schedule& schedule, const Layout& layout, const Reduction* reduction,
                             std::span<const RankBuffers> buffers, const ThreadsOptions& options) {
  std::vector<RankTask> tasks = prepare(schedule, layout, buffers, options);
  Mailboxes mailboxes(schedule.ranks(),
                      {.eager_limit = options.synchronous ? -1 : options.eager_limit, .timeout = options.timeout});
  ThreadsReport report;
  report.errors.resize(tasks.size());
  std::mutex first_failure;

  const auto fail = [&](std::size_t rank, const std::string& why) {
    report.errors[rank] = why;
    {
      const std::lock_guard lock(first_failure);
      report.error = report.error.empty() ? why : report.error;
    }
    mailboxes.abort();
  };
  const auto run = [&](std::size_t rank) {
    RankTask& task = tasks[rank];
    try {
      execute(task.plan, {buffers[rank].send.data(), buffers[rank].receive.data(), task.scratch.data()}, reduction,
              task.transport(mailboxes, options), options.log ? &task.messages : nullptr);
    } catch (const Error& error) {
      fail(rank, error.what());
    } catch (const std::exception& error) {
      fail(rank, "rank " + std::to_string(rank) + ": " + error.what());
    } catch (...) {
      fail(rank, "rank " + std::to_string(rank) + ": something was thrown that is no std::exception");
    }
  };

  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    threads.reserve(tasks.size());
    for (std::size_t rank = 0; rank < tasks.size(); ++rank) {
      try {
        threads.emplace_back(run, rank);
      } catch (const std::system_error& error) {
        fail(rank, "rank " + std::to_string(rank) + ": no thread can be started: " + error.what());
        break;
      }
    }
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  report.ok = report.error.empty();
  for (const RankTask& task : tasks) {
    report.messages.insert(report.messages.end(), task.messages.begin(), task.messages.end());
  }
  sort_messages(report.messages);
  return report;
}

}  // namespace ringwood
