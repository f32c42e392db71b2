/* Preloaded under MPICH over UCX: counts what collectives send, and writes it as Open MPI's monitoring would, to
   PREFIX.RANK.prof at the end (RINGWOOD_COUNT_PREFIX); MPICH has no such counts of its own. MPIR_CVAR_NOLOCAL=1 lets
   all messages pass here, and makes MPICH open its endpoints in the order of the ranks when it starts. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { kRanks = 1024 };

static void* endpoints[kRanks];
static int known;
static long messages[kRanks];
static long bytes[kRanks];

typedef int (*Create)(void*, const void*, void**);
typedef void* (*Send)(void*, const void*, size_t, uint64_t, const void*);

int ucp_ep_create(void* worker, const void* options, void** endpoint) {
  static Create create;
  if (create == NULL)
    *(void**)&create = dlsym(RTLD_NEXT, "ucp_ep_create");
  const int status = create(worker, options, endpoint);
  if (status == 0 && known < kRanks)
    endpoints[known++] = *endpoint;
  return status;
}

/* MPICH's tags of 64 bits: context, source, tag of the user; contexts of collectives are odd. */
void* ucp_tag_send_nbx(void* endpoint, const void* buffer, size_t count, uint64_t tag, const void* options) {
  static Send send;
  if (send == NULL)
    *(void**)&send = dlsym(RTLD_NEXT, "ucp_tag_send_nbx");
  for (int rank = 0; (tag >> 48 & 1) == 1 && rank < known; ++rank) {
    if (endpoints[rank] == endpoint) {
      ++messages[rank];
      bytes[rank] += (long)count;
    }
  }
  return send(endpoint, buffer, count, tag, options);
}

__attribute__((destructor)) static void write_counts(void) {
  const char* prefix = getenv("RINGWOOD_COUNT_PREFIX");
  const char* rank = getenv("PMI_RANK");
  char name[4096];
  if (prefix == NULL || rank == NULL || snprintf(name, sizeof name, "%s.%s.prof", prefix, rank) >= (int)sizeof name)
    return;
  FILE* file = fopen(name, "w");
  if (file == NULL)
    return;
  for (int peer = 0; peer < known; ++peer)
    if (messages[peer] > 0)
      fprintf(file, "I\t%s\t%d\t%ld bytes\t%ld msgs sent\n", rank, peer, bytes[peer], messages[peer]);
  fclose(file);
}
