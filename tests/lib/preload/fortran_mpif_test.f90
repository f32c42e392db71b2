program included
  implicit none
  include 'mpif.h'
  include 'fortran_test.inc'
end program
