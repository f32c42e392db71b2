#include "api/agreement.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "interpret/mpi/all_ready.hpp"
#include "interpret/mpi/mpi_error.hpp"
#include "schedule/contract.hpp"

namespace ringwood {

namespace {

/// What all ranks must pass alike, as bytes that can be compared.
struct Signature {
  static constexpr std::size_t kText = 64;

  std::int64_t collective = 0;
  std::int64_t bytes = 0;
  std::int64_t type = -1;
  std::int64_t op = -1;
  std::int64_t root = 0;
  std::int64_t in_place = 0;
  std::int64_t commutative = 1;
  std::int64_t reproducibility = 0;
  std::int64_t scratch = -1;
  std::int64_t timeout = 0;
  std::uint64_t counts = 0;
  std::array<char, kText> algorithm{};
};

using Words = std::array<std::int64_t, sizeof(Signature) / sizeof(std::int64_t)>;

// Each word and its complement, and whether the rank lacks the plan.
static_assert(2 * std::tuple_size_v<Words> + 1 <= Meeting::kMostWords);

/// FNV-1a.
std::uint64_t hash_of(std::span<const std::size_t> counts, Bytes element_size) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const std::size_t count : counts) {
    hash = (hash ^ (count * static_cast<std::uint64_t>(element_size))) * 0x100000001B3U;
  }
  return hash;
}

bool reduces(Collective collective) {
  return collective == Collective::kAllreduce || collective == Collective::kReduceScatter ||
         collective == Collective::kReduce;
}

Signature signature_of(const CollectiveCall& call) {
  Signature own;
  own.collective = static_cast<std::int64_t>(call.collective);
  own.bytes = static_cast<std::int64_t>(call.elements) * call.element_size;
  if (reduces(call.collective)) {
    const auto type = element_type_of(call.type);
    const auto op = reduce_operator_of(call.op);
    own.type = type ? static_cast<std::int64_t>(*type) : -1;
    own.op = op ? static_cast<std::int64_t>(*op) : -1;
  }
  own.root = call.root;
  // At the root alone it is nobody else's matter.
  const Contract& contract = contract_of(call.collective);
  const bool rooted = contract.before == Holding::kRootWhole || contract.after == Holding::kRootWhole;
  own.in_place = !rooted && call.in_place ? 1 : 0;
  own.commutative = call.reduction == nullptr || call.reduction->commutative ? 1 : 0;
  own.reproducibility = call.policies.reproducibility;
  own.scratch = call.policies.scratch;
  own.timeout = call.policies.timeout.count();
  own.counts = hash_of(call.counts, call.element_size);
  call.algorithm.copy(own.algorithm.data(), own.algorithm.size() - 1);
  return own;
}

std::string name_of_type(std::int64_t type) {
  return type < 0 ? "another type" : std::string(name_of(static_cast<ElementType>(type)));
}

std::string name_of_operator(std::int64_t op) {
  return op < 0 ? "another operation" : std::string(name_of(static_cast<ReduceOperator>(op)));
}

/// As `difference`, of what the calls demand beside results; `differ` words it.
template <typename Differ>
std::string difference_of_policies(const Signature& first, const Signature& other, const Differ& differ) {
  if (first.reproducibility != other.reproducibility) {
    return differ("demanded reproducibility differs", std::to_string(first.reproducibility),
                  std::to_string(other.reproducibility));
  }
  if (first.scratch != other.scratch) {
    const auto most = [](std::int64_t bytes) { return bytes < 0 ? "no limit" : std::to_string(bytes) + " bytes"; };
    return differ("limits of scratch memory differ", most(first.scratch), most(other.scratch));
  }
  if (first.timeout != other.timeout) {
    return differ("time-outs differ", std::to_string(first.timeout) + " ms", std::to_string(other.timeout) + " ms");
  }
  return "";
}

/// "sum of float", or what else differs; empty if nothing does.
std::string difference(const Signature& first, const Signature& other, Rank rank) {
  const auto differ = [rank](const std::string& what, const std::string& one, const std::string& two) {
    return what + ": rank 0 has " + one + ", rank " + std::to_string(rank) + " has " + two;
  };
  if (first.collective != other.collective) {
    return differ("collectives differ", std::string(name_of(static_cast<Collective>(first.collective))),
                  std::string(name_of(static_cast<Collective>(other.collective))));
  }
  if (first.bytes != other.bytes) {
    return differ("sizes differ", std::to_string(first.bytes) + " bytes", std::to_string(other.bytes) + " bytes");
  }
  if (first.type != other.type) {
    return differ("types differ", name_of_type(first.type), name_of_type(other.type));
  }
  if (first.op != other.op) {
    return differ("operations differ", name_of_operator(first.op), name_of_operator(other.op));
  }
  if (first.commutative != other.commutative) {
    const auto kind = [](std::int64_t commutative) {
      return commutative != 0 ? "one that commutes" : "one that does not commute";
    };
    return differ("operations differ", kind(first.commutative), kind(other.commutative));
  }
  if (first.root != other.root) {
    return differ("roots differ", std::to_string(first.root), std::to_string(other.root));
  }
  if (first.in_place != other.in_place) {
    const auto how = [](std::int64_t in_place) { return in_place != 0 ? "data in place" : "two buffers"; };
    return differ("buffers differ", how(first.in_place), how(other.in_place));
  }
  if (first.counts != other.counts) {
    return "the lists of counts of rank 0 and rank " + std::to_string(rank) + " differ";
  }
  if (first.algorithm != other.algorithm) {
    return differ("algorithms differ", "\"" + std::string(first.algorithm.data()) + "\"",
                  "\"" + std::string(other.algorithm.data()) + "\"");
  }
  return difference_of_policies(first, other, differ);
}

/// Of ranks that are known to differ. Collective.
std::string first_difference(const Signature& own, MPI_Comm communicator) {
  int ranks = 1;
  check_mpi(PMPI_Comm_size(communicator, &ranks), "MPI_Comm_size");
  return agreed(communicator, [&] {
    std::vector<Signature> all(static_cast<std::size_t>(ranks));
    constexpr auto kSize = static_cast<int>(sizeof(Signature));
    all_ready(communicator);
    check_mpi(PMPI_Allgather(&own, kSize, MPI_BYTE, all.data(), kSize, MPI_BYTE, communicator), "MPI_Allgather");
    std::string found;
    for (Rank rank = 1; rank < ranks && found.empty(); ++rank) {
      found = difference(all.front(), all[static_cast<std::size_t>(rank)], rank);
    }
    return found;
  });
}

}  // namespace

// One allreduce; only ranks that differ exchange the whole. Nothing here fails at one rank alone before that.
bool check_ranks_agree(const CollectiveCall& call, bool lacks, Meeting& meeting, MPI_Comm communicator) {
  const Signature own = signature_of(call);
  const auto words = std::bit_cast<Words>(own);
  std::array<std::int64_t, 2 * std::tuple_size_v<Words> + 1> said{};
  for (std::size_t i = 0; i < words.size(); ++i) {
    said[i] = words[i];
    said[words.size() + i] = ~words[i];
  }
  said.back() = lacks ? 0 : 1;
  const std::span<const std::int64_t> least = meeting.least(said);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (least[i] != ~least[words.size() + i]) {
      throw Error(ErrorKind::kUsage, first_difference(own, communicator));
    }
  }
  return least.back() == 0;
}

bool any_lacks(bool lacks, Meeting& meeting) {
  const std::int64_t word = lacks ? 0 : 1;
  return meeting.least({&word, 1}).front() == 0;
}

}  // namespace ringwood
