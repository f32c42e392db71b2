/* The C face from C: results against MPI's own functions, datatypes, operations, errors, and the end. */

/* setenv is POSIX, not C. */
#define _POSIX_C_SOURCE 200112L

#include <mpi.h>
#include <ringwood.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

enum { kMost = 4000 };

/* x -> factor * x + offset: composing these is associative, and does not commute. */
struct Affine {
  unsigned factor;
  unsigned offset;
};

static void compose(void* in, void* inout, int* count, MPI_Datatype* type) {
  const struct Affine* left = in;
  struct Affine* right = inout;
  (void)type;
  for (int i = 0; i < *count; ++i) {
    right[i].offset = left[i].offset * right[i].factor + right[i].offset;
    right[i].factor = left[i].factor * right[i].factor;
  }
}

static void reductions_of_predefined_types(void) {
  static int in[kMost * 8];
  static int ours[kMost * 8];
  static int theirs[kMost * 8];
  const int sizes[] = {0, 1, 7, 1000, kMost};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; ++s) {
    const int n = sizes[s];
    for (int i = 0; i < n * ranks && i < kMost * 8; ++i) {
      in[i] = me * 31 + i % 17;
    }
    MPI_Allreduce(in, theirs, n, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    EXPECT(ringwood_allreduce(in, ours, n, MPI_INT, MPI_SUM, MPI_COMM_WORLD) == MPI_SUCCESS);
    EXPECT(memcmp(ours, theirs, sizeof(int) * (size_t)n) == 0);
    memcpy(ours, in, sizeof(int) * (size_t)n);
    EXPECT(ringwood_allreduce(MPI_IN_PLACE, ours, n, MPI_INT, MPI_SUM, MPI_COMM_WORLD) == MPI_SUCCESS);
    EXPECT(memcmp(ours, theirs, sizeof(int) * (size_t)n) == 0);
    EXPECT(ringwood_reduce(in, ours, n, MPI_INT, MPI_SUM, ranks - 1, MPI_COMM_WORLD) == MPI_SUCCESS);
    EXPECT(me != ranks - 1 || memcmp(ours, theirs, sizeof(int) * (size_t)n) == 0);
    MPI_Reduce_scatter_block(in, theirs, n, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    EXPECT(ringwood_reduce_scatter_block(in, ours, n, MPI_INT, MPI_MAX, MPI_COMM_WORLD) == MPI_SUCCESS);
    EXPECT(memcmp(ours, theirs, sizeof(int) * (size_t)n) == 0);
  }
}

static void counts_a_rank(void) {
  int counts[64];
  int displs[64];
  int in[4096];
  int ours[4096];
  int theirs[4096];
  int all = 0;
  for (int r = 0; r < ranks; ++r) {
    counts[r] = r * 5 % 4;
    all += counts[r];
  }
  for (int i = 0; i < all; ++i) {
    in[i] = me * 100 + i;
  }
  MPI_Reduce_scatter(in, theirs, counts, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  EXPECT(ringwood_reduce_scatter(in, ours, counts, MPI_INT, MPI_SUM, MPI_COMM_WORLD) == MPI_SUCCESS);
  EXPECT(memcmp(ours, theirs, sizeof(int) * (size_t)counts[me]) == 0);
  memcpy(ours, in, sizeof(int) * (size_t)all);
  EXPECT(ringwood_reduce_scatter(MPI_IN_PLACE, ours, counts, MPI_INT, MPI_SUM, MPI_COMM_WORLD) == MPI_SUCCESS);
  EXPECT(memcmp(ours, theirs, sizeof(int) * (size_t)counts[me]) == 0);
  /* Blocks with holes between them, last rank first; each rank elsewhere. */
  int next = me;
  for (int r = ranks - 1; r >= 0; --r) {
    displs[r] = next;
    next += counts[r] + 2;
  }
  memset(ours, 0x11, sizeof ours);
  memset(theirs, 0x11, sizeof theirs);
  MPI_Allgatherv(in, counts[me], MPI_INT, theirs, counts, displs, MPI_INT, MPI_COMM_WORLD);
  EXPECT(ringwood_allgatherv(in, counts[me], MPI_INT, ours, counts, displs, MPI_INT, MPI_COMM_WORLD) == MPI_SUCCESS);
  EXPECT(memcmp(ours, theirs, sizeof ours) == 0);
  EXPECT(ringwood_allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, ours, counts, displs, MPI_INT, MPI_COMM_WORLD) ==
         MPI_SUCCESS);
  EXPECT(memcmp(ours, theirs, sizeof ours) == 0);
}

/* The same signature, said in another way on each rank. */
static void datatypes_that_differ(void) {
  int in[16];
  int out[16 * 64];
  MPI_Datatype gaps;
  MPI_Datatype six;
  MPI_Type_vector(6, 1, 2, MPI_INT, &gaps);
  MPI_Type_contiguous(6, MPI_INT, &six);
  MPI_Type_commit(&gaps);
  MPI_Type_commit(&six);
  const int kind = me % 3;
  for (int i = 0; i < 16; ++i) {
    in[i] = kind == 0 ? (i % 2 == 0 ? me * 6 + i / 2 : -1) : me * 6 + i;
  }
  memset(out, 0, sizeof out);
  const int code = ringwood_allgather(in, kind == 1 ? 6 : 1,
                                      kind == 0   ? gaps
                                      : kind == 1 ? MPI_INT
                                                  : six,
                                      out, kind == 1 ? 1 : 6, kind == 1 ? six : MPI_INT, MPI_COMM_WORLD);
  EXPECT(code == MPI_SUCCESS);
  for (int i = 0; i < 6 * ranks; ++i) {
    EXPECT(out[i] == i);
  }
  EXPECT(ringwood_bcast(in, kind == 1 ? 6 : 1,
                        kind == 0   ? gaps
                        : kind == 1 ? MPI_INT
                                    : six,
                        0, MPI_COMM_WORLD) == MPI_SUCCESS);
  for (int i = 0; i < 6; ++i) {
    EXPECT(in[kind == 0 ? 2 * i : i] == i);
  }
  MPI_Type_free(&gaps);
  MPI_Type_free(&six);
}

static void operations_and_types(void) {
  MPI_Op op;
  MPI_Datatype pair;
  MPI_Op_create(compose, 0, &op);
  MPI_Type_contiguous(2, MPI_UNSIGNED, &pair);
  MPI_Type_commit(&pair);
  struct Affine in[100];
  struct Affine ours[100];
  struct Affine theirs[100];
  for (int i = 0; i < 100; ++i) {
    in[i].factor = (unsigned)(me * 2 + i + 3);
    in[i].offset = (unsigned)(me + i * 5);
  }
  MPI_Allreduce(in, theirs, 100, pair, op, MPI_COMM_WORLD);
  EXPECT(ringwood_allreduce(in, ours, 100, pair, op, MPI_COMM_WORLD) == MPI_SUCCESS);
  EXPECT(memcmp(ours, theirs, sizeof ours) == 0);
  MPI_Type_free(&pair);
  MPI_Op_free(&op);

  long word = me + 1;
  EXPECT(ringwood_allreduce(MPI_IN_PLACE, &word, 1, MPI_LONG, MPI_SUM, MPI_COMM_WORLD) == MPI_SUCCESS);
  EXPECT(word == (long)ranks * (ranks + 1) / 2);
  _Bool flag = me == 0;
  EXPECT(ringwood_allreduce(MPI_IN_PLACE, &flag, 1, MPI_C_BOOL, MPI_LOR, MPI_COMM_WORLD) == MPI_SUCCESS);
  EXPECT(flag);
  long double wide = me + 1;
  EXPECT(ringwood_allreduce(MPI_IN_PLACE, &wide, 1, MPI_LONG_DOUBLE, MPI_MAX, MPI_COMM_WORLD) == MPI_SUCCESS);
  EXPECT(wide == ranks);
  int where[2] = {(me + 1) % ranks, me};
  EXPECT(ringwood_allreduce(MPI_IN_PLACE, where, 1, MPI_2INT, MPI_MINLOC, MPI_COMM_WORLD) == MPI_SUCCESS);
  EXPECT(where[0] == 0 && where[1] == ranks - 1);

  struct {
    double value;
    int index;
  } padded = {me, me};

  EXPECT(ringwood_allreduce(MPI_IN_PLACE, &padded, 1, MPI_DOUBLE_INT, MPI_MAXLOC, MPI_COMM_WORLD) == MPI_SUCCESS);
  EXPECT(padded.index == ranks - 1);
  char letter = me == 0 ? 'r' : ' ';
  EXPECT(ringwood_bcast(&letter, 1, MPI_CHAR, 0, MPI_COMM_WORLD) == MPI_SUCCESS);
  EXPECT(letter == 'r');
  EXPECT(ringwood_barrier(MPI_COMM_WORLD) == MPI_SUCCESS);
}

static int handler_calls = 0;
static MPI_Comm handler_comm;

static void count_errors(MPI_Comm* comm, int* code, ...) {
  (void)code;
  ++handler_calls;
  handler_comm = *comm;
}

/* A bad variable is named on standard error: by rank 0, once, however many calls fail. */
static void bad_environment_is_told_once(void) {
  MPI_Comm users;
  int value = me;
  char line[1024];
  int lines = 0;
  FILE* told = tmpfile();
  setenv("RINGWOOD_ALLREDUCE", "rong", 1);
  MPI_Comm_dup(MPI_COMM_WORLD, &users);
  MPI_Comm_set_errhandler(users, MPI_ERRORS_RETURN);
  fflush(stderr);
  const int usual = dup(STDERR_FILENO);
  dup2(fileno(told), STDERR_FILENO);
  const int first = ringwood_allreduce(MPI_IN_PLACE, &value, 1, MPI_INT, MPI_SUM, users);
  const int second = ringwood_allreduce(MPI_IN_PLACE, &value, 1, MPI_INT, MPI_SUM, users);
  fflush(stderr);
  dup2(usual, STDERR_FILENO);
  close(usual);
  EXPECT(first != MPI_SUCCESS && second != MPI_SUCCESS);
  rewind(told);
  while (fgets(line, sizeof line, told) != NULL) {
    lines += strstr(line, "RINGWOOD_ALLREDUCE=rong") != NULL;
  }
  EXPECT(lines == (me == 0 ? 1 : 0));
  fclose(told);
  unsetenv("RINGWOOD_ALLREDUCE");
  MPI_Comm_free(&users);
}

static void environment_and_errors(void) {
  MPI_Comm users;
  MPI_Errhandler handler;
  int class = 0;
  int value = me;
  MPI_Comm_create_errhandler(count_errors, &handler);
  /* Rank 0's environment decides for all. */
  setenv("RINGWOOD_ALLREDUCE", me == 0 ? "rong" : "ring", 1);
  MPI_Comm_dup(MPI_COMM_WORLD, &users);
  MPI_Comm_set_errhandler(users, handler);
  const int code = ringwood_allreduce(MPI_IN_PLACE, &value, 1, MPI_INT, MPI_SUM, users);
  MPI_Error_class(code, &class);
  EXPECT(class == MPI_ERR_ARG);
  EXPECT(handler_calls == 1 && handler_comm == users);
  EXPECT(ringwood_barrier(users) == MPI_SUCCESS);
  handler_calls = 0;
  EXPECT(ringwood_allreduce(MPI_IN_PLACE, &value, -1, MPI_INT, MPI_SUM, users) != MPI_SUCCESS);
  EXPECT(handler_calls == 1);
  MPI_Comm_free(&users);

  const char* good[] = {"native", "ring", "lanes(2, ring)", "hier(node=ring, network=recursive-doubling)"};
  for (size_t i = 0; i < sizeof good / sizeof *good; ++i) {
    setenv("RINGWOOD_ALLREDUCE", good[i], 1);
    MPI_Comm_dup(MPI_COMM_WORLD, &users);
    value = me;
    EXPECT(ringwood_allreduce(MPI_IN_PLACE, &value, 1, MPI_INT, MPI_SUM, users) == MPI_SUCCESS);
    EXPECT(value == ranks * (ranks - 1) / 2);
    MPI_Comm_free(&users);
  }
  unsetenv("RINGWOOD_ALLREDUCE");
  MPI_Errhandler_free(&handler);
}

static void intercommunicators_are_for_mpi(void) {
  if (ranks < 2) {
    return;
  }
  MPI_Comm half;
  MPI_Comm between;
  int value = me % 2;
  int sum = 0;
  MPI_Comm_split(MPI_COMM_WORLD, me % 2, me, &half);
  MPI_Intercomm_create(half, 0, MPI_COMM_WORLD, 1 - me % 2, 7, &between);
  EXPECT(ringwood_allreduce(&value, &sum, 1, MPI_INT, MPI_SUM, between) == MPI_SUCCESS);
  EXPECT(sum == (me % 2 == 0 ? ranks / 2 : 0));
  EXPECT(ringwood_barrier(between) == MPI_SUCCESS);
  MPI_Comm_free(&between);
  MPI_Comm_free(&half);
}

/* Each call once to be found out about, and again: what is remembered of it has to be of this communicator, these
   counts (read anew), this operation and these buffers. */
static void twice_on(MPI_Comm comm) {
  int rank = 0, size = 1;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  int counts[64];
  int in[64 * 4], out[64 * 4], sums = size * (size - 1) / 2;
  for (int turn = 0; turn < 6; ++turn) {
    const int count = 1 + turn / 2 % 2;
    for (int i = 0; i < 4 * size; ++i) {
      in[i] = rank + 100 * turn;
      out[i] = -1;
    }
    EXPECT(ringwood_allreduce(in + turn % 2, out, count, MPI_INT, MPI_SUM, comm) == MPI_SUCCESS);
    EXPECT(out[0] == sums + 100 * turn * size && out[count - 1] == out[0] && (count == 2 || out[1] == -1));
    EXPECT(ringwood_allreduce(in, out, count, MPI_INT, MPI_MAX, comm) == MPI_SUCCESS);
    EXPECT(out[0] == size - 1 + 100 * turn);
    EXPECT(ringwood_allreduce(MPI_IN_PLACE, out, count, MPI_INT, MPI_SUM, comm) == MPI_SUCCESS);
    EXPECT(out[0] == size * (size - 1 + 100 * turn));
    for (int i = 0; i < size; ++i)
      counts[i] = turn < 2 ? 1 : 1 + (i + turn / 2) % 2;
    out[0] = out[1] = out[2] = -1;
    EXPECT(ringwood_reduce_scatter(in, out, counts, MPI_INT, MPI_SUM, comm) == MPI_SUCCESS);
    EXPECT(out[counts[rank] - 1] == sums + 100 * turn * size && out[counts[rank]] == -1);
    EXPECT(ringwood_reduce_scatter_block(in, out, count, MPI_INT, MPI_SUM, comm) == MPI_SUCCESS);
    EXPECT(out[count - 1] == sums + 100 * turn * size);
    EXPECT(ringwood_allgather(in, count, MPI_INT, out, count, MPI_INT, comm) == MPI_SUCCESS);
    for (int i = 0; i < size; ++i)
      EXPECT(out[i * count] == i + 100 * turn);
    out[0] = in[0];
    EXPECT(ringwood_bcast(out, count, MPI_INT, turn % size, comm) == MPI_SUCCESS);
    EXPECT(out[0] == turn % size + 100 * turn);
    out[0] = -1;
    EXPECT(ringwood_reduce(in, rank == turn % size ? out : NULL, count, MPI_INT, MPI_SUM, turn % size, comm) ==
           MPI_SUCCESS);
    EXPECT(out[0] == (rank == turn % size ? sums + 100 * turn * size : -1));
    EXPECT(ringwood_alltoall(in, count, MPI_INT, out, count, MPI_INT, comm) == MPI_SUCCESS);
    EXPECT(out[(size - 1) * count] == size - 1 + 100 * turn);
    EXPECT(ringwood_barrier(comm) == MPI_SUCCESS);
  }
}

/* Handles of communicators that were freed come back for others, and those of datatypes that users made. */
static void what_is_remembered_is_of_this_call(void) {
  for (int round = 0; round < 6; ++round) {
    MPI_Comm part;
    MPI_Comm_split(MPI_COMM_WORLD, round % 3 == 0 ? 0 : me % (round % 3 + 1), round % 2 == 0 ? me : -me, &part);
    twice_on(part);
    twice_on(MPI_COMM_WORLD);
    MPI_Datatype type;
    MPI_Type_contiguous(1 + round % 2, MPI_INT, &type);
    MPI_Type_commit(&type);
    int in[2] = {me, me}, out[128] = {0};
    for (int i = 0; i < 2; ++i)
      EXPECT(ringwood_allgather(in, 1, type, out, 1, type, MPI_COMM_WORLD) == MPI_SUCCESS);
    EXPECT(out[(1 + round % 2) * (ranks - 1)] == ranks - 1 && (ranks < 2 || out[1] == 1 - round % 2));
    MPI_Type_free(&type);
    MPI_Comm_free(&part);
  }
}

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &me);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  reductions_of_predefined_types();
  counts_a_rank();
  datatypes_that_differ();
  operations_and_types();
  environment_and_errors();
  bad_environment_is_told_once();
  intercommunicators_are_for_mpi();
  what_is_remembered_is_of_this_call();
  MPI_Allreduce(MPI_IN_PLACE, &failures, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  MPI_Finalize();
  return failures == 0 ? 0 : 1;
}
