#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ringwood/chunk_set.hpp"
#include "ringwood/schedule.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// One message as a figure shows it.
struct FigureMessage {
  Rank from = 0;
  Rank to = 0;
  Lane lane = 0;
  bool reduces = false;  ///< the receiver combines it with what it has
  std::vector<ChunkInterval> chunks;
};

/// What a cell (rank, plane, chunk) holds after a round, where that changed.
struct FigureChange {
  Rank rank = 0;
  Plane plane = 0;
  Chunk chunk = 0;
  std::uint64_t contributors = 0;  ///< bit r: the data of rank r is in it
};

/// What happens between two states of all ranks, as if rounds were synchronous: a message belongs to the first round in
/// which both of its ends have come to it.
struct FigureRound {
  std::vector<FigureMessage> messages;  ///< by sender, receiver, lane
  std::vector<FigureChange> changes;
};

/// Who sends what to whom, and who holds what after each round: what all pictures of a schedule are drawn from.
struct Figure {
  Collective collective = Collective::kAllreduce;
  std::string algorithm;  ///< with its parameters
  Rank ranks = 1;
  Rank root = 0;
  Chunk chunks = 1;
  Plane planes = 1;                  ///< planes that are used; 1: the vector only
  bool with_states = false;          ///< changes and `before` are kept: at most kMostFigureRanks ranks
  std::vector<FigureChange> before;  ///< the cells that hold something at the start
  std::vector<FigureRound> rounds;
  std::int64_t messages = 0;
  std::int32_t ports = 0;  ///< most messages that one rank sends or receives in one round
  Chunk sent_max = 0;      ///< chunks sent by the busiest rank
};

inline constexpr Rank kMostFigureRanks = 64;

/// Runs the schedule for its figure. Throws Error(kUsage) if it has too many messages for a picture, or deadlocks.
[[nodiscard]] Figure figure_of(const Schedule& schedule);

/// What a terminal can show.
struct TextStyle {
  bool unicode = false;  ///< box drawing characters; ASCII otherwise
  bool color = false;    ///< ANSI escapes that mark what is new and what is finished
  int width = 80;        ///< columns
};

/// The textbook figure: a grid of ranks and chunks after each round. What is too wide for it becomes a list of
/// messages.
[[nodiscard]] std::string export_text(const Figure& figure, const TextStyle& style);

/// A Graphviz graph: a node for each rank and round, an edge for each message.
[[nodiscard]] std::string export_dot(const Figure& figure);

/// One JSON object with all that the figure holds.
[[nodiscard]] std::string export_json(const Figure& figure);

/// One self-contained page with a slider over the rounds.
[[nodiscard]] std::string export_html(const Figure& figure);

/// One still picture, of all rounds side by side. Throws Error(kUsage) if there is too much for one.
[[nodiscard]] std::string export_svg(const Figure& figure);

}  // namespace ringwood
