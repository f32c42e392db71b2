/* A program that knows nothing of Ringwood. Run with the library preloaded: results are right, whatever serves the
   call. Exits with 1, and says where, if one is not. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static int failures = 0;
static int rank = 0;
static int ranks = 1;

static void expect(int condition, const char* what) {
  if (!condition) {
    ++failures;
    fprintf(stderr, "rank %d: wrong: %s\n", rank, what);
  }
}

/* result := left after right: does not commute; tells the order of ranks. Elements are pairs (first, last). */
static void concatenate(void* in, void* inout, int* length, MPI_Datatype* type) {
  (void)type;
  const int* left = in;
  int* right = inout;
  for (int i = 0; i < *length; ++i) {
    right[2 * i + 1] = left[2 * i + 1] + 1 == right[2 * i] ? right[2 * i + 1] : -1000;
    right[2 * i] = left[2 * i];
  }
}

static void test_sizes(MPI_Comm comm, int size) {
  const int counts[] = {0, 1, 2, 100, 3000, 40000, 300000};
  for (unsigned i = 0; i < sizeof counts / sizeof counts[0]; ++i) {
    const int count = counts[i];
    double* in = malloc(sizeof(double) * (size_t)(count * size + 1));
    double* out = malloc(sizeof(double) * (size_t)(count * size + 1));
    int bad = 0;
    for (int j = 0; j < count * size; ++j)
      in[j] = j % 7 + rank;
    MPI_Allreduce(in, out, count, MPI_DOUBLE, MPI_SUM, comm);
    for (int j = 0; j < count; ++j)
      bad += out[j] != size * (j % 7) + size * (size - 1) / 2;
    MPI_Reduce_scatter_block(in, out, count, MPI_DOUBLE, MPI_SUM, comm);
    for (int j = 0; j < count; ++j)
      bad += out[j] != size * ((j + rank * count) % 7) + size * (size - 1) / 2;
    MPI_Allgather(in, count, MPI_DOUBLE, out, count, MPI_DOUBLE, comm);
    for (int j = 0; j < count * size; ++j)
      bad += out[j] != (j % count) % 7 + j / count;
    for (int j = 0; j < count; ++j)
      out[j] = rank == size - 1 ? j : -1;
    MPI_Bcast(out, count, MPI_DOUBLE, size - 1, comm);
    for (int j = 0; j < count; ++j)
      bad += out[j] != j;
    MPI_Reduce(in, out, count, MPI_DOUBLE, MPI_MAX, 0, comm);
    for (int j = 0; rank == 0 && j < count; ++j)
      bad += out[j] != j % 7 + size - 1;
    for (int j = 0; j < count; ++j)
      out[j] = rank;
    MPI_Allreduce(MPI_IN_PLACE, out, count, MPI_DOUBLE, MPI_MIN, comm);
    for (int j = 0; j < count; ++j)
      bad += out[j] != 0;
    expect(bad == 0, "a collective on doubles");
    free(in);
    free(out);
  }
}

static void test_order(void) {
  MPI_Datatype pair;
  MPI_Op op;
  MPI_Type_contiguous(2, MPI_INT, &pair);
  MPI_Type_commit(&pair);
  MPI_Op_create(concatenate, 0, &op);
  for (int count = 1; count <= 50000; count *= 50) {
    int* data = malloc(sizeof(int) * 2 * (size_t)count);
    int bad = 0;
    for (int i = 0; i < 2 * count; ++i)
      data[i] = rank;
    MPI_Allreduce(MPI_IN_PLACE, data, count, pair, op, MPI_COMM_WORLD);
    for (int i = 0; i < count; ++i)
      bad += data[2 * i] != 0 || data[2 * i + 1] != ranks - 1;
    expect(bad == 0, "an operation that does not commute");
    free(data);
  }
  MPI_Op_free(&op);
  MPI_Type_free(&pair);
}

static void test_gaps(void) {
  MPI_Datatype every_other;
  int data[20];
  MPI_Type_vector(10, 1, 2, MPI_INT, &every_other);
  MPI_Type_commit(&every_other);
  for (int i = 0; i < 20; ++i)
    data[i] = rank == 0 ? i : -i;
  MPI_Bcast(data, 1, every_other, 0, MPI_COMM_WORLD);
  for (int i = 0; i < 20; ++i)
    expect(data[i] == (rank == 0 || i % 2 == 0 ? i : -i), "a type with gaps");
  MPI_Type_free(&every_other);
}

static void test_intercommunicator(void) {
  MPI_Comm half;
  MPI_Comm between;
  int value = rank;
  int sum = -1;
  int expected = 0;
  if (ranks < 2)
    return;
  MPI_Comm_split(MPI_COMM_WORLD, rank % 2, rank, &half);
  MPI_Intercomm_create(half, 0, MPI_COMM_WORLD, 1 - rank % 2, 1, &between);
  MPI_Allreduce(&value, &sum, 1, MPI_INT, MPI_SUM, between);
  for (int other = 1 - rank % 2; other < ranks; other += 2)
    expected += other;
  expect(sum == expected, "an intercommunicator");
  MPI_Comm_free(&between);
  MPI_Comm_free(&half);
}

/* A rank that waits in a collective must let the messages of the user pass. */
static void test_progress(void) {
  enum { kCount = 1000000 };

  const int next = (rank + 1) % ranks;
  const int last = (rank + ranks - 1) % ranks;
  int* in = malloc(sizeof(int) * kCount);
  int* out = calloc(kCount, sizeof(int));
  MPI_Request request;
  int one = 1;
  if (ranks < 2)
    return;
  for (int i = 0; i < kCount; ++i)
    in[i] = rank;
  MPI_Irecv(out, kCount, MPI_INT, last, 5, MPI_COMM_WORLD, &request);
  if (rank != 0)
    MPI_Send(in, kCount, MPI_INT, next, 5, MPI_COMM_WORLD);
  MPI_Allreduce(MPI_IN_PLACE, &one, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  if (rank == 0)
    MPI_Send(in, kCount, MPI_INT, next, 5, MPI_COMM_WORLD);
  MPI_Wait(&request, MPI_STATUS_IGNORE);
  expect(one == ranks && out[kCount - 1] == last, "messages of the user while others wait in a collective");
  free(in);
  free(out);
}

int main(int argc, char** argv) {
  int provided = 0;
  int all = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  test_sizes(MPI_COMM_WORLD, ranks);
  test_order();
  test_gaps();
  test_intercommunicator();
  test_progress();
  MPI_Barrier(MPI_COMM_WORLD);
  PMPI_Allreduce(&failures, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  MPI_Finalize();
  return all == 0 ? 0 : 1;
}
