#include "interpret/export/describe.hpp"

#include <fmt/format.h>

#include "ringwood/bounds.hpp"
#include "schedule/contract.hpp"

namespace ringwood {

namespace {

enum class Arrival { kNothing, kAdded, kReplaces, kBoth };

[[nodiscard]] Arrival arrival_of(const FigureRound& round) {
  bool adds = false;
  bool replaces = false;
  for (const FigureMessage& message : round.messages) {
    (message.reduces ? adds : replaces) = true;
  }
  if (adds && replaces) {
    return Arrival::kBoth;
  }
  return adds ? Arrival::kAdded : (replaces ? Arrival::kReplaces : Arrival::kNothing);
}

[[nodiscard]] std::string text_of(Arrival arrival) {
  switch (arrival) {
    case Arrival::kNothing:
      return "ranks work by themselves";
    case Arrival::kAdded:
      return "what arrives is added to what is there";
    case Arrival::kReplaces:
      return "what arrives is kept as it is";
    case Arrival::kBoth:
      return "some of what arrives is added, some kept as it is";
  }
  return "";
}

/// The collective that the rounds before and after `border` are, of an allreduce made of two; empty if neither.
[[nodiscard]] std::pair<std::string, std::string> names_of_halves(const Figure& figure, std::size_t border) {
  FigureState state(figure);
  for (std::size_t i = 0; i < border; ++i) {
    state.apply(figure.rounds[i].changes);
  }
  bool one_owner_each = true;
  bool all_at_one = true;
  Rank owner_of_first = -1;
  for (Chunk chunk = 0; chunk < figure.chunks; ++chunk) {
    Rank owners = 0;
    Rank owner = -1;
    for (Rank rank = 0; rank < figure.ranks; ++rank) {
      if (state.at(rank, 0, chunk) == finished_mask(figure, chunk)) {
        ++owners;
        owner = rank;
      }
    }
    one_owner_each = one_owner_each && owners == 1;
    owner_of_first = chunk == 0 ? owner : owner_of_first;
    all_at_one = all_at_one && owner == owner_of_first;
  }
  if (!one_owner_each) {
    return {};
  }
  return all_at_one ? std::pair<std::string, std::string>{"reduce", "broadcast"}
                    : std::pair<std::string, std::string>{"reduce-scatter", "allgather"};
}

}  // namespace

std::string chunks_text(const std::vector<ChunkInterval>& chunks, Chunk total) {
  Chunk count = 0;
  std::string list;
  for (const ChunkInterval piece : chunks) {
    count += piece.count;
    list += fmt::format("{}{}", list.empty() ? "" : ",", piece.first);
    if (piece.count > 1) {
      list += fmt::format("-{}", piece.first + piece.count - 1);
    }
  }
  if (count == total) {
    return "all";
  }
  return (count == 1 ? "chunk " : "chunks ") + list;
}

std::string title_of(const Figure& figure) {
  return fmt::format("{} by {} on {} rank{}", name_of(figure.collective), figure.algorithm, figure.ranks,
                     figure.ranks == 1 ? "" : "s");
}

std::string summary_of(const Figure& figure) {
  const auto counted = [](std::size_t count, const char* what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  return fmt::format("{}, {}; the busiest rank sends {:.4g} n\nno schedule has less than {}, {:.4g} n",
                     counted(figure.rounds.size(), "round"),
                     counted(static_cast<std::size_t>(figure.messages), "message"),
                     static_cast<double>(figure.sent_max) / static_cast<double>(figure.chunks),
                     counted(static_cast<std::size_t>(least_rounds(figure.ranks, figure.ports)), "round"),
                     least_sent(figure.collective, figure.ranks));
}

std::vector<Phase> phases_of(const Figure& figure) {
  std::vector<Phase> phases;
  std::vector<Arrival> arrivals;
  for (std::size_t i = 0; i < figure.rounds.size(); ++i) {
    const Arrival arrival = arrival_of(figure.rounds[i]);
    if (phases.empty() || arrivals.back() != arrival) {
      phases.push_back({i, i, text_of(arrival)});
      arrivals.push_back(arrival);
    }
    phases.back().last = i;
  }
  if (figure.collective == Collective::kAllreduce && figure.with_states && phases.size() == 2 &&
      arrivals.front() == Arrival::kAdded && arrivals.back() == Arrival::kReplaces) {
    const auto [first, second] = names_of_halves(figure, phases.back().first);
    if (!first.empty()) {
      phases.front().text = first + ": " + phases.front().text;
      phases.back().text = second + ": " + phases.back().text;
    }
  }
  return phases;
}

std::uint64_t finished_mask(const Figure& figure, Chunk chunk) {
  const Contract& contract = contract_of(figure.collective);
  if (contract.reduces) {
    return figure.ranks == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << static_cast<unsigned>(figure.ranks)) - 1;
  }
  for (Rank rank = 0; rank < figure.ranks; ++rank) {
    if (holds(contract.before, rank, chunk, figure.chunks, figure.ranks, figure.root)) {
      return std::uint64_t{1} << static_cast<unsigned>(rank);
    }
  }
  return 0;
}

FigureState::FigureState(const Figure& figure)
    : ranks_(static_cast<std::size_t>(figure.ranks)),
      chunks_(static_cast<std::size_t>(figure.chunks)),
      cells_(ranks_ * chunks_ * figure.planes) {
  apply(figure.before);
}

void FigureState::apply(const std::vector<FigureChange>& changes) {
  for (const FigureChange& change : changes) {
    cells_[index(change.rank, change.plane, change.chunk)] = change.contributors;
  }
}

}  // namespace ringwood
