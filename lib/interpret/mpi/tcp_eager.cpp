#include "interpret/mpi/tcp_eager.hpp"

#include <mpi.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

namespace ringwood {

namespace {

/// The tools interface from its start to its end.
class Tools {
 public:
  Tools() {
    // What is asked for here becomes the level of the whole process (Open MPI 4.1): no other than it has.
    int level = MPI_THREAD_SINGLE;
    int provided = 0;
    PMPI_Query_thread(&level);
    open_ = MPI_T_init_thread(level, &provided) == MPI_SUCCESS;
  }

  Tools(const Tools&) = delete;
  Tools& operator=(const Tools&) = delete;

  ~Tools() {
    if (open_) {
      MPI_T_finalize();
    }
  }

  /// The value of a control variable that counts bytes; nothing if there is none of that name, which is so for
  /// components that are not in use.
  [[nodiscard]] std::optional<Bytes> bytes(const char* name) const {
    int index = 0;
    MPI_T_cvar_handle handle = MPI_T_CVAR_HANDLE_NULL;
    int count = 0;
    if (!open_ || MPI_T_cvar_get_index(name, &index) != MPI_SUCCESS || !is_size(index) ||
        MPI_T_cvar_handle_alloc(index, nullptr, &handle, &count) != MPI_SUCCESS) {
      return std::nullopt;
    }
    std::uint64_t value = 0;
    const bool read = count == 1 && MPI_T_cvar_read(handle, &value) == MPI_SUCCESS;
    MPI_T_cvar_handle_free(&handle);
    return read ? std::optional(static_cast<Bytes>(value)) : std::nullopt;
  }

 private:
  [[nodiscard]] static bool is_size(int index) {
    std::array<char, 256> name{};
    std::array<char, 256> description{};
    auto name_length = static_cast<int>(name.size());
    auto description_length = static_cast<int>(description.size());
    int verbosity = 0;
    int binding = 0;
    int scope = 0;
    MPI_Datatype type = MPI_DATATYPE_NULL;
    MPI_T_enum values = MPI_T_ENUM_NULL;
    const bool valid = MPI_T_cvar_get_info(index, name.data(), &name_length, &verbosity, &type, &values,
                                           description.data(), &description_length, &binding, &scope) == MPI_SUCCESS;
    return valid && binding == MPI_T_BIND_NO_OBJECT && (type == MPI_UNSIGNED_LONG || type == MPI_UNSIGNED_LONG_LONG);
  }

  bool open_ = false;
};

// What the library puts in front of the data, with room to spare.
constexpr Bytes kHeader = 256;

// Other libraries have no such variables, and MPICH 4.0 forgets all of its own when its tools interface first ends.
#ifdef OPEN_MPI
constexpr bool kOpenMpi = true;
#else
constexpr bool kOpenMpi = false;
#endif

Bytes ask_library() {
  static_assert(sizeof(unsigned long) == sizeof(std::uint64_t));
  const Tools tools;
  // Adapters that Open MPI 4 drives itself; where UCX or libfabric carry the messages there are no such variables.
  for (const char* faster : {"btl_openib_eager_limit", "btl_usnic_eager_limit", "btl_ugni_eager_limit"}) {
    if (tools.bytes(faster)) {
      return 0;
    }
  }
  const Bytes limit = tools.bytes("btl_tcp_eager_limit").value_or(0);
  return limit > kHeader ? limit - kHeader : 0;
}

}  // namespace

Bytes tcp_eager_bytes() {
  if (!kOpenMpi) {
    return 0;
  }
  static const Bytes known = ask_library();
  return known;
}

}  // namespace ringwood
