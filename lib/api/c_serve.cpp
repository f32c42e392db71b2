#include "api/c_serve.hpp"

#include <cstdio>
#include <new>

namespace ringwood {

namespace {

int code_of(const Context* context, const std::exception& failure) {
  if (dynamic_cast<const std::bad_alloc*>(&failure) != nullptr) {
    return MPI_ERR_NO_MEM;
  }
  const auto* error = dynamic_cast<const Error*>(&failure);
  if (error != nullptr && error->kind() == ErrorKind::kUsage) {
    return MPI_ERR_ARG;
  }
  return context != nullptr && context->mpi_code() != MPI_SUCCESS ? context->mpi_code() : MPI_ERR_OTHER;
}

bool ends_the_program(MPI_Comm comm) {
  MPI_Errhandler handler = MPI_ERRHANDLER_NULL;
  MPI_Comm_get_errhandler(comm, &handler);
  const bool fatal = handler == MPI_ERRORS_ARE_FATAL;
  MPI_Errhandler_free(&handler);
  return fatal;
}

// A code cannot name the variable, and whoever handles it did not write the call that it made fail.
bool tells_of_environment(Context* context, const std::exception& failure) {
  return dynamic_cast<const EnvironmentError*>(&failure) != nullptr && context != nullptr &&
         context->tells_of_environment();
}

}  // namespace

Context* context_to_serve(MPI_Comm comm) {
  if (comm == MPI_COMM_NULL) {
    return nullptr;
  }
  if (Context* known = find_context(comm)) {
    // MPI is about to end: callbacks of the user's still may call collectives.
    return known->is_closed() ? nullptr : known;
  }
  int between_groups = 0;
  if (MPI_Comm_test_inter(comm, &between_groups) != MPI_SUCCESS || between_groups != 0) {
    return nullptr;
  }
  return context_of(comm).get();
}

int refuse_argument(MPI_Comm comm, int error_class) {
  MPI_Comm_call_errhandler(comm == MPI_COMM_NULL ? MPI_COMM_WORLD : comm, error_class);
  return error_class;
}

int report_failure(MPI_Comm comm, Context* context, const std::exception& failure) {
  const int code = code_of(context, failure);
  const MPI_Comm told = context != nullptr && context->is_closed() ? MPI_COMM_WORLD : comm;
  if (ends_the_program(told) || tells_of_environment(context, failure)) {
    std::fprintf(stderr, "ringwood: %s\n", failure.what());
  }
  MPI_Comm_call_errhandler(told, code);
  return code;
}

}  // namespace ringwood
