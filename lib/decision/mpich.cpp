#include "decision/mpich.hpp"

#include <algorithm>
#include <array>

namespace ringwood::mpich {

namespace {

// Of 4.0.2; what came later as far as the documents of 4.1 and 4.2 tell.
constexpr TheirAlgorithm kAlgorithms[] = {
    {"allgather", "Allgather_intra_brucks"},
    {"allgather", "Allgather_intra_recursive_doubling", 0, {.ranks_pow2 = true}},
    {"allgather", "Allgather_intra_ring"},
    {"allgather", "Allgather_intra_k_brucks", 1, {}, "k"},
    {"allgather", "Allgather_intra_recexch_doubling", 1, {}, "k single_phase_recv"},
    {"allgather", "Allgather_intra_recexch_halving", 1, {}, "k single_phase_recv"},
    {"allgather", "Allgather_inter_local_gather_remote_bcast"},
    {"allgather", "Allgather_allcomm_nb"},
    {"allgatherv", "Allgatherv_intra_brucks"},
    {"allgatherv", "Allgatherv_intra_recursive_doubling", 0, {.ranks_pow2 = true}},
    {"allgatherv", "Allgatherv_intra_ring"},
    {"allgatherv", "Allgatherv_inter_remote_gather_local_bcast"},
    {"allgatherv", "Allgatherv_allcomm_nb"},
    {"allreduce", "Allreduce_intra_recursive_doubling"},
    {"allreduce", "Allreduce_intra_reduce_scatter_allgather", 0, {.built_in = true, .count_pow2 = true}},
    {"allreduce", "Allreduce_intra_smp", 0, {.commutative = true}},
    {"allreduce", "Allreduce_intra_recursive_multiplying", 2, {.commutative = true}, "k"},
    {"allreduce", "Allreduce_intra_ring", 1, {.commutative = true}},
    {"allreduce", "Allreduce_intra_tree", 1, {.commutative = true}, "tree_type k chunk_size buffer_per_child"},
    {"allreduce", "Allreduce_intra_recexch", 1, {.commutative = true}, "k single_phase_recv"},
    {"allreduce", "Allreduce_intra_k_reduce_scatter_allgather", 1, {.commutative = true}, "k single_phase_recv"},
    {"allreduce", "Allreduce_inter_reduce_exchange_bcast"},
    {"allreduce", "Allreduce_allcomm_nb"},
    {"alltoall", "Alltoall_intra_brucks", 0, {.not_in_place = true}},
    {"alltoall", "Alltoall_intra_pairwise", 0, {.not_in_place = true}},
    {"alltoall", "Alltoall_intra_scattered", 0, {.not_in_place = true}},
    {"alltoall", "Alltoall_intra_k_brucks", 1, {.not_in_place = true}, "k"},
    {"alltoall", "Alltoall_intra_pairwise_sendrecv_replace", 0, {.in_place = true}},
    {"alltoall", "Alltoall_inter_pairwise_exchange"},
    {"alltoall", "Alltoall_allcomm_nb"},
    {"alltoallv", "Alltoallv_intra_scattered", 0, {.not_in_place = true}},
    {"alltoallv", "Alltoallv_intra_pairwise_sendrecv_replace", 0, {.in_place = true}},
    {"alltoallv", "Alltoallv_inter_pairwise_exchange"},
    {"alltoallv", "Alltoallv_allcomm_nb"},
    {"alltoallw", "Alltoallw_intra_scattered", 0, {.not_in_place = true}},
    {"alltoallw", "Alltoallw_intra_pairwise_sendrecv_replace", 0, {.in_place = true}},
    {"alltoallw", "Alltoallw_inter_pairwise_exchange"},
    {"alltoallw", "Alltoallw_allcomm_nb"},
    {"barrier", "Barrier_intra_dissemination"},
    {"barrier", "Barrier_intra_smp"},
    {"barrier", "Barrier_intra_k_dissemination", 1, {}, "k"},
    {"barrier", "Barrier_intra_recexch", 1, {}, "k single_phase_recv"},
    {"barrier", "Barrier_inter_bcast"},
    {"barrier", "Barrier_allcomm_nb"},
    {"bcast", "Bcast_intra_binomial"},
    {"bcast", "Bcast_intra_scatter_recursive_doubling_allgather"},
    {"bcast", "Bcast_intra_scatter_ring_allgather"},
    {"bcast", "Bcast_intra_smp"},
    {"bcast", "Bcast_intra_tree", 1, {}, "tree_type k is_non_blocking"},
    {"bcast", "Bcast_intra_pipelined_tree", 1, {}, "tree_type k is_non_blocking chunk_size recv_pre_posted"},
    {"bcast", "Bcast_inter_remote_send_local_bcast"},
    {"bcast", "Bcast_allcomm_nb"},
    {"exscan", "Exscan_intra_recursive_doubling"},
    {"exscan", "Exscan_allcomm_nb"},
    {"gather", "Gather_intra_binomial"},
    {"gather", "Gather_inter_linear"},
    {"gather", "Gather_inter_local_gather_remote_send"},
    {"gather", "Gather_allcomm_nb"},
    {"gatherv", "Gatherv_allcomm_linear"},
    {"gatherv", "Gatherv_allcomm_nb"},
    {"neighbor_allgather", "Neighbor_allgather_allcomm_nb"},
    {"neighbor_allgatherv", "Neighbor_allgatherv_allcomm_nb"},
    {"neighbor_alltoall", "Neighbor_alltoall_allcomm_nb"},
    {"neighbor_alltoallv", "Neighbor_alltoallv_allcomm_nb"},
    {"neighbor_alltoallw", "Neighbor_alltoallw_allcomm_nb"},
    {"reduce", "Reduce_intra_binomial"},
    {"reduce", "Reduce_intra_reduce_scatter_gather", 0, {.built_in = true, .count_pow2 = true}},
    {"reduce", "Reduce_intra_smp", 0, {.commutative = true}},
    {"reduce", "Reduce_inter_local_reduce_remote_send"},
    {"reduce", "Reduce_allcomm_nb"},
    {"reduce_scatter", "Reduce_scatter_intra_noncommutative", 0, {.ranks_pow2 = true, .regular = true}},
    {"reduce_scatter", "Reduce_scatter_intra_pairwise", 0, {.commutative = true}},
    {"reduce_scatter", "Reduce_scatter_intra_recursive_doubling"},
    {"reduce_scatter", "Reduce_scatter_intra_recursive_halving", 0, {.commutative = true}},
    {"reduce_scatter", "Reduce_scatter_inter_remote_reduce_local_scatter"},
    {"reduce_scatter", "Reduce_scatter_allcomm_nb"},
    {"reduce_scatter_block", "Reduce_scatter_block_intra_noncommutative", 0, {.ranks_pow2 = true}},
    {"reduce_scatter_block", "Reduce_scatter_block_intra_pairwise", 0, {.commutative = true}},
    {"reduce_scatter_block", "Reduce_scatter_block_intra_recursive_doubling"},
    {"reduce_scatter_block", "Reduce_scatter_block_intra_recursive_halving", 0, {.commutative = true}},
    {"reduce_scatter_block", "Reduce_scatter_block_inter_remote_reduce_local_scatter"},
    {"reduce_scatter_block", "Reduce_scatter_block_allcomm_nb"},
    {"scan", "Scan_intra_recursive_doubling"},
    {"scan", "Scan_intra_smp"},
    {"scan", "Scan_allcomm_nb"},
    {"scatter", "Scatter_intra_binomial"},
    {"scatter", "Scatter_inter_linear"},
    {"scatter", "Scatter_inter_remote_send_local_scatter"},
    {"scatter", "Scatter_allcomm_nb"},
    {"scatterv", "Scatterv_allcomm_linear"},
    {"scatterv", "Scatterv_allcomm_nb"},
};

constexpr std::array<std::string_view, 22> kNonBlocking{"iallgather",
                                                        "iallgatherv",
                                                        "iallreduce",
                                                        "ialltoall",
                                                        "ialltoallv",
                                                        "ialltoallw",
                                                        "ibarrier",
                                                        "ibcast",
                                                        "iexscan",
                                                        "igather",
                                                        "igatherv",
                                                        "ineighbor_allgather",
                                                        "ineighbor_allgatherv",
                                                        "ineighbor_alltoall",
                                                        "ineighbor_alltoallv",
                                                        "ineighbor_alltoallw",
                                                        "ireduce",
                                                        "ireduce_scatter",
                                                        "ireduce_scatter_block",
                                                        "iscan",
                                                        "iscatter",
                                                        "iscatterv"};

// Each blocking one, then each that does not block.
constexpr auto kCollectives = [] {
  std::array<std::string_view, 2 * kNonBlocking.size()> all{};
  for (std::size_t i = 0; i < kNonBlocking.size(); ++i) {
    all[i] = kNonBlocking[i].substr(1);
    all[kNonBlocking.size() + i] = kNonBlocking[i];
  }
  return all;
}();

/// "COLLECTIVE" or its non-blocking form "iCOLLECTIVE".
[[nodiscard]] bool is_form_of(std::string_view collective, std::string_view blocking) {
  return collective == blocking || (collective.starts_with('i') && collective.substr(1) == blocking);
}

template <std::size_t kCount>
[[nodiscard]] bool is_any_of(std::string_view collective, const std::array<std::string_view, kCount>& blocking) {
  return std::any_of(blocking.begin(), blocking.end(),
                     [&](std::string_view one) { return is_form_of(collective, one); });
}

}  // namespace

const TheirAlgorithm* find_algorithm(std::string_view name, const DecisionTarget& target) {
  if (!name.starts_with("MPIR_")) {
    return nullptr;
  }
  name.remove_prefix(5);
  const auto* const found =
      std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms),
                   [&](const TheirAlgorithm& one) { return one.name == name && target.at_least(4, one.since_minor); });
  return found == std::end(kAlgorithms) ? nullptr : found;
}

std::span<const std::string_view> collectives() {
  return kCollectives;
}

bool has_average_size(std::string_view collective) {
  return is_any_of(collective, std::array<std::string_view, 4>{"allreduce", "bcast", "reduce", "alltoall"});
}

bool has_total_size(std::string_view collective) {
  return is_any_of(collective, std::array<std::string_view, 12>{"allreduce", "bcast", "reduce", "alltoall", "alltoallv",
                                                                "alltoallw", "allgather", "allgatherv", "gather",
                                                                "scatter", "reduce_scatter", "reduce_scatter_block"});
}

bool has_operator(std::string_view collective) {
  return is_any_of(collective,
                   std::array<std::string_view, 4>{"allreduce", "reduce", "reduce_scatter", "reduce_scatter_block"});
}

bool has_built_in_test(std::string_view collective) {
  return is_any_of(collective, std::array<std::string_view, 2>{"allreduce", "reduce"});
}

bool has_in_place_test(std::string_view collective) {
  return is_any_of(collective, std::array<std::string_view, 3>{"alltoall", "alltoallv", "alltoallw"});
}

bool has_count(std::string_view collective) {
  // Not for ibcast: MPICH has no case for it.
  return collective != "ibcast" &&
         is_any_of(collective, std::array<std::string_view, 7>{"bcast", "allreduce", "reduce", "allgather",
                                                               "allgatherv", "reduce_scatter", "reduce_scatter_block"});
}

}  // namespace ringwood::mpich
