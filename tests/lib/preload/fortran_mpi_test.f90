program module_mpi
  use mpi
  implicit none
  include 'fortran_test.inc'
end program
