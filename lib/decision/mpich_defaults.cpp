#include <array>

#include "decision/mpich.hpp"

// A file replaces all of MPICH's own trees, so that there has to be one for every collective. These choose as MPICH 4.0
// does where it matters, and otherwise what is right for every call.
namespace ringwood::mpich {

namespace {

struct Tree {
  std::string_view collective;
  std::string_view json;
};

constexpr Tree kTrees[] = {
    {"allgather", R"({"comm_type=intra":{"comm_size=pow2":{
       "total_msg_size<524288":{"algorithm=MPIR_Allgather_intra_recursive_doubling":{}},
       "total_msg_size=any":{"algorithm=MPIR_Allgather_intra_ring":{}}},"comm_size=any":{
       "total_msg_size<81920":{"algorithm=MPIR_Allgather_intra_brucks":{}},
       "total_msg_size=any":{"algorithm=MPIR_Allgather_intra_ring":{}}}},
       "comm_type=inter":{"algorithm=MPIR_Allgather_inter_local_gather_remote_bcast":{}}})"},
    {"allgatherv", R"({"comm_type=intra":{"total_msg_size<81920":{"algorithm=MPIR_Allgatherv_intra_brucks":{}},
       "total_msg_size=any":{"algorithm=MPIR_Allgatherv_intra_ring":{}}},
       "comm_type=inter":{"algorithm=MPIR_Allgatherv_inter_remote_gather_local_bcast":{}}})"},
    {"allreduce", R"({"comm_type=intra":{"avg_msg_size<=8":{"algorithm=MPIR_Allreduce_intra_recursive_doubling":{}},
       "avg_msg_size=any":{"is_op_built_in=no":{"algorithm=MPIR_Allreduce_intra_recursive_doubling":{}},
       "is_op_built_in=yes":{"count<pow2":{"algorithm=MPIR_Allreduce_intra_recursive_doubling":{}},
       "count=any":{"algorithm=MPIR_Allreduce_intra_reduce_scatter_allgather":{}}}}},
       "comm_type=inter":{"algorithm=MPIR_Allreduce_inter_reduce_exchange_bcast":{}}})"},
    {"alltoall", R"({"comm_type=intra":{
       "is_sendbuf_inplace=yes":{"algorithm=MPIR_Alltoall_intra_pairwise_sendrecv_replace":{}},"is_sendbuf_inplace=no":{
       "avg_msg_size<=256":{"algorithm=MPIR_Alltoall_intra_brucks":{}},
       "avg_msg_size<=32768":{"algorithm=MPIR_Alltoall_intra_scattered":{}},
       "avg_msg_size=any":{"algorithm=MPIR_Alltoall_intra_pairwise":{}}}},
       "comm_type=inter":{"algorithm=MPIR_Alltoall_inter_pairwise_exchange":{}}})"},
    {"alltoallv", R"({"comm_type=intra":{
       "is_sendbuf_inplace=yes":{"algorithm=MPIR_Alltoallv_intra_pairwise_sendrecv_replace":{}},
       "is_sendbuf_inplace=no":{"algorithm=MPIR_Alltoallv_intra_scattered":{}}},
       "comm_type=inter":{"algorithm=MPIR_Alltoallv_inter_pairwise_exchange":{}}})"},
    {"alltoallw", R"({"comm_type=intra":{
       "is_sendbuf_inplace=yes":{"algorithm=MPIR_Alltoallw_intra_pairwise_sendrecv_replace":{}},
       "is_sendbuf_inplace=no":{"algorithm=MPIR_Alltoallw_intra_scattered":{}}},
       "comm_type=inter":{"algorithm=MPIR_Alltoallw_inter_pairwise_exchange":{}}})"},
    {"barrier", R"({"comm_type=intra":{"comm_hierarchy=parent":{"algorithm=MPIR_Barrier_intra_smp":{}},
       "comm_hierarchy=any":{"algorithm=MPIR_Barrier_intra_dissemination":{}}},
       "comm_type=inter":{"algorithm=MPIR_Barrier_inter_bcast":{}}})"},
    {"bcast", R"({"comm_type=intra":{"avg_msg_size<=12288":{"algorithm=MPIR_Bcast_intra_binomial":{}},
       "avg_msg_size=any":{"algorithm=MPIR_Bcast_intra_scatter_ring_allgather":{}}},
       "comm_type=inter":{"algorithm=MPIR_Bcast_inter_remote_send_local_bcast":{}}})"},
    {"exscan", R"({"algorithm=MPIR_Exscan_intra_recursive_doubling":{}})"},
    {"gather", R"({"comm_type=intra":{"algorithm=MPIR_Gather_intra_binomial":{}},
       "comm_type=inter":{"algorithm=MPIR_Gather_inter_linear":{}}})"},
    {"gatherv", R"({"algorithm=MPIR_Gatherv_allcomm_linear":{}})"},
    {"neighbor_allgather", R"({"algorithm=MPIR_Neighbor_allgather_allcomm_nb":{}})"},
    {"neighbor_allgatherv", R"({"algorithm=MPIR_Neighbor_allgatherv_allcomm_nb":{}})"},
    {"neighbor_alltoall", R"({"algorithm=MPIR_Neighbor_alltoall_allcomm_nb":{}})"},
    {"neighbor_alltoallv", R"({"algorithm=MPIR_Neighbor_alltoallv_allcomm_nb":{}})"},
    {"neighbor_alltoallw", R"({"algorithm=MPIR_Neighbor_alltoallw_allcomm_nb":{}})"},
    {"reduce", R"({"comm_type=intra":{"avg_msg_size<=2048":{"algorithm=MPIR_Reduce_intra_binomial":{}},
       "avg_msg_size=any":{"is_op_built_in=yes":{"count<pow2":{"algorithm=MPIR_Reduce_intra_binomial":{}},
       "count=any":{"algorithm=MPIR_Reduce_intra_reduce_scatter_gather":{}}},
       "is_op_built_in=no":{"algorithm=MPIR_Reduce_intra_binomial":{}}}},
       "comm_type=inter":{"algorithm=MPIR_Reduce_inter_local_reduce_remote_send":{}}})"},
    {"reduce_scatter", R"({"comm_type=intra":{"is_commutative=yes":{
       "total_msg_size<524288":{"algorithm=MPIR_Reduce_scatter_intra_recursive_halving":{}},
       "total_msg_size=any":{"algorithm=MPIR_Reduce_scatter_intra_pairwise":{}}},
       "is_commutative=no":{"algorithm=MPIR_Reduce_scatter_intra_recursive_doubling":{}}},
       "comm_type=inter":{"algorithm=MPIR_Reduce_scatter_inter_remote_reduce_local_scatter":{}}})"},
    {"reduce_scatter_block", R"({"comm_type=intra":{"is_commutative=yes":{
       "total_msg_size<524288":{"algorithm=MPIR_Reduce_scatter_block_intra_recursive_halving":{}},
       "total_msg_size=any":{"algorithm=MPIR_Reduce_scatter_block_intra_pairwise":{}}},
       "is_commutative=no":{"algorithm=MPIR_Reduce_scatter_block_intra_recursive_doubling":{}}},
       "comm_type=inter":{"algorithm=MPIR_Reduce_scatter_block_inter_remote_reduce_local_scatter":{}}})"},
    {"scan", R"({"algorithm=MPIR_Scan_intra_recursive_doubling":{}})"},
    {"scatter", R"({"comm_type=intra":{"algorithm=MPIR_Scatter_intra_binomial":{}},
       "comm_type=inter":{"algorithm=MPIR_Scatter_inter_linear":{}}})"},
    {"scatterv", R"({"algorithm=MPIR_Scatterv_allcomm_linear":{}})"},
    {"iallgather", R"({"comm_type=intra":{"total_msg_size<81920":{"algorithm=MPIR_Iallgather_intra_sched_brucks":{}},
       "total_msg_size=any":{"algorithm=MPIR_Iallgather_intra_sched_ring":{}}},
       "comm_type=inter":{"algorithm=MPIR_Iallgather_inter_sched_local_gather_remote_bcast":{}}})"},
    {"iallgatherv", R"({"comm_type=intra":{"total_msg_size<81920":{"algorithm=MPIR_Iallgatherv_intra_sched_brucks":{}},
       "total_msg_size=any":{"algorithm=MPIR_Iallgatherv_intra_sched_ring":{}}},
       "comm_type=inter":{"algorithm=MPIR_Iallgatherv_inter_sched_remote_gather_local_bcast":{}}})"},
    {"iallreduce", R"({"comm_type=intra":{
       "avg_msg_size<=2048":{"algorithm=MPIR_Iallreduce_intra_sched_recursive_doubling":{}},
       "avg_msg_size=any":{"is_op_built_in=no":{"algorithm=MPIR_Iallreduce_intra_sched_recursive_doubling":{}},
       "is_op_built_in=yes":{"count<pow2":{"algorithm=MPIR_Iallreduce_intra_sched_recursive_doubling":{}},
       "count=any":{"algorithm=MPIR_Iallreduce_intra_sched_reduce_scatter_allgather":{}}}}},
       "comm_type=inter":{"algorithm=MPIR_Iallreduce_inter_sched_remote_reduce_local_bcast":{}}})"},
    {"ialltoall", R"({"comm_type=intra":{"is_sendbuf_inplace=yes":{"algorithm=MPIR_Ialltoall_intra_sched_inplace":{}},
       "is_sendbuf_inplace=no":{"avg_msg_size<=256":{"algorithm=MPIR_Ialltoall_intra_sched_brucks":{}},
       "avg_msg_size<=32768":{"algorithm=MPIR_Ialltoall_intra_sched_permuted_sendrecv":{}},
       "avg_msg_size=any":{"algorithm=MPIR_Ialltoall_intra_sched_pairwise":{}}}},
       "comm_type=inter":{"algorithm=MPIR_Ialltoall_inter_sched_pairwise_exchange":{}}})"},
    {"ialltoallv", R"({"comm_type=intra":{"is_sendbuf_inplace=yes":{"algorithm=MPIR_Ialltoallv_intra_sched_inplace":{}},
       "is_sendbuf_inplace=no":{"algorithm=MPIR_Ialltoallv_intra_sched_blocked":{}}},
       "comm_type=inter":{"algorithm=MPIR_Ialltoallv_inter_sched_pairwise_exchange":{}}})"},
    {"ialltoallw", R"({"comm_type=intra":{"is_sendbuf_inplace=yes":{"algorithm=MPIR_Ialltoallw_intra_sched_inplace":{}},
       "is_sendbuf_inplace=no":{"algorithm=MPIR_Ialltoallw_intra_sched_blocked":{}}},
       "comm_type=inter":{"algorithm=MPIR_Ialltoallw_inter_sched_pairwise_exchange":{}}})"},
    {"ibarrier", R"({"comm_type=intra":{"algorithm=MPIR_Ibarrier_intra_sched_recursive_doubling":{}},
       "comm_type=inter":{"algorithm=MPIR_Ibarrier_inter_sched_bcast":{}}})"},
    {"ibcast", R"({"comm_type=intra":{"avg_msg_size<12288":{"algorithm=MPIR_Ibcast_intra_sched_binomial":{}},
       "avg_msg_size=any":{"algorithm=MPIR_Ibcast_intra_sched_scatter_ring_allgather":{}}},
       "comm_type=inter":{"algorithm=MPIR_Ibcast_inter_sched_flat":{}}})"},
    {"iexscan", R"({"algorithm=MPIR_Iexscan_intra_sched_recursive_doubling":{}})"},
    {"igather", R"({"comm_type=intra":{"algorithm=MPIR_Igather_intra_sched_binomial":{}},
       "comm_type=inter":{"algorithm=MPIR_Igather_inter_sched_long":{}}})"},
    {"igatherv", R"({"algorithm=MPIR_Igatherv_allcomm_sched_linear":{}})"},
    {"ineighbor_allgather", R"({"algorithm=MPIR_Ineighbor_allgather_allcomm_sched_linear":{}})"},
    {"ineighbor_allgatherv", R"({"algorithm=MPIR_Ineighbor_allgatherv_allcomm_sched_linear":{}})"},
    {"ineighbor_alltoall", R"({"algorithm=MPIR_Ineighbor_alltoall_allcomm_sched_linear":{}})"},
    {"ineighbor_alltoallv", R"({"algorithm=MPIR_Ineighbor_alltoallv_allcomm_sched_linear":{}})"},
    {"ineighbor_alltoallw", R"({"algorithm=MPIR_Ineighbor_alltoallw_allcomm_sched_linear":{}})"},
    {"ireduce", R"({"comm_type=intra":{"avg_msg_size<=2048":{"algorithm=MPIR_Ireduce_intra_sched_binomial":{}},
       "avg_msg_size=any":{"is_op_built_in=yes":{"count<pow2":{"algorithm=MPIR_Ireduce_intra_sched_binomial":{}},
       "count=any":{"algorithm=MPIR_Ireduce_intra_sched_reduce_scatter_gather":{}}},
       "is_op_built_in=no":{"algorithm=MPIR_Ireduce_intra_sched_binomial":{}}}},
       "comm_type=inter":{"algorithm=MPIR_Ireduce_inter_sched_local_reduce_remote_send":{}}})"},
    {"ireduce_scatter", R"({"comm_type=intra":{"is_commutative=yes":{
       "total_msg_size<524288":{"algorithm=MPIR_Ireduce_scatter_intra_sched_recursive_halving":{}},
       "total_msg_size=any":{"algorithm=MPIR_Ireduce_scatter_intra_sched_pairwise":{}}},
       "is_commutative=no":{"algorithm=MPIR_Ireduce_scatter_intra_sched_recursive_doubling":{}}},
       "comm_type=inter":{"algorithm=MPIR_Ireduce_scatter_inter_sched_remote_reduce_local_scatterv":{}}})"},
    {"ireduce_scatter_block",
     R"({"comm_type=intra":{
       "is_commutative=yes":{"algorithm=MPIR_Ireduce_scatter_block_intra_sched_recursive_halving":{}},
       "is_commutative=no":{"algorithm=MPIR_Ireduce_scatter_block_intra_sched_recursive_doubling":{}}},
       "comm_type=inter":{"algorithm=MPIR_Ireduce_scatter_block_inter_sched_remote_reduce_local_scatterv":{}}})"},
    {"iscan", R"({"algorithm=MPIR_Iscan_intra_sched_recursive_doubling":{}})"},
    {"iscatter", R"({"comm_type=intra":{"algorithm=MPIR_Iscatter_intra_sched_binomial":{}},
       "comm_type=inter":{"algorithm=MPIR_Iscatter_inter_sched_linear":{}}})"},
    {"iscatterv", R"({"algorithm=MPIR_Iscatterv_allcomm_sched_linear":{}})"},
};

static_assert(std::size(kTrees) == 44);

}  // namespace

std::string_view default_tree(std::string_view collective) {
  for (const Tree& tree : kTrees) {
    if (tree.collective == collective) {
      return tree.json;
    }
  }
  return "{}";
}

}  // namespace ringwood::mpich
