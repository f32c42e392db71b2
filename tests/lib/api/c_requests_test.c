/* Requests of the C face: non-blocking and persistent calls against MPI's own, what is freed before the end, what is
   handed to MPI, and what is refused. */

#include <mpi.h>
#include <ringwood.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;
static int me = 0;
static int ranks = 1;

#define EXPECT(condition)                                                                       \
  do {                                                                                          \
    if (!(condition)) {                                                                         \
      ++failures;                                                                               \
      fprintf(stderr, "%s:%d: rank %d of %d: %s\n", __FILE__, __LINE__, me, ranks, #condition); \
    }                                                                                           \
  } while (0)

enum { kMost = 3000 };

static int in[kMost * 8];
static int ours[kMost * 8];
static int theirs[kMost * 8];

static void fill(int seed) {
  for (int i = 0; i < kMost * 8; ++i)
    in[i] = me * 31 + i % 17 + seed;
}

static void non_blocking(void) {
  const int sizes[] = {0, 1, 7, kMost};
  int counts[8];
  int displs[8];
  for (int s = 0; s < 4; ++s) {
    const int n = sizes[s];
    ringwood_request requests[8];
    int* out[6];
    int all = 0;
    fill(s);
    for (int r = 0; r < ranks; ++r) {
      counts[r] = n == 0 ? 0 : r * 5 % 4;
      displs[r] = all + r;
      all += counts[r];
    }
    for (int k = 0; k < 6; ++k)
      out[k] = calloc((size_t)(n * ranks + 64), sizeof(int));
    EXPECT(ringwood_iallreduce(in, out[0], n, MPI_INT, MPI_SUM, MPI_COMM_WORLD, &requests[0]) == MPI_SUCCESS);
    EXPECT(ringwood_ireduce_scatter_block(in, out[1], n, MPI_INT, MPI_MAX, MPI_COMM_WORLD, &requests[1]) ==
           MPI_SUCCESS);
    EXPECT(ringwood_ireduce_scatter(in, out[2], counts, MPI_INT, MPI_SUM, MPI_COMM_WORLD, &requests[2]) == MPI_SUCCESS);
    EXPECT(ringwood_iallgather(in, n, MPI_INT, out[3], n, MPI_INT, MPI_COMM_WORLD, &requests[3]) == MPI_SUCCESS);
    EXPECT(ringwood_iallgatherv(in, counts[me], MPI_INT, out[4], counts, displs, MPI_INT, MPI_COMM_WORLD,
                                &requests[4]) == MPI_SUCCESS);
    memcpy(out[5], in, sizeof(int) * (size_t)n);
    EXPECT(ringwood_ibcast(out[5], n, MPI_INT, ranks - 1, MPI_COMM_WORLD, &requests[5]) == MPI_SUCCESS);
    EXPECT(ringwood_ireduce(in, ours, n, MPI_INT, MPI_SUM, 0, MPI_COMM_WORLD, &requests[6]) == MPI_SUCCESS);
    EXPECT(ringwood_ibarrier(MPI_COMM_WORLD, &requests[7]) == MPI_SUCCESS);
    EXPECT(ringwood_waitall(8, requests, MPI_STATUSES_IGNORE) == MPI_SUCCESS);
    for (int k = 0; k < 8; ++k)
      EXPECT(requests[k] == RINGWOOD_REQUEST_NULL);
    MPI_Allreduce(in, theirs, n, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    EXPECT(memcmp(out[0], theirs, sizeof(int) * (size_t)n) == 0);
    EXPECT(me != 0 || memcmp(ours, theirs, sizeof(int) * (size_t)n) == 0);
    MPI_Reduce_scatter_block(in, theirs, n, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    EXPECT(memcmp(out[1], theirs, sizeof(int) * (size_t)n) == 0);
    MPI_Reduce_scatter(in, theirs, counts, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    EXPECT(memcmp(out[2], theirs, sizeof(int) * (size_t)counts[me]) == 0);
    MPI_Allgather(in, n, MPI_INT, theirs, n, MPI_INT, MPI_COMM_WORLD);
    EXPECT(memcmp(out[3], theirs, sizeof(int) * (size_t)(n * ranks)) == 0);
    memset(theirs, 0, sizeof theirs);
    MPI_Allgatherv(in, counts[me], MPI_INT, theirs, counts, displs, MPI_INT, MPI_COMM_WORLD);
    EXPECT(memcmp(out[4], theirs, sizeof(int) * (size_t)(all + ranks)) == 0);
    memcpy(theirs, in, sizeof(int) * (size_t)n);
    MPI_Bcast(theirs, n, MPI_INT, ranks - 1, MPI_COMM_WORLD);
    EXPECT(memcmp(out[5], theirs, sizeof(int) * (size_t)n) == 0);
    for (int k = 0; k < 6; ++k)
      free(out[k]);
  }
}

static void persistent(void) {
  const int sizes[] = {0, 5, kMost};
  for (int s = 0; s < 3; ++s) {
    const int n = sizes[s];
    ringwood_request requests[3];
    static int gathered[kMost * 8];
    EXPECT(ringwood_allreduce_init(in, ours, n, MPI_INT, MPI_SUM, MPI_COMM_WORLD, MPI_INFO_NULL, &requests[0]) ==
           MPI_SUCCESS);
    EXPECT(ringwood_allgather_init(in, n, MPI_INT, gathered, n, MPI_INT, MPI_COMM_WORLD, MPI_INFO_NULL, &requests[1]) ==
           MPI_SUCCESS);
    EXPECT(ringwood_barrier_init(MPI_COMM_WORLD, MPI_INFO_NULL, &requests[2]) == MPI_SUCCESS);
    for (int turn = 0; turn < 3; ++turn) {
      int flag = 0;
      /* What is not started has ended. */
      EXPECT(ringwood_wait(&requests[0], MPI_STATUS_IGNORE) == MPI_SUCCESS);
      fill(turn);
      EXPECT(ringwood_startall(3, requests) == MPI_SUCCESS);
      while (!flag)
        EXPECT(ringwood_testall(3, requests, &flag, MPI_STATUSES_IGNORE) == MPI_SUCCESS);
      EXPECT(requests[0] != RINGWOOD_REQUEST_NULL);
      MPI_Allreduce(in, theirs, n, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
      EXPECT(memcmp(ours, theirs, sizeof(int) * (size_t)n) == 0);
      MPI_Allgather(in, n, MPI_INT, theirs, n, MPI_INT, MPI_COMM_WORLD);
      EXPECT(memcmp(gathered, theirs, sizeof(int) * (size_t)(n * ranks)) == 0);
    }
    for (int k = 0; k < 3; ++k) {
      EXPECT(ringwood_request_free(&requests[k]) == MPI_SUCCESS);
      EXPECT(requests[k] == RINGWOOD_REQUEST_NULL);
    }
  }
}

/* Blocks that go from and to all or one, in place and with gaps, by each of the three kinds of call. */
static void blocks(void) {
  enum { kBlock = 6 };

  MPI_Datatype gaps;
  ringwood_request requests[3];
  MPI_Type_vector(kBlock, 1, 2, MPI_INT, &gaps);
  MPI_Type_commit(&gaps);
  for (int root = 0; root < ranks; ++root) {
    const int is_root = me == root;
    const size_t bytes = sizeof(int) * kBlock * 2 * 8;
    fill(root);
    memset(ours, 0x11, bytes);
    memset(theirs, 0x11, bytes);
    MPI_Alltoall(in, kBlock, MPI_INT, theirs, 1, gaps, MPI_COMM_WORLD);
    EXPECT(ringwood_alltoall(in, kBlock, MPI_INT, ours, 1, gaps, MPI_COMM_WORLD) == MPI_SUCCESS);
    EXPECT(memcmp(ours, theirs, bytes) == 0);
    memcpy(ours, in, bytes);
    MPI_Alltoall(in, kBlock, MPI_INT, theirs, kBlock, MPI_INT, MPI_COMM_WORLD);
    EXPECT(ringwood_ialltoall(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, ours, kBlock, MPI_INT, MPI_COMM_WORLD,
                              &requests[0]) == MPI_SUCCESS);
    EXPECT(ringwood_wait(&requests[0], MPI_STATUS_IGNORE) == MPI_SUCCESS);
    EXPECT(memcmp(ours, theirs, sizeof(int) * kBlock * (size_t)ranks) == 0);
    memset(ours, 0x11, bytes);
    memset(theirs, 0x11, bytes);
    MPI_Gather(in, 1, gaps, theirs, kBlock, MPI_INT, root, MPI_COMM_WORLD);
    EXPECT(ringwood_gather(in, 1, gaps, ours, kBlock, MPI_INT, root, MPI_COMM_WORLD) == MPI_SUCCESS);
    EXPECT(memcmp(ours, theirs, bytes) == 0);
    MPI_Scatter(in, 1, gaps, theirs, kBlock, MPI_INT, root, MPI_COMM_WORLD);
    EXPECT(ringwood_scatter(in, 1, gaps, ours, kBlock, MPI_INT, root, MPI_COMM_WORLD) == MPI_SUCCESS);
    EXPECT(memcmp(ours, theirs, sizeof(int) * kBlock) == 0);
    /* The root's own block stays where it is. */
    int* mine = is_root ? ours : in;
    memcpy(ours + root * kBlock, in, sizeof(int) * kBlock);
    EXPECT(ringwood_gather_init(is_root ? MPI_IN_PLACE : in, kBlock, MPI_INT, ours, kBlock, MPI_INT, root,
                                MPI_COMM_WORLD, MPI_INFO_NULL, &requests[1]) == MPI_SUCCESS);
    EXPECT(ringwood_scatter_init(in, kBlock, MPI_INT, is_root ? MPI_IN_PLACE : theirs, kBlock, MPI_INT, root,
                                 MPI_COMM_WORLD, MPI_INFO_NULL, &requests[2]) == MPI_SUCCESS);
    for (int turn = 0; turn < 2; ++turn) {
      EXPECT(ringwood_startall(2, &requests[1]) == MPI_SUCCESS);
      EXPECT(ringwood_waitall(2, &requests[1], MPI_STATUSES_IGNORE) == MPI_SUCCESS);
      for (int i = 0; is_root && i < kBlock * ranks; ++i)
        EXPECT(mine[i] == i / kBlock * 31 + i % kBlock + root);
      for (int i = 0; !is_root && i < kBlock; ++i)
        EXPECT(theirs[i] == root * 31 + (me * kBlock + i) % 17 + root);
    }
    EXPECT(ringwood_request_free(&requests[1]) == MPI_SUCCESS);
    EXPECT(ringwood_request_free(&requests[2]) == MPI_SUCCESS);
  }
  MPI_Type_free(&gaps);
}

/* Datatypes and the communicator are freed while the operations are under way. */
static void freed_before_the_end(void) {
  MPI_Datatype gaps;
  MPI_Comm users;
  ringwood_request requests[3];
  int gapped[16];
  int out[16 * 8];
  int padded[16 * 8 + 16];
  MPI_Comm_dup(MPI_COMM_WORLD, &users);
  MPI_Type_vector(6, 1, 2, MPI_INT, &gaps);
  MPI_Type_commit(&gaps);
  for (int i = 0; i < 16; ++i)
    gapped[i] = i % 2 == 0 ? me * 6 + i / 2 : -1;
  memset(padded, 0x11, sizeof padded);
  EXPECT(ringwood_iallgather(gapped, 1, gaps, out, 6, MPI_INT, users, &requests[0]) == MPI_SUCCESS);
  EXPECT(ringwood_iallgather(gapped, 1, gaps, padded, 1, gaps, users, &requests[1]) == MPI_SUCCESS);
  EXPECT(ringwood_ibcast(gapped, 1, gaps, 0, users, &requests[2]) == MPI_SUCCESS);
  MPI_Type_free(&gaps);
  MPI_Comm_free(&users);
  EXPECT(ringwood_waitall(3, requests, MPI_STATUSES_IGNORE) == MPI_SUCCESS);
  for (int i = 0; i < 6 * ranks; ++i) {
    EXPECT(out[i] == i);
    EXPECT(padded[i / 6 * 11 + i % 6 * 2] == i);
  }
  EXPECT(gapped[1] == -1);
}

struct Affine {
  unsigned factor;
  unsigned offset;
};

static void compose(void* left_in, void* inout, int* count, MPI_Datatype* type) {
  const struct Affine* left = left_in;
  struct Affine* right = inout;
  (void)type;
  for (int i = 0; i < *count; ++i) {
    right[i].offset = left[i].offset * right[i].factor + right[i].offset;
    right[i].factor = left[i].factor * right[i].factor;
  }
}

static void operations(void) {
  MPI_Op op;
  MPI_Datatype pair;
  ringwood_request request;
  struct Affine mine[300];
  struct Affine got[300];
  struct Affine right[300];
  MPI_Op_create(compose, 0, &op);
  MPI_Type_contiguous(2, MPI_UNSIGNED, &pair);
  MPI_Type_commit(&pair);
  for (int i = 0; i < 300; ++i) {
    mine[i].factor = (unsigned)(me * 2 + i + 3);
    mine[i].offset = (unsigned)(me + i * 5);
  }
  MPI_Allreduce(mine, right, 300, pair, op, MPI_COMM_WORLD);
  EXPECT(ringwood_iallreduce(mine, got, 300, pair, op, MPI_COMM_WORLD, &request) == MPI_SUCCESS);
  MPI_Type_free(&pair);
  EXPECT(ringwood_wait(&request, MPI_STATUS_IGNORE) == MPI_SUCCESS);
  EXPECT(memcmp(got, right, sizeof got) == 0);
  MPI_Op_free(&op);
}

/* A pair with a hole in it is the MPI library's, and so is what crosses an intercommunicator. */
static void handed_to_mpi(void) {
  ringwood_request request;
  MPI_Status status;

  struct {
    double value;
    int index;
  } padded = {me, me};

  EXPECT(ringwood_iallreduce(MPI_IN_PLACE, &padded, 1, MPI_DOUBLE_INT, MPI_MAXLOC, MPI_COMM_WORLD, &request) ==
         MPI_SUCCESS);
  EXPECT(ringwood_wait(&request, &status) == MPI_SUCCESS);
  EXPECT(padded.index == ranks - 1);
  EXPECT(ringwood_allreduce_init(MPI_IN_PLACE, &padded, 1, MPI_DOUBLE_INT, MPI_MINLOC, MPI_COMM_WORLD, MPI_INFO_NULL,
                                 &request) == MPI_SUCCESS);
  for (int turn = 0; turn < 2; ++turn) {
    padded.index = me;
    padded.value = me;
    EXPECT(ringwood_start(&request) == MPI_SUCCESS);
    EXPECT(ringwood_wait(&request, &status) == MPI_SUCCESS);
    EXPECT(padded.index == 0);
  }
  EXPECT(ringwood_request_free(&request) == MPI_SUCCESS);
  if (ranks > 1) {
    MPI_Comm half;
    MPI_Comm between;
    int value = me % 2;
    int sum = 0;
    MPI_Comm_split(MPI_COMM_WORLD, me % 2, me, &half);
    MPI_Intercomm_create(half, 0, MPI_COMM_WORLD, 1 - me % 2, 7, &between);
    EXPECT(ringwood_iallreduce(&value, &sum, 1, MPI_INT, MPI_SUM, between, &request) == MPI_SUCCESS);
    EXPECT(ringwood_wait(&request, MPI_STATUS_IGNORE) == MPI_SUCCESS);
    EXPECT(sum == (me % 2 == 0 ? ranks / 2 : 0));
    MPI_Comm_free(&between);
    MPI_Comm_free(&half);
  }
}

static int handler_calls = 0;

static void count_errors(MPI_Comm* comm, int* code, ...) {
  (void)comm;
  (void)code;
  ++handler_calls;
}

static int class_of(int code) {
  int class = 0;
  MPI_Error_class(code, &class);
  return class;
}

static void refused(void) {
  MPI_Comm users;
  MPI_Errhandler handler;
  ringwood_request request = RINGWOOD_REQUEST_NULL;
  int a[4] = {1, 1, 1, 1};
  int b[4];
  int flag = 0;
  MPI_Comm_dup(MPI_COMM_WORLD, &users);
  MPI_Comm_create_errhandler(count_errors, &handler);
  MPI_Comm_set_errhandler(users, handler);
  EXPECT(class_of(ringwood_iallreduce(a, b, -1, MPI_INT, MPI_SUM, users, &request)) == MPI_ERR_COUNT);
  EXPECT(class_of(ringwood_iallreduce(NULL, b, 4, MPI_INT, MPI_SUM, users, &request)) == MPI_ERR_BUFFER);
  EXPECT(class_of(ringwood_iallreduce(a, NULL, 4, MPI_INT, MPI_SUM, users, &request)) == MPI_ERR_BUFFER);
  EXPECT(class_of(ringwood_iallreduce(a, a, 4, MPI_INT, MPI_SUM, users, &request)) == MPI_ERR_BUFFER);
  EXPECT(class_of(ringwood_allreduce(a, MPI_IN_PLACE, 4, MPI_INT, MPI_SUM, users)) == MPI_ERR_BUFFER);
  EXPECT(class_of(ringwood_ibcast(a, 4, MPI_INT, ranks, users, &request)) == MPI_ERR_ROOT);
  EXPECT(class_of(ringwood_ireduce(a, b, 4, MPI_INT, MPI_SUM, -1, users, &request)) == MPI_ERR_ROOT);
  EXPECT(class_of(ringwood_iallgatherv(a, 1, MPI_INT, b, NULL, NULL, MPI_INT, users, &request)) == MPI_ERR_COUNT);
  EXPECT(class_of(ringwood_ibarrier(users, NULL)) == MPI_ERR_ARG);
  EXPECT(class_of(ringwood_alltoall(a, 1, MPI_INT, a, 1, MPI_INT, users)) == MPI_ERR_BUFFER);
  EXPECT(class_of(ringwood_gather(a, 1, MPI_INT, b, 1, MPI_INT, ranks, users)) == MPI_ERR_ROOT);
  EXPECT(class_of(ringwood_scatter(a, 1, MPI_INT, b, -1, MPI_INT, 0, users)) == MPI_ERR_COUNT);
  EXPECT(handler_calls == 12);
  EXPECT(request == RINGWOOD_REQUEST_NULL);
  EXPECT(ringwood_wait(&request, MPI_STATUS_IGNORE) == MPI_SUCCESS);
  EXPECT(ringwood_test(&request, &flag, MPI_STATUS_IGNORE) == MPI_SUCCESS && flag);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  EXPECT(class_of(ringwood_request_free(&request)) == MPI_ERR_REQUEST);
  EXPECT(class_of(ringwood_start(&request)) == MPI_ERR_REQUEST);
  EXPECT(class_of(ringwood_wait(NULL, MPI_STATUS_IGNORE)) == MPI_ERR_REQUEST);
  EXPECT(ringwood_ibarrier(users, &request) == MPI_SUCCESS);
  EXPECT(class_of(ringwood_start(&request)) == MPI_ERR_REQUEST);
  EXPECT(ringwood_wait(&request, MPI_STATUS_IGNORE) == MPI_SUCCESS);
#ifdef OPEN_MPI /* as Debian builds it MPICH does not look at arguments */
  EXPECT(class_of(ringwood_iallreduce(a, b, 1, MPI_INT, MPI_SUM, MPI_COMM_NULL, &request)) == MPI_ERR_COMM);
#endif
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_ARE_FATAL);
  MPI_Errhandler_free(&handler);
  MPI_Comm_free(&users);
}

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &me);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  non_blocking();
  persistent();
  blocks();
  freed_before_the_end();
  operations();
  handed_to_mpi();
  refused();
  MPI_Allreduce(MPI_IN_PLACE, &failures, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  MPI_Finalize();
  return failures == 0 ? 0 : 1;
}
