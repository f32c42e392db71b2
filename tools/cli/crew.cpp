#include "tools/cli/crew.hpp"

#include "tools/cli/output.hpp"
#include "tools/cli/worker_threads.hpp"

namespace ringwood::cli {

namespace {

constexpr std::chrono::milliseconds kLong{100};

class SoloCrew final : public Crew {
 public:
  [[nodiscard]] bool first() const override { return launched_rank() == 0; }

  void on_first(const std::function<void()>& action) override {
    if (first()) {
      action();
    }
  }

  [[nodiscard]] std::vector<char> shared(const std::vector<char>& flags) override { return flags; }

  void share(const SharedWork& work, int threads) override {
    if (!first()) {
      return;
    }
    WorkerThreads workers(work, threads);
    std::size_t next = 0;
    bool more = true;
    while (more || workers.under_way() > 0) {
      while (more && workers.hungry()) {
        more = next < work.count && !work.enough();
        if (more) {
          workers.add(next++);
        }
      }
      if (const auto result = workers.take(kLong, more)) {
        work.done(result->index, result->text);
      }
    }
  }
};

}  // namespace

std::unique_ptr<Crew> solo_crew() {
  return std::make_unique<SoloCrew>();
}

}  // namespace ringwood::cli
