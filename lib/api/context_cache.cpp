#include "api/context_cache.hpp"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <new>
#include <vector>

#include "api/arrival.hpp"
#include "api/twin.hpp"
#include "interpret/mpi/all_ready.hpp"
#include "interpret/mpi/mpi_error.hpp"

namespace ringwood {

namespace {

using Holder = std::shared_ptr<Context>;

std::atomic<bool>& in_use() {
  static std::atomic<bool> is = false;
  return is;
}

/// All contexts of the process, since MPI_Finalize promises to run the callbacks of MPI_COMM_SELF only, not those of
/// the other predefined communicators.
class LiveContexts {
 public:
  void add(const Holder& context) {
    const std::lock_guard lock(mutex_);
    std::erase_if(contexts_, [](const std::weak_ptr<Context>& known) { return known.expired(); });
    contexts_.push_back(context);
  }

  /// In the order of creation: any two ranks then free the communicators that they share in the same order.
  void close_all() {
    const std::lock_guard lock(mutex_);
    for (const std::weak_ptr<Context>& known : contexts_) {
      if (const Holder context = known.lock()) {
        context->end();
      }
    }
    contexts_.clear();
  }

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<Context>> contexts_;
};

int close_context(MPI_Comm /*users*/, int /*key*/, void* value, void* /*state*/) {
  const std::unique_ptr<Holder> holder(static_cast<Holder*>(value));
  if (*holder != nullptr) {
    (*holder)->close();
  }
  return MPI_SUCCESS;
}

int close_all_contexts(MPI_Comm /*self*/, int /*key*/, void* value, void* /*state*/) {
  in_use() = false;
  progress::stop_thread();
  static_cast<LiveContexts*>(value)->close_all();
  return MPI_SUCCESS;
}

/// MPI's names for our attributes: made by the first call, and valid until MPI ends.
class Keys {
 public:
  Keys() {
    check_mpi(MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, close_context, &context_, nullptr),
              "MPI_Comm_create_keyval");
    check_mpi(MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, close_all_contexts, &end_, nullptr),
              "MPI_Comm_create_keyval");
    check_mpi(MPI_Comm_set_attr(MPI_COMM_SELF, end_, &live_), "MPI_Comm_set_attr");
    in_use() = true;
  }

  [[nodiscard]] int context() const { return context_; }

  [[nodiscard]] LiveContexts& live() { return live_; }

 private:
  LiveContexts live_;
  int context_ = MPI_KEYVAL_INVALID;
  int end_ = MPI_KEYVAL_INVALID;
};

Keys& keys() {
  // Never destroyed: MPI may be ended by a destructor that runs later. And not allocated: who asks whether there is a
  // context could not tell the other ranks that there was no memory.
  alignas(Keys) static std::byte place[sizeof(Keys)];
  static Keys& made = *new (place) Keys;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): in a function
  return made;
}

Holder* find_holder(MPI_Comm users) {
  void* value = nullptr;
  int found = 0;
  // What is no communicator has no context; whoever makes one finds out.
  const int code = MPI_Comm_get_attr(users, keys().context(), &value, &found);
  return code == MPI_SUCCESS && found != 0 ? static_cast<Holder*>(value) : nullptr;
}

/// Where somebody does not come, the communicator gets a holder of nothing: whoever comes later still meets the others,
/// who do not wait for a second time.
void await_all(MPI_Comm users) {
  try {
    await_first_call(users);
  } catch (...) {
    MPI_Comm_set_attr(users, keys().context(), new Holder);
    throw;
  }
}

}  // namespace

const std::shared_ptr<Context>& context_of(MPI_Comm users) {
  if (const Holder* known = find_holder(users)) {
    if (*known == nullptr) {
      throw Error(ErrorKind::kSystem, "a rank did not come to the first call on this communicator");
    }
    return *known;
  }
  await_all(users);
  MPI_Comm twin = make_twin(users);
  std::unique_ptr<Holder> holder;
  try {
    holder = agreed(twin, [&] {
      auto made = std::make_unique<Holder>(std::make_shared<Context>(twin));
      keys().live().add(*made);
      return made;
    });
    check_mpi(MPI_Comm_set_attr(users, keys().context(), holder.get()), "MPI_Comm_set_attr");
  } catch (...) {
    holder.reset();
    PMPI_Comm_free(&twin);
    throw;
  }
  return *holder.release();
}

bool contexts_in_use() {
  return in_use().load(std::memory_order_acquire);
}

Context* find_context(MPI_Comm users) {
  const Holder* known = find_holder(users);
  return known != nullptr ? known->get() : nullptr;
}

}  // namespace ringwood
