#include <nlohmann/json.hpp>

#include "interpret/export/describe.hpp"

namespace ringwood {

namespace {

using Json = nlohmann::ordered_json;

[[nodiscard]] Json ranks_in(std::uint64_t mask) {
  Json ranks = Json::array();
  for (Rank rank = 0; rank < kMostFigureRanks; ++rank) {
    if ((mask >> static_cast<unsigned>(rank) & 1U) != 0) {
      ranks.push_back(rank);
    }
  }
  return ranks;
}

[[nodiscard]] Json changes_json(const std::vector<FigureChange>& changes) {
  Json array = Json::array();
  for (const FigureChange& change : changes) {
    array.push_back({{"rank", change.rank},
                     {"plane", change.plane},
                     {"chunk", change.chunk},
                     {"contributors", ranks_in(change.contributors)}});
  }
  return array;
}

[[nodiscard]] Json round_json(const Figure& figure, const FigureRound& round) {
  Json messages = Json::array();
  for (const FigureMessage& message : round.messages) {
    Json chunks = Json::array();
    for (const ChunkInterval piece : message.chunks) {
      chunks.push_back({piece.first, piece.count});
    }
    messages.push_back({{"from", message.from},
                        {"to", message.to},
                        {"lane", message.lane},
                        {"reduce", message.reduces},
                        {"chunks", chunks}});
  }
  Json object{{"messages", messages}};
  if (figure.with_states) {
    object["changes"] = changes_json(round.changes);
  }
  return object;
}

}  // namespace

std::string export_json(const Figure& figure) {
  Json object{{"format", "ringwood.figure/1"}, {"collective", name_of(figure.collective)},
              {"algorithm", figure.algorithm}, {"ranks", figure.ranks},
              {"root", figure.root},           {"chunks", figure.chunks},
              {"messages", figure.messages},   {"sent_max_chunks", figure.sent_max},
              {"phases", Json::array()},       {"rounds", Json::array()}};
  for (const Phase& phase : phases_of(figure)) {
    object["phases"].push_back({{"first", phase.first}, {"last", phase.last}, {"text", phase.text}});
  }
  if (figure.with_states) {
    object["before"] = changes_json(figure.before);
    object["finished"] = Json::array();
    for (Chunk chunk = 0; chunk < figure.chunks; ++chunk) {
      object["finished"].push_back(ranks_in(finished_mask(figure, chunk)));
    }
  }
  for (const FigureRound& round : figure.rounds) {
    object["rounds"].push_back(round_json(figure, round));
  }
  return object.dump() + "\n";
}

}  // namespace ringwood
