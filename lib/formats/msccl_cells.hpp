#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "formats/msccl_parse.hpp"

namespace ringwood::msccl {

/// Where data is in our terms: which chunk of the vector it is a version of, and in which plane.
struct Location {
  Chunk chunk = -1;
  Plane plane = 0;

  friend bool operator==(const Location&, const Location&) = default;
};

/// The buffers of one GPU, cell by cell, while a file is carried out. MSCCL may move data to any cell of any buffer;
/// our data keeps its chunk and changes planes only. So each cell remembers where its present content is.
class Cells {
 public:
  Cells(const Program& program, Rank me);

  /// The cell, or nothing if the buffer is not that large.
  [[nodiscard]] std::optional<std::size_t> find(Buffer buffer, std::int64_t offset) const;

  /// What it holds; chunk -1: nothing.
  [[nodiscard]] const Location& at(std::size_t cell) const { return cells_[cell].location; }

  /// Gives the cell a place for new content: where it is, if that is of the same chunk, or a free plane. Nothing if
  /// there is none.
  [[nodiscard]] std::optional<Location> bind(std::size_t cell, Chunk chunk);

  /// The same without a cell.
  [[nodiscard]] std::optional<Location> take(Chunk chunk);

  /// Gives up what `take` gave.
  void give_back(const Location& location) { given_back_.push_back(location); }

  /// What was given up becomes free: at the end of a round, in which it may still have been read.
  void end_round();

  /// Messages that are still to be read from the cell.
  [[nodiscard]] std::int32_t& unread(std::size_t cell) { return cells_[cell].unread; }

  /// Remembers the line of the step that wrote the cell last; 0: none did.
  void wrote(std::size_t cell, std::size_t line) { cells_[cell].line = static_cast<std::uint32_t>(line); }

  [[nodiscard]] std::size_t written_by(std::size_t cell) const { return cells_[cell].line; }

  /// For each cell that the collective wants: the cell and the chunk that it must hold.
  struct Wanted {
    std::size_t cell;
    Chunk chunk;
  };

  [[nodiscard]] std::vector<Wanted> wanted() const;

 private:
  struct Cell {
    Location location;
    std::int32_t unread = 0;
    std::uint32_t line = 0;
  };

  [[nodiscard]] std::size_t input_cell(Chunk offset) const;
  [[nodiscard]] std::size_t output_cell(Chunk offset) const;
  [[nodiscard]] Chunk input_chunk(Chunk offset) const;
  [[nodiscard]] Chunk output_chunk(Chunk offset) const;
  [[nodiscard]] std::vector<bool>& planes(Chunk chunk);

  const Program& program_;
  Rank me_;
  Chunk share_;    ///< of the vector that a rank owns
  Chunk inputs_;   ///< cells of the input buffer
  Chunk outputs_;  ///< and of the output buffer
  std::vector<Cell> cells_;
  std::unordered_map<Chunk, std::vector<bool>> used_;  // by chunk and plane
  std::vector<Location> given_back_;
};

}  // namespace ringwood::msccl
