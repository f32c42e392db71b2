/* Calls of all kinds over and over: what is taken is given back. Handles of the MPI library are counted as they are
   made and freed (the linker hands those calls to the functions here), memory, mappings and descriptors are looked at
   after a warm-up and at the end. `mpirun -n 2 test.lib.api.leaks 1000000` does a million calls; without a number, some
   thousands. */

#include <dirent.h>
#include <mpi.h>
#include <ringwood.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int failures = 0;
static int me = 0;
static int ranks = 1;

static void expect(int condition, const char* what, long before, long after) {
  if (!condition) {
    ++failures;
    fprintf(stderr, "rank %d of %d: %s: %ld, then %ld\n", me, ranks, what, before, after);
  }
}

/* Made and not freed. */
static long communicators = 0;
static long datatypes = 0;
static long groups = 0;

int __real_PMPI_Comm_create(MPI_Comm comm, MPI_Group group, MPI_Comm* made);
int __real_PMPI_Comm_split_type(MPI_Comm comm, int type, int key, MPI_Info info, MPI_Comm* made);
int __real_PMPI_Comm_free(MPI_Comm* comm);
int __real_PMPI_Comm_group(MPI_Comm comm, MPI_Group* group);
int __real_PMPI_Group_free(MPI_Group* group);
int __real_PMPI_Type_dup(MPI_Datatype type, MPI_Datatype* made);
int __real_PMPI_Type_free(MPI_Datatype* type);

int __wrap_PMPI_Comm_create(MPI_Comm comm, MPI_Group group, MPI_Comm* made) {
  ++communicators;
  return __real_PMPI_Comm_create(comm, group, made);
}

int __wrap_PMPI_Comm_split_type(MPI_Comm comm, int type, int key, MPI_Info info, MPI_Comm* made) {
  ++communicators;
  return __real_PMPI_Comm_split_type(comm, type, key, info, made);
}

int __wrap_PMPI_Comm_free(MPI_Comm* comm) {
  --communicators;
  return __real_PMPI_Comm_free(comm);
}

int __wrap_PMPI_Comm_group(MPI_Comm comm, MPI_Group* group) {
  ++groups;
  return __real_PMPI_Comm_group(comm, group);
}

int __wrap_PMPI_Group_free(MPI_Group* group) {
  --groups;
  return __real_PMPI_Group_free(group);
}

int __wrap_PMPI_Type_dup(MPI_Datatype type, MPI_Datatype* made) {
  ++datatypes;
  return __real_PMPI_Type_dup(type, made);
}

int __wrap_PMPI_Type_free(MPI_Datatype* type) {
  --datatypes;
  return __real_PMPI_Type_free(type);
}

static long resident_bytes(void) {
  long pages = 0;
  long resident = 0;
  FILE* file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%ld %ld", &pages, &resident) != 2)
    resident = 0;
  if (file != NULL)
    fclose(file);
  return resident * sysconf(_SC_PAGESIZE);
}

static long descriptors(void) {
  long count = 0;
  DIR* directory = opendir("/proc/self/fd");
  while (directory != NULL && readdir(directory) != NULL)
    ++count;
  if (directory != NULL)
    closedir(directory);
  return count;
}

static long mappings(void) {
  long lines = 0;
  int letter = 0;
  FILE* file = fopen("/proc/self/maps", "r");
  while (file != NULL && (letter = fgetc(file)) != EOF)
    lines += letter == '\n';
  if (file != NULL)
    fclose(file);
  return lines;
}

enum { kElements = 300 };

static int in[kElements * 8];
static int out[kElements * 8];

/* Four calls. */
static void some_calls(long turn, MPI_Comm comm, MPI_Datatype gaps, ringwood_request* plan) {
  ringwood_request requests[2];
  const int count = (int)(turn % 5) * (kElements / 4);
  ringwood_iallreduce(in, out, count, MPI_INT, MPI_SUM, comm, &requests[0]);
  ringwood_ibcast(in, 1, gaps, (int)(turn % ranks), comm, &requests[1]);
  ringwood_waitall(2, requests, MPI_STATUSES_IGNORE);
  ringwood_start(plan);
  ringwood_wait(plan, MPI_STATUS_IGNORE);
  ringwood_allreduce(MPI_IN_PLACE, out, count, MPI_INT, MPI_MAX, comm);
}

static void on_a_new_communicator(MPI_Datatype gaps) {
  MPI_Comm comm;
  ringwood_request plan;
  static int gathered[kElements * 8];
  MPI_Comm_dup(MPI_COMM_WORLD, &comm);
  ringwood_allgather_init(in, 10, MPI_INT, gathered, 10, MPI_INT, comm, MPI_INFO_NULL, &plan);
  some_calls(3, comm, gaps, &plan);
  ringwood_request_free(&plan);
  MPI_Comm_free(&comm);
}

int main(int argc, char** argv) {
  const long calls = argc > 1 ? atol(argv[1]) : 6000;
  const long turns = calls / 4;
  const long warm_up = turns / 3;

  long memory = 0;
  long files = 0;
  long maps = 0;
  MPI_Datatype gaps;
  ringwood_request plan;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &me);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  MPI_Type_vector(6, 1, 2, MPI_INT, &gaps);
  MPI_Type_commit(&gaps);
  /* MPICH takes long for each where ranks share cores. */
  const long communicators_made = ranks <= 2 ? 20 : 5;
  ringwood_reduce_scatter_block_init(in, out, kElements / 8, MPI_INT, MPI_SUM, MPI_COMM_WORLD, MPI_INFO_NULL, &plan);
  on_a_new_communicator(gaps);
  const long communicators_before = communicators;
  const long groups_before = groups;
  const long datatypes_before = datatypes;
  for (long turn = 0; turn < turns; ++turn) {
    some_calls(turn, MPI_COMM_WORLD, gaps, &plan);
    if (turn % (turns / communicators_made + 1) == 1)
      on_a_new_communicator(gaps);
    if (turn == warm_up) {
      memory = resident_bytes();
      files = descriptors();
      maps = mappings();
    }
  }
  ringwood_request_free(&plan);
  MPI_Barrier(MPI_COMM_WORLD);
  const long memory_after = resident_bytes();
  expect(memory_after - memory < 1 << 20, "bytes of memory grow", memory, memory_after);
  expect(descriptors() <= files, "descriptors grow", files, descriptors());
  expect(mappings() <= maps + 4, "mappings grow", maps, mappings());
  expect(communicators == communicators_before, "communicators made and not freed", communicators_before,
         communicators);
  expect(groups == groups_before, "groups made and not freed", groups_before, groups);
  expect(datatypes == datatypes_before, "datatypes made and not freed", datatypes_before, datatypes);
  if (me == 0 && argc > 1)
    printf("%ld calls on %d ranks: memory grew by %ld bytes after the first third\n", calls, ranks,
           memory_after - memory);
  MPI_Type_free(&gaps);
  MPI_Allreduce(MPI_IN_PLACE, &failures, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  MPI_Finalize();
  return failures == 0 ? 0 : 1;
}
