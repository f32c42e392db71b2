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
 * before each call; RINGWOOD_TIMEOUT=SECONDS makes a call fail in which nothing comes for so long, and says whom it
 * waits for, and which calls came before; RINGWOOD_CHECKSUM=1 has each message followed by its checksum, so that one
 * which is changed on its way makes the call fail; RINGWOOD_RECORD=PREFIX keeps the last 1,024 calls of each
 * communicator in files of mode 0600 that anybody with the right to may read while a rank is stuck, PREFIX.RANK.NUMBER;
 * RINGWOOD_VERBOSE=1 says on standard error where there is no shared memory; RINGWOOD_TABLE=FILE is a
 * decision table (ringwood tune); RINGWOOD_MACHINE=FILE a machine (ringwood probe), a generator or a preset, by which
 * algorithms between nodes are chosen and hierarchical ones know the network; RINGWOOD_PIECE=SIZE cuts messages over
 * MPI in pieces of at most that, 0 sends them whole (usual: what Open MPI sends over TCP at once, so that both
 * directions stay busy).
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
#include <stddef.h>

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

/** MPI_Alltoall. */
int ringwood_alltoall(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                      MPI_Datatype recvtype, MPI_Comm comm);

/** MPI_Gather. */
int ringwood_gather(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                    MPI_Datatype recvtype, int root, MPI_Comm comm);

/** MPI_Scatter. */
int ringwood_scatter(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                     MPI_Datatype recvtype, int root, MPI_Comm comm);

/** MPI_Barrier. */
int ringwood_barrier(MPI_Comm comm);

/**
 * A collective that was started or planned. Not an MPI_Request: MPI_Wait knows nothing of the library, and would not go
 * on with the operation that it waits for; a generalized request of MPI would need a thread that does. Its functions
 * are those of MPI by the same names, and wait, test and free no others.
 *
 * What is under way goes on whenever this process is in a function of this library, blocking collectives among them,
 * on whatever communicator; never inside MPI's own functions. So a rank that waits in MPI_Recv for what another rank
 * sends after its own ringwood_wait may wait for ever; RINGWOOD_PROGRESS=1 has a thread go on in this case, which needs
 * MPI_THREAD_MULTIPLE.
 *
 * Order, buffers and arrays of arguments are as for MPI's functions; datatypes may be freed, operations may not before
 * the end. The first call of a communicator waits for all of its ranks even if it is a non-blocking one.
 */
typedef struct ringwood_request_state* ringwood_request; /* NOLINT(modernize-use-using): C */

/** No request: it has ended. */
#define RINGWOOD_REQUEST_NULL NULL

/** Non-blocking: as MPI_Iallreduce and its like. */
int ringwood_iallreduce(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                        ringwood_request* request);
int ringwood_ireduce_scatter(const void* sendbuf, void* recvbuf, const int recvcounts[], MPI_Datatype datatype,
                             MPI_Op op, MPI_Comm comm, ringwood_request* request);
int ringwood_ireduce_scatter_block(const void* sendbuf, void* recvbuf, int recvcount, MPI_Datatype datatype, MPI_Op op,
                                   MPI_Comm comm, ringwood_request* request);
int ringwood_iallgather(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                        MPI_Datatype recvtype, MPI_Comm comm, ringwood_request* request);
int ringwood_iallgatherv(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf,
                         const int recvcounts[], const int displs[], MPI_Datatype recvtype, MPI_Comm comm,
                         ringwood_request* request);
int ringwood_ibcast(void* buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm, ringwood_request* request);
int ringwood_ireduce(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, int root,
                     MPI_Comm comm, ringwood_request* request);
int ringwood_ibarrier(MPI_Comm comm, ringwood_request* request);
int ringwood_ialltoall(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                       MPI_Datatype recvtype, MPI_Comm comm, ringwood_request* request);
int ringwood_igather(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                     MPI_Datatype recvtype, int root, MPI_Comm comm, ringwood_request* request);
int ringwood_iscatter(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                      MPI_Datatype recvtype, int root, MPI_Comm comm, ringwood_request* request);

/**
 * Persistent: as MPI_Allreduce_init and its like of MPI 4; they wait for all ranks, and `info` is not looked at. What
 * is handed to the MPI library becomes its non-blocking function at each start, so there starts have an order.
 */
int ringwood_allreduce_init(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op,
                            MPI_Comm comm, MPI_Info info, ringwood_request* request);
int ringwood_reduce_scatter_init(const void* sendbuf, void* recvbuf, const int recvcounts[], MPI_Datatype datatype,
                                 MPI_Op op, MPI_Comm comm, MPI_Info info, ringwood_request* request);
int ringwood_reduce_scatter_block_init(const void* sendbuf, void* recvbuf, int recvcount, MPI_Datatype datatype,
                                       MPI_Op op, MPI_Comm comm, MPI_Info info, ringwood_request* request);
int ringwood_allgather_init(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                            MPI_Datatype recvtype, MPI_Comm comm, MPI_Info info, ringwood_request* request);
int ringwood_allgatherv_init(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf,
                             const int recvcounts[], const int displs[], MPI_Datatype recvtype, MPI_Comm comm,
                             MPI_Info info, ringwood_request* request);
int ringwood_bcast_init(void* buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm, MPI_Info info,
                        ringwood_request* request);
int ringwood_reduce_init(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, int root,
                         MPI_Comm comm, MPI_Info info, ringwood_request* request);
int ringwood_barrier_init(MPI_Comm comm, MPI_Info info, ringwood_request* request);
int ringwood_alltoall_init(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                           MPI_Datatype recvtype, MPI_Comm comm, MPI_Info info, ringwood_request* request);
int ringwood_gather_init(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                         MPI_Datatype recvtype, int root, MPI_Comm comm, MPI_Info info, ringwood_request* request);
int ringwood_scatter_init(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                          MPI_Datatype recvtype, int root, MPI_Comm comm, MPI_Info info, ringwood_request* request);

/** MPI_Start: of a persistent request that is not under way. */
int ringwood_start(ringwood_request* request);

/** MPI_Startall. */
int ringwood_startall(int count, ringwood_request requests[]);

/** MPI_Wait: frees a non-blocking request, and makes it RINGWOOD_REQUEST_NULL. The status is always an empty one. */
int ringwood_wait(ringwood_request* request, MPI_Status* status);

/** MPI_Test. */
int ringwood_test(ringwood_request* request, int* flag, MPI_Status* status);

/** MPI_Waitall: for all, whatever fails. Statuses are empty but for their MPI_ERROR. */
int ringwood_waitall(int count, ringwood_request requests[], MPI_Status* statuses);

/** MPI_Testall, but that requests which have ended are freed even if others have not. */
int ringwood_testall(int count, ringwood_request requests[], int* flag, MPI_Status* statuses);

/** MPI_Request_free: of a persistent request that is not under way; all others are MPI_ERR_REQUEST. */
int ringwood_request_free(ringwood_request* request);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
