/* A program that knows nothing of Ringwood, and holds MPI's collectives against what the standard says: every
   predefined operation on every predefined type that it has a meaning for, users' operations that do and do not
   commute, in place and not, datatypes with gaps, all roots, zero counts, and several kinds of communicators. What must
   come out is computed from the inputs of all ranks, which each rank knows, by MPI_Reduce_local alone.
   Run it with and without the library preloaded. Exits with 1, and says where, if a result is wrong. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;
static int checks = 0;
static int world_rank = 0;

/* MPICH waits by spinning: with more ranks than cores every call takes slices of time. There the counts of each type
   and operation take turns, and so do the roots: all are there, not each with each. All of them under Open MPI. */
static int takes_turns = 0;

static int first_root(int count) {
  return takes_turns ? count % 3 : 0;
}

static int next_root(int root) {
  return root + (takes_turns ? 3 : 1);
}

static void fail(const char* what, const char* type, const char* op, int count, const char* comm) {
  if (++failures <= 20)
    fprintf(stderr, "rank %d: wrong: %s, %s, %s, count %d, %s\n", world_rank, what, type, op, count, comm);
}

/* ---- types and operations ---- */

enum Kind { kInteger, kReal, kComplex, kLogical, kByte, kPair };

struct Type {
  MPI_Datatype type;
  const char* name;
  enum Kind kind;
  size_t part; /* bytes of a number in it */
};

struct Named {
  MPI_Op op;
  const char* name;
  unsigned kinds; /* a bit for each kind that it has a meaning for */
};

#define BIT(kind) (1U << (kind))

static struct Type types[64];
static int type_count = 0;

static void add_type(MPI_Datatype type, const char* name, enum Kind kind, size_t part) {
  if (type != MPI_DATATYPE_NULL) {
    const struct Type added = {type, name, kind, part};
    types[type_count++] = added;
  }
}

static void list_types(void) {
  add_type(MPI_SIGNED_CHAR, "signed char", kInteger, 1);
  add_type(MPI_UNSIGNED_CHAR, "unsigned char", kInteger, 1);
  add_type(MPI_SHORT, "short", kInteger, 2);
  add_type(MPI_UNSIGNED_SHORT, "unsigned short", kInteger, 2);
  add_type(MPI_INT, "int", kInteger, 4);
  add_type(MPI_UNSIGNED, "unsigned", kInteger, 4);
  add_type(MPI_LONG, "long", kInteger, sizeof(long));
  add_type(MPI_UNSIGNED_LONG, "unsigned long", kInteger, sizeof(long));
  add_type(MPI_LONG_LONG, "long long", kInteger, 8);
  add_type(MPI_UNSIGNED_LONG_LONG, "unsigned long long", kInteger, 8);
  add_type(MPI_INT8_T, "int8", kInteger, 1);
  add_type(MPI_INT16_T, "int16", kInteger, 2);
  add_type(MPI_INT32_T, "int32", kInteger, 4);
  add_type(MPI_INT64_T, "int64", kInteger, 8);
  add_type(MPI_UINT8_T, "uint8", kInteger, 1);
  add_type(MPI_UINT16_T, "uint16", kInteger, 2);
  add_type(MPI_UINT32_T, "uint32", kInteger, 4);
  add_type(MPI_UINT64_T, "uint64", kInteger, 8);
  add_type(MPI_AINT, "aint", kInteger, sizeof(MPI_Aint));
  add_type(MPI_OFFSET, "offset", kInteger, sizeof(MPI_Offset));
  add_type(MPI_COUNT, "count", kInteger, sizeof(MPI_Count));
  add_type(MPI_INTEGER, "integer", kInteger, 4);
  add_type(MPI_FLOAT, "float", kReal, sizeof(float));
  add_type(MPI_DOUBLE, "double", kReal, sizeof(double));
  add_type(MPI_LONG_DOUBLE, "long double", kReal, sizeof(long double));
  add_type(MPI_REAL, "real", kReal, 4);
  add_type(MPI_DOUBLE_PRECISION, "double precision", kReal, 8);
  add_type(MPI_C_FLOAT_COMPLEX, "float complex", kComplex, sizeof(float));
  add_type(MPI_C_DOUBLE_COMPLEX, "double complex", kComplex, sizeof(double));
  add_type(MPI_COMPLEX, "complex", kComplex, 4);
  add_type(MPI_DOUBLE_COMPLEX, "double complex of Fortran", kComplex, 8);
  add_type(MPI_C_BOOL, "bool", kLogical, 1);
  add_type(MPI_LOGICAL, "logical", kLogical, 4);
  add_type(MPI_BYTE, "byte", kByte, 1);
  add_type(MPI_2INT, "int pair", kPair, sizeof(int));
  add_type(MPI_SHORT_INT, "short and int", kPair, sizeof(short));
  add_type(MPI_LONG_INT, "long and int", kPair, sizeof(long));
  add_type(MPI_FLOAT_INT, "float and int", kPair, 0);
  add_type(MPI_DOUBLE_INT, "double and int", kPair, 0);
  add_type(MPI_LONG_DOUBLE_INT, "long double and int", kPair, 0);
}

static struct Named operations[12];

static void list_operations(void) {
  const unsigned numbers = BIT(kInteger) | BIT(kReal);
  const unsigned bits = BIT(kInteger) | BIT(kByte);
  const unsigned logical = BIT(kInteger) | BIT(kLogical);
  const struct Named all[] = {{MPI_SUM, "sum", numbers | BIT(kComplex)},
                              {MPI_PROD, "product", numbers | BIT(kComplex)},
                              {MPI_MAX, "max", numbers},
                              {MPI_MIN, "min", numbers},
                              {MPI_LAND, "land", logical},
                              {MPI_LOR, "lor", logical},
                              {MPI_LXOR, "lxor", logical},
                              {MPI_BAND, "band", bits},
                              {MPI_BOR, "bor", bits},
                              {MPI_BXOR, "bxor", bits},
                              {MPI_MAXLOC, "maxloc", BIT(kPair)},
                              {MPI_MINLOC, "minloc", BIT(kPair)}};
  memcpy(operations, all, sizeof all);
}

/* Small whole numbers: results are exact in any order. */
static int value_of(int rank, int index) {
  return (rank * 7 + index * 3 + 1) % 4;
}

static void put_number(enum Kind kind, size_t part, int value, char* at) {
  if (kind == kReal || kind == kComplex) {
    const float f = (float)value;
    const double d = value;
    const long double l = value;
    memcpy(at,
           part == sizeof f   ? (const void*)&f
           : part == sizeof d ? (const void*)&d
                              : (const void*)&l,
           part == sizeof l ? 10 : part);
  } else {
    const long long wide = value;
    memcpy(at, &wide, part);
  }
}

static void put_pair(MPI_Datatype type, int value, int place, char* at) {
  if (type == MPI_2INT) {
    const int both[2] = {value, place};
    memcpy(at, both, sizeof both);
  } else if (type == MPI_SHORT_INT) {
    const struct {
      short v;
      int p;
    } pair = {(short)value, place};

    memcpy(at, &pair.v, sizeof pair.v);
    memcpy(at + ((const char*)&pair.p - (const char*)&pair), &place, sizeof place);
  } else if (type == MPI_LONG_INT) {
    const long v = value;
    memcpy(at, &v, sizeof v);
    memcpy(at + sizeof v, &place, sizeof place);
  } else if (type == MPI_FLOAT_INT) {
    const float v = (float)value;
    memcpy(at, &v, sizeof v);
    memcpy(at + sizeof v, &place, sizeof place);
  } else if (type == MPI_DOUBLE_INT) {
    const double v = value;
    memcpy(at, &v, sizeof v);
    memcpy(at + sizeof v, &place, sizeof place);
  } else {
    const long double v = value;
    memcpy(at, &v, 10);
    memcpy(at + sizeof v, &place, sizeof place);
  }
}

static void put_element(const struct Type* type, int rank, int index, char* at) {
  const int value = value_of(rank, index);
  if (type->kind == kPair) {
    put_pair(type->type, value, rank, at);
  } else if (type->kind == kLogical) {
    put_number(kInteger, type->part, value % 2, at);
  } else {
    put_number(type->kind, type->part, value, at);
    if (type->kind == kComplex)
      put_number(type->kind, type->part, value_of(rank + 1, index), at + type->part);
  }
}

static MPI_Aint extent_of(MPI_Datatype type) {
  MPI_Aint lower = 0;
  MPI_Aint extent = 0;
  MPI_Type_get_extent(type, &lower, &extent);
  return extent;
}

static char* input_of(const struct Type* type, int rank, int count) {
  const MPI_Aint extent = extent_of(type->type);
  char* data = calloc((size_t)(extent * count) + 1, 1);
  for (int i = 0; i < count; ++i)
    put_element(type, rank, i, data + i * extent);
  return data;
}

/* Of all ranks, in their order. */
static char* expected_of(const struct Type* type, MPI_Op op, int ranks, int count) {
  char* total = input_of(type, ranks - 1, count);
  for (int rank = ranks - 2; rank >= 0; --rank) {
    char* left = input_of(type, rank, count);
    MPI_Reduce_local(left, total, count, type->type, op);
    free(left);
  }
  return total;
}

/* Bytes between the parts of a pair, and the unused ones of a long double, may be anything: elements are compared
   packed, and long doubles as numbers. */
static int same(const struct Type* type, const char* a, const char* b, int count) {
  int size = 0;
  int position = 0;
  int bad = 0;
  if (type->type == MPI_LONG_DOUBLE || type->type == MPI_LONG_DOUBLE_INT) {
    const MPI_Aint extent = extent_of(type->type);
    for (int i = 0; i < count; ++i) {
      bad += memcmp(a + i * extent, b + i * extent, 10) != 0;
      if (type->kind == kPair)
        bad += memcmp(a + i * extent + (MPI_Aint)sizeof(long double), b + i * extent + (MPI_Aint)sizeof(long double),
                      sizeof(int)) != 0;
    }
    return bad == 0;
  }
  MPI_Type_size(type->type, &size);
  char* left = malloc((size_t)(size * count) + 1);
  char* right = malloc((size_t)(size * count) + 1);
  MPI_Pack(a, count, type->type, left, size * count, &position, MPI_COMM_SELF);
  position = 0;
  MPI_Pack(b, count, type->type, right, size * count, &position, MPI_COMM_SELF);
  bad = memcmp(left, right, (size_t)(size * count));
  free(left);
  free(right);
  return bad == 0;
}

static void check(int right, const char* what, const struct Type* type, const char* op, int count, const char* comm) {
  ++checks;
  if (!right)
    fail(what, type->name, op, count, comm);
}

static void reduce_all_ways(const struct Type* type, const struct Named* op, int count, MPI_Comm comm,
                            const char* name) {
  int rank = 0;
  int ranks = 1;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &ranks);
  const MPI_Aint extent = extent_of(type->type);
  const size_t bytes = (size_t)(extent * count);
  char* in = input_of(type, rank, count);
  char* right = expected_of(type, op->op, ranks, count);
  char* out = calloc(bytes + 1, 1);
  MPI_Allreduce(in, out, count, type->type, op->op, comm);
  check(same(type, out, right, count), "allreduce", type, op->name, count, name);
  memcpy(out, in, bytes);
  MPI_Allreduce(MPI_IN_PLACE, out, count, type->type, op->op, comm);
  check(same(type, out, right, count), "allreduce in place", type, op->name, count, name);
  const int root = (count + 1) % ranks;
  memset(out, 0, bytes);
  MPI_Reduce(in, out, count, type->type, op->op, root, comm);
  check(rank != root || same(type, out, right, count), "reduce", type, op->name, count, name);
  /* MPICH 4.0 crashes in its own in-place reduce at roots other than 0. */
  memcpy(out, in, bytes);
  MPI_Reduce(rank == 0 ? MPI_IN_PLACE : in, out, count, type->type, op->op, 0, comm);
  check(rank != 0 || same(type, out, right, count), "reduce in place", type, op->name, count, name);
  const int block = count / ranks;
  memset(out, 0, bytes);
  MPI_Reduce_scatter_block(in, out, block, type->type, op->op, comm);
  check(same(type, out, right + extent * block * rank, block), "reduce-scatter-block", type, op->name, count, name);
  memcpy(out, in, bytes);
  MPI_Reduce_scatter_block(MPI_IN_PLACE, out, block, type->type, op->op, comm);
  check(same(type, out, right + extent * block * rank, block), "reduce-scatter-block in place", type, op->name, count,
        name);
  int counts[64];
  int before = 0;
  for (int r = 0, rest = count; r < ranks; ++r) {
    counts[r] = r == ranks - 1 ? rest : (r % 2 == 0 ? rest / 2 : 0);
    before += r < rank ? counts[r] : 0;
    rest -= counts[r];
  }
  memset(out, 0, bytes);
  MPI_Reduce_scatter(in, out, counts, type->type, op->op, comm);
  check(same(type, out, right + extent * before, counts[rank]), "reduce-scatter", type, op->name, count, name);
  memcpy(out, in, bytes);
  MPI_Reduce_scatter(MPI_IN_PLACE, out, counts, type->type, op->op, comm);
  check(same(type, out, right + extent * before, counts[rank]), "reduce-scatter in place", type, op->name, count, name);
  free(in);
  free(right);
  free(out);
}

/* MPI libraries differ in what they have for Fortran's and others' types. */
static int is_supported(const struct Type* type, MPI_Op op) {
  char* left = input_of(type, 0, 1);
  char* right = input_of(type, 1, 1);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  const int code = MPI_Reduce_local(left, right, 1, type->type, op);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_ARE_FATAL);
  free(left);
  free(right);
  return code == MPI_SUCCESS;
}

static void predefined(MPI_Comm comm, const char* name, const int* counts, int many) {
  for (int t = 0; t < type_count; ++t)
    for (int o = 0; o < 12; ++o)
      for (int c = 0; c < many; ++c)
        if ((operations[o].kinds & BIT(types[t].kind)) != 0 && (!takes_turns || c == (t + o) % many) &&
            is_supported(&types[t], operations[o].op))
          reduce_all_ways(&types[t], &operations[o], counts[c], comm, name);
}

/* ---- users' operations ---- */

/* 2x2 matrices modulo a prime: associative, and does not commute. */
static void multiply(void* left_in, void* inout, int* length, MPI_Datatype* type) {
  const unsigned prime = 10007;
  (void)type;
  for (int i = 0; i < *length; ++i) {
    const unsigned* a = (const unsigned*)left_in + 4 * i;
    unsigned* b = (unsigned*)inout + 4 * i;
    const unsigned c[4] = {(a[0] * b[0] + a[1] * b[2]) % prime, (a[0] * b[1] + a[1] * b[3]) % prime,
                           (a[2] * b[0] + a[3] * b[2]) % prime, (a[2] * b[1] + a[3] * b[3]) % prime};
    memcpy(b, c, sizeof c);
  }
}

static void user_operations(MPI_Comm comm, const char* name) {
  MPI_Datatype matrix;
  MPI_Op op;
  int rank = 0;
  int ranks = 1;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &ranks);
  MPI_Type_contiguous(4, MPI_UNSIGNED, &matrix);
  MPI_Type_commit(&matrix);
  MPI_Op_create(multiply, 0, &op);
  for (int count = 0; count <= 20000; count = count * 7 + 1) {
    const size_t bytes = sizeof(unsigned) * 4 * (size_t)count;
    unsigned* in = malloc(bytes + 1);
    unsigned* out = malloc(bytes + 1);
    unsigned* right = malloc(bytes + 1);
    for (int r = ranks - 1; r >= 0; --r) {
      for (int i = 0; i < 4 * count; ++i)
        in[i] = (unsigned)((r * 37 + i * 11 + 1) % 10007);
      if (r == ranks - 1)
        memcpy(right, in, bytes);
      else
        multiply(in, right, &count, &matrix);
    }
    for (int i = 0; i < 4 * count; ++i)
      in[i] = (unsigned)((rank * 37 + i * 11 + 1) % 10007);
    const struct Type type = {matrix, "matrix", kInteger, 4};
    MPI_Allreduce(in, out, count, matrix, op, comm);
    check(memcmp(out, right, bytes) == 0, "allreduce", &type, "matrix product", count, name);
    for (int root = first_root(count); root < ranks; root = next_root(root)) {
      MPI_Reduce(in, out, count, matrix, op, root, comm);
      check(rank != root || memcmp(out, right, bytes) == 0, "reduce", &type, "matrix product", count, name);
    }
    MPI_Reduce_scatter_block(in, out, count / ranks, matrix, op, comm);
    check(memcmp(out, right + 4 * (count / ranks) * rank, sizeof(unsigned) * 4 * (size_t)(count / ranks)) == 0,
          "reduce-scatter-block", &type, "matrix product", count, name);
    free(in);
    free(out);
    free(right);
  }
  MPI_Op_free(&op);
  MPI_Type_free(&matrix);
}

/* ---- what is gathered and broadcast ---- */

static void data_movement(MPI_Comm comm, const char* name) {
  int rank = 0;
  int ranks = 1;
  int counts[64];
  int displs[64];
  MPI_Datatype gaps;
  MPI_Datatype resized;
  MPI_Datatype nothing;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &ranks);
  MPI_Type_vector(3, 1, 2, MPI_INT, &gaps);
  MPI_Type_commit(&gaps);
  MPI_Type_create_resized(MPI_INT, -4, 12, &resized);
  MPI_Type_commit(&resized);
  MPI_Type_contiguous(0, MPI_INT, &nothing);
  MPI_Type_commit(&nothing);
  const struct Type type = {MPI_INT, "int", kInteger, 4};
  for (int count = 0; count <= 30000; count = count * 9 + 1) {
    int* in = malloc(sizeof(int) * (size_t)(6 * count + 8));
    int* out = malloc(sizeof(int) * (size_t)(count * ranks * 3 + 80));
    int bad = 0;
    for (int i = 0; i < count; ++i)
      in[i] = rank * 100000 + i;
    MPI_Allgather(in, count, MPI_INT, out, count, MPI_INT, comm);
    for (int i = 0; i < count * ranks; ++i)
      bad += out[i] != i / count * 100000 + i % count;
    memset(out, 0, sizeof(int) * (size_t)(count * ranks));
    memcpy(out + rank * count, in, sizeof(int) * (size_t)count);
    MPI_Allgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, out, count, MPI_INT, comm);
    for (int i = 0; i < count * ranks; ++i)
      bad += out[i] != i / count * 100000 + i % count;
    check(bad == 0, "allgather", &type, "copy", count, name);
    /* Blocks of unequal size, last rank first, with holes between them. */
    int next = 3;
    for (int r = ranks - 1; r >= 0; --r) {
      counts[r] = r % 3 == 0 ? count : count / (r + 1);
      displs[r] = next;
      next += counts[r] + 1;
    }
    bad = 0;
    for (int i = 0; i < next; ++i)
      out[i] = -7;
    MPI_Allgatherv(in, counts[rank], MPI_INT, out, counts, displs, MPI_INT, comm);
    for (int r = 0; r < ranks; ++r) {
      bad += out[displs[r] - 1] != -7;
      for (int i = 0; i < counts[r]; ++i)
        bad += out[displs[r] + i] != r * 100000 + i;
    }
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, out, counts, displs, MPI_INT, comm);
    for (int r = 0; r < ranks; ++r)
      for (int i = 0; i < counts[r]; ++i)
        bad += out[displs[r] + i] != r * 100000 + i;
    check(bad == 0, "allgatherv", &type, "copy", count, name);
    /* The receive type has a negative lower bound and a larger extent. */
    bad = 0;
    MPI_Allgather(in, count, MPI_INT, out + 1, count, resized, comm);
    for (int i = 0; i < count * ranks; ++i)
      bad += out[1 + 3 * i] != i / count * 100000 + i % count;
    check(bad == 0, "allgather into a resized type", &type, "copy", count, name);
    for (int root = first_root(count); root < ranks; root = next_root(root)) {
      bad = 0;
      for (int i = 0; i < count; ++i)
        out[i] = rank == root ? i * 3 + root : -1;
      MPI_Bcast(out, count, MPI_INT, root, comm);
      for (int i = 0; i < count; ++i)
        bad += out[i] != i * 3 + root;
      /* The same signature: three ints with gaps at the root, three in a row elsewhere. */
      for (int i = 0; i < 6 * count; ++i)
        in[i] = rank == root ? i : -1;
      MPI_Bcast(in, rank == root ? count : 3 * count, rank == root ? gaps : MPI_INT, root, comm);
      for (int i = 0; rank != root && i < 3 * count; ++i)
        bad += in[i] != i / 3 * 5 + i % 3 * 2;
      MPI_Bcast(NULL, 0, MPI_INT, root, comm);
      MPI_Bcast(in, 5, nothing, root, comm);
      check(bad == 0, "bcast", &type, "copy", count, name);
      for (int i = 0; i < count; ++i)
        in[i] = rank * 100000 + i;
    }
    free(in);
    free(out);
  }
  MPI_Allreduce(NULL, NULL, 0, MPI_INT, MPI_SUM, comm);
  MPI_Allgather(NULL, 0, MPI_INT, NULL, 0, MPI_INT, comm);
  MPI_Barrier(comm);
  MPI_Type_free(&gaps);
  MPI_Type_free(&resized);
  MPI_Type_free(&nothing);
}

/* What rank `from` has for rank `to` at `index`. */
static int block_value(int from, int to, int index) {
  return from * 1000003 + to * 1009 + index;
}

/* Alltoall, gather and scatter, out of place and in place, of ints and into a resized type. */
static void equal_blocks(MPI_Comm comm, const char* name) {
  int rank = 0;
  int ranks = 1;
  MPI_Datatype resized;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &ranks);
  MPI_Type_create_resized(MPI_INT, -4, 12, &resized);
  MPI_Type_commit(&resized);
  const struct Type type = {MPI_INT, "int", kInteger, 4};
  for (int count = 0; count <= 30000; count = count * 9 + 1) {
    int* in = malloc(sizeof(int) * (size_t)(count * ranks + 1));
    int* out = malloc(sizeof(int) * (size_t)(3 * count * ranks + 2));
    int bad = 0;
    for (int i = 0; i < count * ranks; ++i)
      in[i] = block_value(rank, i / count, i % count);
    MPI_Alltoall(in, count, MPI_INT, out, count, MPI_INT, comm);
    for (int i = 0; i < count * ranks; ++i)
      bad += out[i] != block_value(i / count, rank, i % count);
    MPI_Alltoall(in, count, MPI_INT, out + 1, count, resized, comm);
    for (int i = 0; i < count * ranks; ++i)
      bad += out[1 + 3 * i] != block_value(i / count, rank, i % count);
    memcpy(out, in, sizeof(int) * (size_t)(count * ranks));
    MPI_Alltoall(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, out, count, MPI_INT, comm);
    for (int i = 0; i < count * ranks; ++i)
      bad += out[i] != block_value(i / count, rank, i % count);
    check(bad == 0, "alltoall", &type, "copy", count, name);
    for (int root = first_root(count); root < ranks; root = next_root(root)) {
      bad = 0;
      MPI_Gather(in, count, MPI_INT, rank == root ? out + 1 : NULL, count, resized, root, comm);
      for (int i = 0; rank == root && i < count * ranks; ++i)
        bad += out[1 + 3 * i] != block_value(i / count, 0, i % count);
      memcpy(out + rank * count, in, sizeof(int) * (size_t)count);
      MPI_Gather(rank == root ? MPI_IN_PLACE : in, count, MPI_INT, out, count, MPI_INT, root, comm);
      for (int i = 0; rank == root && i < count * ranks; ++i)
        bad += out[i] != block_value(i / count, 0, i % count);
      check(bad == 0, "gather", &type, "copy", count, name);
      bad = 0;
      MPI_Scatter(rank == root ? in : NULL, count, MPI_INT, out, count, MPI_INT, root, comm);
      for (int i = 0; i < count; ++i)
        bad += out[i] != block_value(root, rank, i);
      MPI_Scatter(in, count, MPI_INT, rank == root ? MPI_IN_PLACE : out, count, MPI_INT, root, comm);
      for (int i = 0; i < count; ++i)
        bad += (rank == root ? in[rank * count + i] : out[i]) != block_value(root, rank, i);
      check(bad == 0, "scatter", &type, "copy", count, name);
    }
    free(in);
    free(out);
  }
  MPI_Type_free(&resized);
}

/* Blocking collectives beside non-blocking ones, persistent point-to-point messages and wildcards. */
static void beside_others(MPI_Comm comm, const char* name) {
  int rank = 0;
  int ranks = 1;
  int sums[20];
  int total = 0;
  int word = -1;
  MPI_Request requests[20];
  MPI_Request wildcard;
  MPI_Status statuses[20];
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &ranks);
  MPI_Irecv(&word, 1, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG, comm, &wildcard);
  for (int i = 0; i < 20; ++i) {
    sums[i] = rank + i;
    MPI_Iallreduce(MPI_IN_PLACE, &sums[i], 1, MPI_INT, MPI_SUM, comm, &requests[i]);
    if (i % 5 == 0) {
      total = rank;
      MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_INT, MPI_SUM, comm);
    }
  }
  MPI_Waitall(20, requests, statuses);
  MPI_Send(&rank, 1, MPI_INT, (rank + 1) % ranks, 4, comm);
  MPI_Wait(&wildcard, MPI_STATUS_IGNORE);
  int bad = total != ranks * (ranks - 1) / 2 || word != (rank + ranks - 1) % ranks;
  for (int i = 0; i < 20; ++i)
    bad += sums[i] != ranks * (ranks - 1) / 2 + i * ranks;
  const struct Type type = {MPI_INT, "int", kInteger, 4};
  check(bad == 0, "beside non-blocking calls and wildcards", &type, "sum", 1, name);
}

/* As Debian builds it MPICH does not look at arguments. */
#ifdef OPEN_MPI

static int errors_seen = 0;

static void count_errors(MPI_Comm* comm, int* code, ...) {
  (void)comm;
  (void)code;
  ++errors_seen;
}

static void expect_error(int code, int class, int alternative, const char* what) {
  int found = MPI_SUCCESS;
  const struct Type type = {MPI_INT, "int", kInteger, 4};
  if (code != MPI_SUCCESS)
    MPI_Error_class(code, &found);
  check(found == class || found == alternative, what, &type, "error class", found, "duplicate");
}

static void errors(void) {
  MPI_Comm comm;
  MPI_Errhandler handler;
  int a = 1;
  int b = 0;
  MPI_Comm_dup(MPI_COMM_WORLD, &comm);
  MPI_Comm_create_errhandler(count_errors, &handler);
  MPI_Comm_set_errhandler(comm, handler);
  expect_error(MPI_Allreduce(&a, &b, -1, MPI_INT, MPI_SUM, comm), MPI_ERR_COUNT, MPI_ERR_COUNT, "negative count");
  expect_error(MPI_Allreduce(&a, &b, 1, MPI_DATATYPE_NULL, MPI_SUM, comm), MPI_ERR_TYPE, MPI_ERR_OP, "null datatype");
  expect_error(MPI_Bcast(&a, 1, MPI_DATATYPE_NULL, 0, comm), MPI_ERR_TYPE, MPI_ERR_TYPE, "broadcast of no datatype");
  expect_error(MPI_Allreduce(&a, &b, 1, MPI_INT, MPI_OP_NULL, comm), MPI_ERR_OP, MPI_ERR_OP, "null operation");
  expect_error(MPI_Allreduce(&a, &b, 1, MPI_DOUBLE, MPI_BAND, comm), MPI_ERR_OP, MPI_ERR_OP,
               "operation without meaning");
  expect_error(MPI_Bcast(&a, 1, MPI_INT, 1000, comm), MPI_ERR_ROOT, MPI_ERR_ROOT, "root that is no rank");
  expect_error(MPI_Reduce(&a, &b, 1, MPI_INT, MPI_SUM, -5, comm), MPI_ERR_ROOT, MPI_ERR_ROOT, "negative root");
  const struct Type type = {MPI_INT, "int", kInteger, 4};
  check(errors_seen == 7, "handler called once for each error", &type, "error", errors_seen, "duplicate");
  MPI_Errhandler_free(&handler);
  MPI_Comm_free(&comm);
}

#endif

static void on(MPI_Comm comm, const char* name) {
  const int counts[] = {0, 1, 5, 17, 130, 3000};
  int few = 0;
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  few = ranks > 2 ? 4 : 6;
  predefined(comm, name, counts, comm == MPI_COMM_WORLD ? few : 2);
  user_operations(comm, name);
  data_movement(comm, name);
  equal_blocks(comm, name);
  beside_others(comm, name);
}

int main(int argc, char** argv) {
  int provided = 0;
  int ranks = 1;
  int all = 0;
  MPI_Comm other;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &world_rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
#ifndef OPEN_MPI
  takes_turns = ranks > 4;
#endif
  list_types();
  list_operations();
  on(MPI_COMM_WORLD, "MPI_COMM_WORLD");
  on(MPI_COMM_SELF, "MPI_COMM_SELF");
  MPI_Comm_split(MPI_COMM_WORLD, 0, ranks - world_rank, &other);
  on(other, "ranks in reverse");
  MPI_Comm_free(&other);
  MPI_Comm_split(MPI_COMM_WORLD, world_rank % 2, world_rank, &other);
  on(other, "every other rank");
  MPI_Comm_free(&other);
#ifdef OPEN_MPI
  errors();
#endif
  PMPI_Allreduce(&failures, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  if (world_rank == 0)
    printf("%d checks, %d wrong on all ranks\n", checks, all);
  MPI_Finalize();
  return all == 0 ? 0 : 1;
}
