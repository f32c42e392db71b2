#pragma once

// One rank's part of a collective call with real bytes, derived from the contract alone: what it passes in, and what
// must come out. Whoever carries the call out, threads or MPI, is not known here.

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "ringwood/collective.hpp"
#include "ringwood/layout.hpp"
#include "ringwood/reduction.hpp"
#include "schedule/contract.hpp"

namespace ringwood {

using ByteVector = std::vector<std::byte>;

/// An element type, its values, and how they are reduced.
struct ValueKind {
  std::string name;
  Reduction reduction;
  void (*input)(Rank rank, std::size_t index, std::byte* element) = nullptr;
  /// result = result (+) next, for one element, by other code than the library's; nullptr: by `reduction` itself.
  void (*reference)(std::byte* result, const std::byte* next) = nullptr;

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(reduction.element_size); }
};

/// What all ranks ask for alike.
struct Asked {
  Collective collective = Collective::kAllreduce;
  std::size_t elements = 0;
  std::span<const std::size_t> counts = {};
  Rank root = 0;
  bool in_place = false;
};

class RankCase {
 public:
  RankCase(const ValueKind& kind, const Asked& asked, Rank me, Rank ranks)
      : kind_(kind),
        asked_(asked),
        contract_(contract_of(asked.collective)),
        me_(me),
        ranks_(ranks),
        blocks_(blocks_of(contract_, ranks)),
        layout_(asked.counts.empty()
                    ? Layout::equal(static_cast<Bytes>(asked.elements), kind.reduction.element_size, blocks_, blocks_)
                    : Layout::counts(asked.counts, kind.reduction.element_size, blocks_)) {
    fill();
    send_before_ = send_;
  }

  /// The buffers as they were at first, where they were.
  void refill() {
    send_.clear();
    receive_.clear();
    fill();
  }

  [[nodiscard]] const ByteVector& send() const { return send_; }

  [[nodiscard]] ByteVector& receive() { return receive_; }

  /// What is wrong with the buffers after the call; empty: nothing.
  [[nodiscard]] std::string wrong() const {
    if (send_ != send_before_) {
      return "rank " + std::to_string(me_) + ": the send buffer was written";
    }
    if (asked_.collective == Collective::kBarrier || keeps_input()) {
      return "";
    }
    std::size_t position = 0;
    std::size_t wrong = 0;
    std::size_t first_wrong = 0;
    ByteVector element(kind_.size());
    for_each_held(contract_.after, me_, [&](std::size_t index) {
      expected(index, element.data());
      if (std::memcmp(element.data(), receive_.data() + position * kind_.size(), kind_.size()) != 0) {
        first_wrong = wrong++ == 0 ? index : first_wrong;
      }
      ++position;
    });
    return wrong == 0 ? ""
                      : "rank " + std::to_string(me_) + ": " + std::to_string(wrong) +
                            " wrong elements, the first one is " + std::to_string(first_wrong);
  }

 private:
  [[nodiscard]] bool rooted() const { return asked_.root == me_; }

  [[nodiscard]] bool has(Holding holding, Rank rank, Chunk block) const {
    return holds(holding, rank, block, blocks_, ranks_, asked_.root);
  }

  /// Calls `visit(index)` for each element that the rank holds, ascending.
  template <typename Visit>
  void for_each_held(Holding holding, Rank rank, Visit visit) const {
    for (Chunk block = 0; block < blocks_; ++block) {
      if (has(holding, rank, block)) {
        for (Bytes at = layout_.offset(block); at < layout_.offset(block + 1); at += layout_.element_size()) {
          visit(static_cast<std::size_t>(at / layout_.element_size()));
        }
      }
    }
  }

  void append_input(ByteVector& data, std::size_t index) const {
    data.resize(data.size() + kind_.size());
    kind_.input(me_, index, data.data() + data.size() - kind_.size());
  }

  [[nodiscard]] bool is_broadcast() const {
    return contract_.before == Holding::kRootWhole && contract_.after == Holding::kWhole;
  }

  /// Whether this rank's input lies where the result goes.
  [[nodiscard]] bool shares() const {
    const bool scatter = contract_.before == Holding::kRootWhole && !is_broadcast();
    return is_broadcast() || (asked_.in_place && !scatter && (contract_.after != Holding::kRootWhole || rooted()));
  }

  /// A scatter in place: the root's block stays in the send buffer.
  [[nodiscard]] bool keeps_input() const {
    return asked_.in_place && contract_.before == Holding::kRootWhole && !is_broadcast() && rooted();
  }

  void fill() {
    if (asked_.collective == Collective::kBarrier) {
      return;
    }
    std::size_t after = 0;
    for_each_held(contract_.after, me_, [&](std::size_t) { ++after; });
    if (!shares()) {
      for_each_held(contract_.before, me_, [&](std::size_t index) { append_input(send_, index); });
      receive_.assign(keeps_input() ? 0 : after * kind_.size(), std::byte{0x5A});
      return;
    }
    if (contract_.before == Holding::kRow) {
      for_each_held(contract_.before, me_, [&](std::size_t index) { append_input(receive_, index); });
      receive_.resize(std::max(receive_.size(), after * kind_.size()));
      return;
    }
    receive_.assign(asked_.elements * kind_.size(), std::byte{0x5A});
    for_each_held(contract_.before, me_,
                  [&](std::size_t index) { kind_.input(me_, index, receive_.data() + index * kind_.size()); });
  }

  /// Fills in what element `index` must be, by ranks in order.
  void expected(std::size_t index, std::byte* element) const {
    ByteVector next(kind_.size());
    bool first = true;
    Chunk block = 0;
    while (layout_.offset(block + 1) <= static_cast<Bytes>(index) * layout_.element_size()) {
      ++block;
    }
    for (Rank rank = 0; rank < ranks_; ++rank) {
      if (!has(contract_.before, rank, block)) {
        continue;
      }
      kind_.input(rank, index, first ? element : next.data());
      if (!first && kind_.reference != nullptr) {
        kind_.reference(element, next.data());
      } else if (!first) {
        kind_.reduction.apply(element, next.data(), element, 1, kind_.reduction.context);
      }
      first = false;
    }
  }

  const ValueKind& kind_;
  Asked asked_;
  const Contract& contract_;
  Rank me_;
  Rank ranks_;
  Chunk blocks_;
  Layout layout_;
  ByteVector send_;
  ByteVector send_before_;
  ByteVector receive_;
};

}  // namespace ringwood
