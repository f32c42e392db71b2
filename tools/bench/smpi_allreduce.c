/* One allreduce of as many bytes as the first argument says, none for 0: for SMPI, by tools/bench/beside-simgrid. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  const long bytes = argc > 1 ? atol(argv[1]) : 0;
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (bytes > 0) {
    const int count = (int)(bytes / (long)sizeof(float));
    float* in = malloc((size_t)bytes);
    float* out = malloc((size_t)bytes);
    const double start = MPI_Wtime();
    MPI_Allreduce(in, out, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0) {
      printf("simulated %.9f\n", MPI_Wtime() - start);
    }
    free(in);
    free(out);
  }
  MPI_Finalize();
  return 0;
}
