// MPI's collectives under an unmodified Fortran program over Open MPI, whose Fortran functions call PMPI_ functions,
// and whose module mpi_f08 calls those of mpif.h by their inner names. MPICH's call the C functions, which pmpi.cpp
// has.

#include <mpi.h>

#include "preload/preload.hpp"

#ifdef OPEN_MPI

#pragma GCC visibility push(default)
extern "C" {

// What Fortran programs pass for MPI_IN_PLACE and MPI_BOTTOM; part of Open MPI's binary interface.
extern int mpi_fortran_in_place_;
extern int mpi_fortran_bottom_;

}  // extern "C"

namespace {

using ringwood::preload::CalledFrom;

void* buffer_of(void* fortran) {
  if (fortran == &mpi_fortran_in_place_) {
    return MPI_IN_PLACE;
  }
  return fortran == &mpi_fortran_bottom_ ? MPI_BOTTOM : fortran;
}

/// A Fortran INTEGER is a C int here, or the arguments would have to be copied.
static_assert(sizeof(MPI_Fint) == sizeof(int));

void give_code(MPI_Fint* ierror, int code) {
  if (ierror != nullptr) {
    *ierror = code;
  }
}

}  // namespace

extern "C" {

// NOLINTBEGIN(readability-function-size,readability-non-const-parameter): Fortran's arguments, one for one.
void ompi_allreduce_f(void* send, void* receive, MPI_Fint* count, MPI_Fint* type, MPI_Fint* op, MPI_Fint* comm,
                      MPI_Fint* ierror) {
  const CalledFrom from(__builtin_return_address(0));
  give_code(ierror, MPI_Allreduce(buffer_of(send), buffer_of(receive), *count, MPI_Type_f2c(*type), MPI_Op_f2c(*op),
                                  MPI_Comm_f2c(*comm)));
}

void ompi_reduce_scatter_f(void* send, void* receive, MPI_Fint* counts, MPI_Fint* type, MPI_Fint* op, MPI_Fint* comm,
                           MPI_Fint* ierror) {
  const CalledFrom from(__builtin_return_address(0));
  give_code(ierror, MPI_Reduce_scatter(buffer_of(send), buffer_of(receive), counts, MPI_Type_f2c(*type),
                                       MPI_Op_f2c(*op), MPI_Comm_f2c(*comm)));
}

void ompi_reduce_scatter_block_f(void* send, void* receive, MPI_Fint* count, MPI_Fint* type, MPI_Fint* op,
                                 MPI_Fint* comm, MPI_Fint* ierror) {
  const CalledFrom from(__builtin_return_address(0));
  give_code(ierror, MPI_Reduce_scatter_block(buffer_of(send), buffer_of(receive), *count, MPI_Type_f2c(*type),
                                             MPI_Op_f2c(*op), MPI_Comm_f2c(*comm)));
}

void ompi_allgather_f(void* send, MPI_Fint* send_count, MPI_Fint* send_type, void* receive, MPI_Fint* count,
                      MPI_Fint* type, MPI_Fint* comm, MPI_Fint* ierror) {
  const CalledFrom from(__builtin_return_address(0));
  give_code(ierror, MPI_Allgather(buffer_of(send), *send_count, MPI_Type_f2c(*send_type), buffer_of(receive), *count,
                                  MPI_Type_f2c(*type), MPI_Comm_f2c(*comm)));
}

void ompi_allgatherv_f(void* send, MPI_Fint* send_count, MPI_Fint* send_type, void* receive, MPI_Fint* counts,
                       MPI_Fint* starts, MPI_Fint* type, MPI_Fint* comm, MPI_Fint* ierror) {
  const CalledFrom from(__builtin_return_address(0));
  give_code(ierror, MPI_Allgatherv(buffer_of(send), *send_count, MPI_Type_f2c(*send_type), buffer_of(receive), counts,
                                   starts, MPI_Type_f2c(*type), MPI_Comm_f2c(*comm)));
}

void ompi_bcast_f(void* buffer, MPI_Fint* count, MPI_Fint* type, MPI_Fint* root, MPI_Fint* comm, MPI_Fint* ierror) {
  const CalledFrom from(__builtin_return_address(0));
  give_code(ierror, MPI_Bcast(buffer_of(buffer), *count, MPI_Type_f2c(*type), *root, MPI_Comm_f2c(*comm)));
}

void ompi_reduce_f(void* send, void* receive, MPI_Fint* count, MPI_Fint* type, MPI_Fint* op, MPI_Fint* root,
                   MPI_Fint* comm, MPI_Fint* ierror) {
  const CalledFrom from(__builtin_return_address(0));
  give_code(ierror, MPI_Reduce(buffer_of(send), buffer_of(receive), *count, MPI_Type_f2c(*type), MPI_Op_f2c(*op), *root,
                               MPI_Comm_f2c(*comm)));
}

void ompi_alltoall_f(void* send, MPI_Fint* send_count, MPI_Fint* send_type, void* receive, MPI_Fint* count,
                     MPI_Fint* type, MPI_Fint* comm, MPI_Fint* ierror) {
  const CalledFrom from(__builtin_return_address(0));
  give_code(ierror, MPI_Alltoall(buffer_of(send), *send_count, MPI_Type_f2c(*send_type), buffer_of(receive), *count,
                                 MPI_Type_f2c(*type), MPI_Comm_f2c(*comm)));
}

void ompi_gather_f(void* send, MPI_Fint* send_count, MPI_Fint* send_type, void* receive, MPI_Fint* count,
                   MPI_Fint* type, MPI_Fint* root, MPI_Fint* comm, MPI_Fint* ierror) {
  const CalledFrom from(__builtin_return_address(0));
  give_code(ierror, MPI_Gather(buffer_of(send), *send_count, MPI_Type_f2c(*send_type), buffer_of(receive), *count,
                               MPI_Type_f2c(*type), *root, MPI_Comm_f2c(*comm)));
}

void ompi_scatter_f(void* send, MPI_Fint* send_count, MPI_Fint* send_type, void* receive, MPI_Fint* count,
                    MPI_Fint* type, MPI_Fint* root, MPI_Fint* comm, MPI_Fint* ierror) {
  const CalledFrom from(__builtin_return_address(0));
  give_code(ierror, MPI_Scatter(buffer_of(send), *send_count, MPI_Type_f2c(*send_type), buffer_of(receive), *count,
                                MPI_Type_f2c(*type), *root, MPI_Comm_f2c(*comm)));
}

void ompi_barrier_f(MPI_Fint* comm, MPI_Fint* ierror) {
  const CalledFrom from(__builtin_return_address(0));
  give_code(ierror, MPI_Barrier(MPI_Comm_f2c(*comm)));
}

// NOLINTEND(readability-function-size,readability-non-const-parameter)

// Each function has the names that compilers give it, and the one that mpi_f08 knows it by.
#define RINGWOOD_NAMES(lower, UPPER, parameters)                               \
  void mpi_##lower##_ parameters __attribute__((alias("ompi_" #lower "_f")));  \
  void mpi_##lower##__ parameters __attribute__((alias("ompi_" #lower "_f"))); \
  void mpi_##lower parameters __attribute__((alias("ompi_" #lower "_f")));     \
  void MPI_##UPPER parameters __attribute__((alias("ompi_" #lower "_f")))

RINGWOOD_NAMES(allreduce, ALLREDUCE, (void*, void*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*));
RINGWOOD_NAMES(reduce_scatter, REDUCE_SCATTER, (void*, void*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*));
RINGWOOD_NAMES(reduce_scatter_block, REDUCE_SCATTER_BLOCK,
               (void*, void*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*));
RINGWOOD_NAMES(allgather, ALLGATHER, (void*, MPI_Fint*, MPI_Fint*, void*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*));
RINGWOOD_NAMES(allgatherv, ALLGATHERV,
               (void*, MPI_Fint*, MPI_Fint*, void*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*));
RINGWOOD_NAMES(bcast, BCAST, (void*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*));
RINGWOOD_NAMES(reduce, REDUCE, (void*, void*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*));
RINGWOOD_NAMES(alltoall, ALLTOALL, (void*, MPI_Fint*, MPI_Fint*, void*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*));
RINGWOOD_NAMES(gather, GATHER,
               (void*, MPI_Fint*, MPI_Fint*, void*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*));
RINGWOOD_NAMES(scatter, SCATTER,
               (void*, MPI_Fint*, MPI_Fint*, void*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*, MPI_Fint*));
RINGWOOD_NAMES(barrier, BARRIER, (MPI_Fint*, MPI_Fint*));

}  // extern "C"
#pragma GCC visibility pop

#endif
