#pragma once

// The main function of tests over MPI: any rank's failure is the program's.

#include <gtest/gtest.h>
#include <mpi.h>

#include <cstdio>

namespace ringwood {

inline int run_mpi_tests(int argc, char** argv) {
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
  testing::InitGoogleTest(&argc, argv);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank != 0) {  // one report of what went well is enough; failures are told by all
    testing::GTEST_FLAG(brief) = true;
  }
  int failed = RUN_ALL_TESTS();
  int any = 0;
  MPI_Allreduce(&failed, &any, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  MPI_Finalize();
  return any;
}

}  // namespace ringwood
