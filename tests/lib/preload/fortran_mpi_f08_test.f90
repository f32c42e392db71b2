program module_mpi_f08
  use mpi_f08
  implicit none
  include 'fortran_test.inc'
end program
