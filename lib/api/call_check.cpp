#include "api/call_check.hpp"

#include <cctype>
#include <limits>

#include "schedule/contract.hpp"

namespace ringwood {

namespace {

[[noreturn]] void refuse(const CollectiveCall& call, const std::string& why) {
  throw Error(ErrorKind::kUsage, std::string(name_of(call.collective)) + ": " + why);
}

void check_counts(const CollectiveCall& call, Rank ranks) {
  const Contract& contract = contract_of(call.collective);
  if (contract.before != Holding::kOwnBlock && contract.after != Holding::kOwnBlock) {
    refuse(call, "it takes no counts; reduce-scatter, allgather, gather and scatter do");
  }
  if (call.counts.size() != static_cast<std::size_t>(ranks)) {
    refuse(call, std::to_string(call.counts.size()) + " counts for " + std::to_string(ranks) +
                     " ranks; every rank needs one");
  }
  std::size_t sum = 0;
  for (const std::size_t count : call.counts) {
    if (count > call.elements - sum) {
      refuse(call, "the counts add up to more than the " + std::to_string(call.elements) + " elements of the vector");
    }
    sum += count;
  }
  if (sum != call.elements) {
    refuse(call, "the counts add up to " + std::to_string(sum) + ", not to the " + std::to_string(call.elements) +
                     " elements of the vector");
  }
}

void check_reduction(const CollectiveCall& call) {
  if (!contract_of(call.collective).reduces || call.collective == Collective::kBarrier) {
    return;
  }
  if (call.reduction == nullptr) {
    if (call.algorithm != "native") {
      refuse(call, "it needs a reduction");
    }
  } else if (call.reduction->element_size != call.element_size) {
    refuse(call, "the reduction is for elements of " + std::to_string(call.reduction->element_size) +
                     " bytes, not of " + std::to_string(call.element_size));
  }
}

}  // namespace

void check_call(const CollectiveCall& call, Rank ranks) {
  if (call.element_size < 1) {
    refuse(call, "elements of " + std::to_string(call.element_size) + " bytes; accepted: 1 and more");
  }
  if (call.elements > static_cast<std::size_t>(std::numeric_limits<Bytes>::max() / call.element_size)) {
    refuse(call, std::to_string(call.elements) + " elements of " + std::to_string(call.element_size) +
                     " bytes are more than 2^63 - 1 bytes");
  }
  if (call.root < 0 || call.root >= ranks) {
    refuse(call, "root " + std::to_string(call.root) + " is not one of the " + std::to_string(ranks) + " ranks");
  }
  if (!call.counts.empty()) {
    check_counts(call, ranks);
  }
  check_reduction(call);
}

void check_buffers(const CollectiveCall& call, const Plan& plan) {
  const bool no_send = call.send == nullptr && plan.send_bytes() > 0;
  const bool no_receive = call.receive == nullptr && plan.receive_bytes() > 0;
  if (no_send || no_receive) {
    refuse(call, "the " + std::string(no_send ? "send" : "receive") + " buffer of rank " + std::to_string(plan.rank()) +
                     " is a null pointer, but needs " +
                     std::to_string(no_send ? plan.send_bytes() : plan.receive_bytes()) + " bytes");
  }
}

std::string variable_of(Collective collective) {
  std::string variable = "RINGWOOD_";
  for (const char letter : name_of(collective)) {
    variable += letter == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return variable;
}

}  // namespace ringwood
