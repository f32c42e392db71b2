/* What the preloaded library makes of a program's collectives: MPI_... and PMPI_... of the same program, in turn.
 *
 *   LD_PRELOAD=build/release/lib/libringwood_pmpi.so mpirun -n 2 build/release/tools/bench/bench.preload_times
 *
 * Arguments: milliseconds for each side of each point (default 30), then names of collectives (default: the four that
 * are listed first), and `warm`: one call that does not count comes before each batch, so that neither side pays for
 * the caches in which the other has left the buffers (right after MPICH's own an allgather of 512 KiB
 * a rank takes five times as long as otherwise). A time is the median over batches of calls one
 * after the other, of the slowest rank. Before each batch comes a barrier. Where there are more ranks than cores they
 * leave it one after the other, turn by turn, and of a single short call that is most of the time; so batches are
 * longer there. Floats are added up; bytes are those of the whole vector. The last lines are what a call costs more
 * that is passed through. Exit code 1 if the two sides' results differ. */

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { kLargest = 64 << 20, kMostBatches = 4000, kRepetitions = 2000 };

static double batch_seconds = 20e-6;
static const double kBatchSecondsOfSharedCores = 200e-6;

static int ranks;
static int me;
static float* in;
static float* out;
static float* other;
static int* counts;
static int warm;

typedef int (*Caller)(int elements, float* result);

#define COLLECTIVE(NAME, CALL)                            \
  static int NAME##_ours(int elements, float* result) {   \
    (void)elements;                                       \
    return MPI_##CALL;                                    \
  }                                                       \
  static int NAME##_native(int elements, float* result) { \
    (void)elements;                                       \
    return PMPI_##CALL;                                   \
  }

/* `elements` are a rank's where the collective has blocks. */
COLLECTIVE(allreduce, Allreduce(in, result, elements, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD))
COLLECTIVE(reduce_scatter, Reduce_scatter(in, result, counts, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD))
COLLECTIVE(reduce_scatter_block, Reduce_scatter_block(in, result, elements, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD))
COLLECTIVE(allgather, Allgather(in, elements, MPI_FLOAT, result, elements, MPI_FLOAT, MPI_COMM_WORLD))
COLLECTIVE(bcast, Bcast(result, elements, MPI_FLOAT, 0, MPI_COMM_WORLD))
COLLECTIVE(reduce, Reduce(in, result, elements, MPI_FLOAT, MPI_SUM, 0, MPI_COMM_WORLD))
COLLECTIVE(alltoall, Alltoall(in, elements, MPI_FLOAT, result, elements, MPI_FLOAT, MPI_COMM_WORLD))
COLLECTIVE(gather, Gather(in, elements, MPI_FLOAT, result, elements, MPI_FLOAT, 0, MPI_COMM_WORLD))
COLLECTIVE(scatter, Scatter(in, elements, MPI_FLOAT, result, elements, MPI_FLOAT, 0, MPI_COMM_WORLD))

static const struct {
  const char* name;
  Caller ours;
  Caller native;
  int has_blocks;
} kCollectives[] = {
    {"allreduce", allreduce_ours, allreduce_native, 0},
    {"reduce-scatter", reduce_scatter_ours, reduce_scatter_native, 1},
    {"reduce-scatter-block", reduce_scatter_block_ours, reduce_scatter_block_native, 1},
    {"allgather", allgather_ours, allgather_native, 1},
    {"broadcast", bcast_ours, bcast_native, 0},
    {"reduce", reduce_ours, reduce_native, 0},
    {"alltoall", alltoall_ours, alltoall_native, 1},
    {"gather", gather_ours, gather_native, 1},
    {"scatter", scatter_ours, scatter_native, 1},
};

enum { kDefault = 4, kAll = sizeof kCollectives / sizeof *kCollectives };

static int by_value(const void* left, const void* right) {
  const double a = *(const double*)left;
  const double b = *(const double*)right;
  return (a > b) - (a < b);
}

/* Of the slowest rank. */
static double median(double* seconds, int count) {
  PMPI_Allreduce(MPI_IN_PLACE, seconds, count, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  qsort(seconds, (size_t)count, sizeof *seconds, by_value);
  return seconds[count / 2];
}

static double batch(Caller call, int elements, int calls) {
  if (warm) {
    call(elements, out);
  }
  PMPI_Barrier(MPI_COMM_WORLD);
  const double start = PMPI_Wtime();
  for (int i = 0; i < calls; ++i) {
    call(elements, out);
  }
  return (PMPI_Wtime() - start) / calls;
}

/* The same on all ranks. */
static int calls_for(double seconds) {
  PMPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  const double calls = seconds > 0 ? batch_seconds / seconds : 1;
  return calls < 1 ? 1 : calls > 100 ? 100 : (int)calls;
}

static int differs(int which, int elements, size_t bytes) {
  memset(out, 0, bytes);
  memset(other, 0, bytes);
  kCollectives[which].ours(elements, out);
  kCollectives[which].native(elements, other);
  int different = memcmp(out, other, bytes) != 0;
  PMPI_Allreduce(MPI_IN_PLACE, &different, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  return different;
}

/* Seconds of both sides. */
static void measure(int which, int elements, double budget, double result[2]) {
  static double seconds[2][kMostBatches];
  const Caller callers[2] = {kCollectives[which].ours, kCollectives[which].native};
  int calls[2];
  int batches = 3;
  for (int side = 0; side < 2; ++side) {
    batch(callers[side], elements, 3);
    calls[side] = calls_for(batch(callers[side], elements, 3));
    double each = batch(callers[side], elements, calls[side]) * calls[side];
    PMPI_Allreduce(MPI_IN_PLACE, &each, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    const double affordable = budget / each;
    if (affordable > batches) {
      batches = affordable < kMostBatches ? (int)affordable : kMostBatches;
    }
  }
  unsigned random = 1;
  for (int i = 0; i < batches; ++i) {
    random = random * 1664525U + 1013904223U;
    const int first = (int)(random >> 31);
    for (int turn = 0; turn < 2; ++turn) {
      const int side = first ^ turn;
      seconds[side][i] = batch(callers[side], elements, calls[side]);
    }
  }
  for (int side = 0; side < 2; ++side) {
    result[side] = median(seconds[side], batches);
  }
}

static int run(int which, double budget) {
  double logarithms = 0;
  double least = INFINITY;
  int points = 0;
  int wrong = 0;
  for (size_t bytes = 4; bytes <= kLargest; bytes *= 4) {
    const int whole = (int)(bytes / sizeof(float));
    const int elements = kCollectives[which].has_blocks ? whole / ranks : whole;
    if (elements == 0) {
      continue;
    }
    for (int rank = 0; rank < ranks; ++rank) {
      counts[rank] = elements;
    }
    const int different = differs(which, elements, bytes);
    double seconds[2];
    measure(which, elements, budget, seconds);
    const double ratio = seconds[1] / seconds[0];
    wrong |= different;
    logarithms += log(ratio);
    least = ratio < least ? ratio : least;
    ++points;
    if (me == 0) {
      printf("%-21s %9zu B %11.2f us  native %11.2f us  %6.2f%s\n", kCollectives[which].name, bytes, seconds[0] * 1e6,
             seconds[1] * 1e6, ratio, different ? "  DIFFERS" : "");
      fflush(stdout);
    }
  }
  if (me == 0) {
    printf("%-21s geometric mean %.2f, least %.2f\n", kCollectives[which].name, exp(logarithms / points), least);
  }
  return wrong;
}

struct Pair {
  double value;
  int rank;
};

/* The library has no kernel for these pairs, so that the call is the MPI library's. */
static void measure_passed_through(void) {
  static double seconds[2][kRepetitions];
  const struct Pair own = {1.0, me};
  struct Pair largest;
  for (int i = 0; i < kRepetitions; ++i) {
    for (int side = 0; side < 2; ++side) {
      const double start = PMPI_Wtime();
      for (int call = 0; call < 20; ++call) {
        if (side == 0) {
          MPI_Allreduce(&own, &largest, 1, MPI_DOUBLE_INT, MPI_MAXLOC, MPI_COMM_SELF);
        } else {
          PMPI_Allreduce(&own, &largest, 1, MPI_DOUBLE_INT, MPI_MAXLOC, MPI_COMM_SELF);
        }
      }
      seconds[side][i] = (PMPI_Wtime() - start) / 20;
    }
  }
  const double with = median(seconds[0], kRepetitions);
  const double without = median(seconds[1], kRepetitions);
  if (me == 0) {
    printf("passed through: %.1f ns, without %.1f ns: %.1f ns more\n", with * 1e9, without * 1e9,
           (with - without) * 1e9);
  }
}

/* Whether some node has more ranks than cores; the same on all ranks. */
static int share_cores(void) {
  MPI_Comm node;
  int here;
  PMPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  PMPI_Comm_size(node, &here);
  PMPI_Comm_free(&node);
  int share = here > sysconf(_SC_NPROCESSORS_ONLN);
  PMPI_Allreduce(MPI_IN_PLACE, &share, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  return share;
}

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  MPI_Comm_rank(MPI_COMM_WORLD, &me);
  batch_seconds = share_cores() ? kBatchSecondsOfSharedCores : batch_seconds;
  in = malloc(kLargest);
  out = malloc(kLargest);
  other = malloc(kLargest);
  counts = malloc((size_t)ranks * sizeof *counts);
  if (in == NULL || out == NULL || other == NULL || counts == NULL) {
    fprintf(stderr, "preload_times: no memory\n");
    MPI_Abort(MPI_COMM_WORLD, 3);
  }
  for (int i = 0; i < (int)(kLargest / sizeof(float)); ++i) {
    in[i] = (float)((i + me) % 1000);
    out[i] = other[i] = 0;
  }
  const double budget = (argc > 1 ? atof(argv[1]) : 30) * 1e-3;
  int wrong = 0;
  for (int argument = 2; argument < argc; ++argument) {
    warm |= strcmp(argv[argument], "warm") == 0;
  }
  for (int which = 0; which < kAll; ++which) {
    int wanted = argc - warm <= 2 && which < kDefault;
    for (int argument = 2; argument < argc; ++argument) {
      wanted |= strcmp(argv[argument], kCollectives[which].name) == 0;
    }
    wrong |= wanted ? run(which, budget) : 0;
  }
  measure_passed_through();
  MPI_Finalize();
  return wrong;
}
