/**
 * @file ringwood.h
 * MPI's collectives by Ringwood's algorithms: each function has the arguments, the meaning and the errors of the MPI
 * function that it is named after, so that "MPI_Allreduce" can become "ringwood_allreduce" and nothing else.
 *
 * Messages travel over a private communicator, made by the first call on a communicator and freed with it; that first
 * call is therefore collective over all ranks even where MPI's would not wait.
 *
 * Which algorithm runs can be said by the environment of rank 0 of the communicator, read at that first call:
 * RINGWOOD_ALLREDUCE, RINGWOOD_REDUCE_SCATTER, RINGWOOD_ALLGATHER, RINGWOOD_BROADCAST, RINGWOOD_REDUCE and
 * RINGWOOD_BARRIER are an algorithm ("ring"), an expression ("lanes(2, ring)") or "native". A value that cannot be
 * understood, or that cannot do what is asked for, is an error that names the variable.
 *
 * Read there too: RINGWOOD_SHARED_MEMORY=0 sends all messages over MPI; RINGWOOD_CHECK=1 compares what the ranks pass
 * before each call; RINGWOOD_TIMEOUT=SECONDS makes a call fail that waits so long for another rank of its node;
 * RINGWOOD_VERBOSE=1 says on standard error where there is no shared memory.
 *
 * What is handed to the MPI library's own function, by a rule that has the same outcome on every rank, since it looks
 * only at what MPI requires to be the same there:
 *  - intercommunicators, and null handles, which it refuses itself;
 *  - reductions (count, datatype and operation must be the same on all ranks): datatypes with gaps, and predefined
 *    operations on datatypes for which Ringwood has no meaning;
 *  - reductions, broadcasts and gathers of more than 2^31 - 1 bytes in datatypes with gaps or of which others may have
 *    gaps (allgather, allgatherv, bcast: datatypes may differ between ranks, the number of bytes may not).
 *
 * Errors: the communicator's error handler is called once, with an error class of MPI; the code
 * is returned if the handler returns. After an error in communication the communicator is not used by Ringwood again.
 */
#ifndef RINGWOOD_H
#define RINGWOOD_H

#include <mpi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the shared library shows. */
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

/** MPI_Allreduce. User operations that do not commute are applied in rank order. */
int ringwood_allreduce(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, MPI_Comm comm);

/** MPI_Reduce_scatter. */
int ringwood_reduce_scatter(const void* sendbuf, void* recvbuf, const int recvcounts[], MPI_Datatype datatype,
                            MPI_Op op, MPI_Comm comm);

/** MPI_Reduce_scatter_block. */
int ringwood_reduce_scatter_block(const void* sendbuf, void* recvbuf, int recvcount, MPI_Datatype datatype, MPI_Op op,
                                  MPI_Comm comm);

/** MPI_Allgather. */
int ringwood_allgather(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                       MPI_Datatype recvtype, MPI_Comm comm);

/** MPI_Allgatherv. */
int ringwood_allgatherv(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf,
                        const int recvcounts[], const int displs[], MPI_Datatype recvtype, MPI_Comm comm);

/** MPI_Bcast. */
int ringwood_bcast(void* buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm);

/** MPI_Reduce. */
int ringwood_reduce(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, int root,
                    MPI_Comm comm);

/** MPI_Barrier. */
int ringwood_barrier(MPI_Comm comm);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
