/* one_collective COLLECTIVE BYTES: calls one collective of MPI three times on vectors of floats, and no other. Exits
   with 1 if a result is wrong. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int wrong(const float* values, int count, float right) {
  int bad = 0;
  for (int i = 0; i < count; ++i)
    bad += values[i] != right;
  return bad;
}

int main(int argc, char** argv) {
  int ranks = 1;
  int rank = 0;
  MPI_Init(&argc, &argv);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (argc != 3)
    MPI_Abort(MPI_COMM_WORLD, 2);
  const int count = (int)(strtol(argv[2], NULL, 10) / (long)sizeof(float));
  const int block = count / ranks;
  const float sum = (float)(ranks * (ranks + 1)) / 2;
  float* in = malloc(sizeof(float) * (size_t)count);
  float* out = malloc(sizeof(float) * (size_t)count);
  int* counts = malloc(sizeof(int) * (size_t)ranks);
  int bad = 0;
  for (int i = 0; i < count; ++i)
    in[i] = (float)(rank + 1);
  for (int i = 0; i < ranks; ++i)
    counts[i] = block;
  for (int call = 0; call < 3; ++call) {
    if (strcmp(argv[1], "allreduce") == 0) {
      MPI_Allreduce(in, out, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
      bad += wrong(out, count, sum);
    } else if (strcmp(argv[1], "allgather") == 0) {
      MPI_Allgather(in, block, MPI_FLOAT, out, block, MPI_FLOAT, MPI_COMM_WORLD);
      for (int i = 0; i < ranks; ++i)
        bad += wrong(out + i * block, block, (float)(i + 1));
    } else if (strcmp(argv[1], "reduce-scatter") == 0) {
      MPI_Reduce_scatter(in, out, counts, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
      bad += wrong(out, block, sum);
    } else {
      MPI_Abort(MPI_COMM_WORLD, 2);
    }
  }
  free(in);
  free(out);
  free(counts);
  if (bad > 0)
    fprintf(stderr, "rank %d: %d wrong elements\n", rank, bad);
  MPI_Finalize();
  return bad > 0;
}
