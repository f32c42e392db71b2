/* The C functions of ringwood.h have the arguments and the meaning of MPI's: only the name changes.
 *
 *     mpicc allreduce.c $(pkg-config --cflags --libs ringwood-mpi) -o allreduce
 *     RINGWOOD_ALLREDUCE=ring mpirun -n 2 ./allreduce
 */
#include <mpi.h>
#include <ringwood.h>
#include <stdio.h>

int main(int argc, char** argv) {
  int rank = 0;
  int ranks = 0;
  double values[3];
  double sums[3];
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  for (int i = 0; i < 3; ++i) {
    values[i] = rank + i;
  }
  ringwood_allreduce(values, sums, 3, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  int wrong = 0;
  for (int i = 0; i < 3; ++i) {
    wrong += sums[i] != ranks * (ranks - 1) / 2.0 + ranks * (double)i;
  }
  if (rank == 0) {
    printf("sums: %g %g %g, by %d ranks\n", sums[0], sums[1], sums[2], ranks);
  }
  MPI_Finalize();
  return wrong != 0;
}
