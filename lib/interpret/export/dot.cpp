#include <fmt/format.h>

#include "interpret/export/describe.hpp"

namespace ringwood {

std::string export_dot(const Figure& figure) {
  std::string text = fmt::format(
      "digraph schedule {{\n  label=\"{}: {}\";\n  rankdir=LR;\n  node [shape=circle, fixedsize=true, width=0.5];\n",
      title_of(figure), summary_of(figure));
  for (Rank rank = 0; rank < figure.ranks; ++rank) {
    for (std::size_t round = 0; round <= figure.rounds.size(); ++round) {
      text += fmt::format("  r{}_{} [label=\"{}\"{}];\n", rank, round, rank,
                          round == 0 ? fmt::format(", group=g{}", rank) : "");
      if (round > 0) {
        text += fmt::format("  r{}_{} -> r{}_{} [style=dotted, arrowhead=none, weight=10];\n", rank, round - 1, rank,
                            round);
      }
    }
  }
  for (std::size_t round = 0; round < figure.rounds.size(); ++round) {
    for (const FigureMessage& message : figure.rounds[round].messages) {
      text += fmt::format("  r{}_{} -> r{}_{} [label=\"{}{}\"];\n", message.from, round, message.to, round + 1,
                          message.reduces ? "+" : "", chunks_text(message.chunks, figure.chunks));
    }
  }
  return text + "}\n";
}

}  // namespace ringwood
