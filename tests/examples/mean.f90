! An MPI program in Fortran that knows nothing of Ringwood: `ringwood run` puts the library under it.
!
!     mpifort mean.f90 -o mean
!     RINGWOOD_REPORT=1 ringwood run -- mpirun -n 2 ./mean
program mean
  use mpi
  implicit none
  integer :: error, rank, ranks, i
  double precision :: values(1000), sums(1000)

  call MPI_Init(error)
  call MPI_Comm_rank(MPI_COMM_WORLD, rank, error)
  call MPI_Comm_size(MPI_COMM_WORLD, ranks, error)
  values = [(dble(rank + i), i = 1, 1000)]
  call MPI_Allreduce(values, sums, 1000, MPI_DOUBLE_PRECISION, MPI_SUM, MPI_COMM_WORLD, error)
  sums = sums / ranks
  if (any(abs(sums - [((ranks - 1) / 2d0 + i, i = 1, 1000)]) > 1d-9)) call MPI_Abort(MPI_COMM_WORLD, 1, error)
  if (rank == 0) print '(a, f8.3, a, i0, a)', 'mean of the first: ', sums(1), ', by ', ranks, ' ranks'
  call MPI_Finalize(error)
end program mean
