// A still picture for documents: the grid of ranks and chunks before the first round and after each, side by side.

#include <fmt/format.h>

#include <algorithm>

#include "interpret/export/describe.hpp"
#include "ringwood/error.hpp"
#include "schedule/contract.hpp"

namespace ringwood {

namespace {

constexpr Rank kMostRanks = 8;
constexpr Chunk kMostChunks = 16;
constexpr std::size_t kMostRounds = 32;
constexpr int kGridsInRow = 4;

// In pixels.
constexpr int kMargin = 16;
constexpr int kLabel = 22;
constexpr int kRowHeight = 22;
constexpr int kDigit = 9;
constexpr int kTitle = 40;
constexpr int kGap = 24;

// Readable on white and on black, since whoever shows it decides.
constexpr std::string_view kStyle =
    "text{font:13px ui-monospace,monospace;fill:#1c1e21;text-anchor:middle}"
    ".title{font:600 14px system-ui,sans-serif;text-anchor:start}.phase{font:12px "
    "system-ui,sans-serif;text-anchor:start;fill:#59626d}"
    "rect{fill:#fff;stroke:#c9ced6}.new{fill:#ffe08a}.done{fill:#cdebd8}.done.new{fill:#8fd6ab}.paper{stroke:none}";

class Drawing {
 public:
  explicit Drawing(const Figure& figure)
      : figure_(figure), state_(figure), reduces_(contract_of(figure.collective).reduces), phases_(phases_of(figure)) {
    cell_ = kDigit * (reduces_ ? figure.ranks : 2) + 10;
    width_ = kLabel + static_cast<int>(figure.chunks) * cell_;
    height_ = kTitle + figure.ranks * kRowHeight;
  }

  std::string draw() {
    const int grids = static_cast<int>(figure_.rounds.size()) + 1;
    const int columns = std::min(kGridsInRow, grids);
    const int rows = (grids + columns - 1) / columns;
    const int width = 2 * kMargin + columns * (width_ + kGap) - kGap;
    const int height = 2 * kMargin + kTitle / 2 + rows * (height_ + kGap) - kGap;
    text_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\">\n"
        "<title>{2}</title>\n<style>{3}</style>\n<rect class=\"paper\" width=\"{0}\" height=\"{1}\"/>\n"
        "<text class=\"title\" x=\"{4}\" y=\"{5}\">{2}: {6}</text>\n",
        width, height, title_of(figure_), kStyle, kMargin, kMargin + 10, first_line(summary_of(figure_)));
    for (int i = 0; i < grids; ++i) {
      if (i > 0) {
        state_.apply(figure_.rounds[static_cast<std::size_t>(i) - 1].changes);
      }
      grid(i, kMargin + i % columns * (width_ + kGap), kMargin + kTitle / 2 + i / columns * (height_ + kGap));
    }
    return text_ + "</svg>\n";
  }

 private:
  [[nodiscard]] static std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

  /// What happens in the round, without the explanation.
  [[nodiscard]] std::string phase_of(int step) const {
    for (const Phase& phase : phases_) {
      if (step > static_cast<int>(phase.first) && step <= static_cast<int>(phase.last) + 1) {
        return phase.text.substr(0, phase.text.find(':'));
      }
    }
    return "";
  }

  [[nodiscard]] bool is_new(int step, Rank rank, Chunk chunk) const {
    if (step == 0) {
      return false;
    }
    const auto& changes = figure_.rounds[static_cast<std::size_t>(step) - 1].changes;
    return std::any_of(changes.begin(), changes.end(), [&](const FigureChange& change) {
      return change.plane == 0 && change.rank == rank && change.chunk == chunk;
    });
  }

  [[nodiscard]] std::string content(std::uint64_t held, Chunk chunk) const {
    if (!reduces_) {
      return held != 0 ? std::to_string(chunk) : "\u00b7";
    }
    std::string text;
    for (Rank rank = 0; rank < figure_.ranks; ++rank) {
      text += (held >> static_cast<unsigned>(rank) & 1U) != 0 ? std::to_string(rank) : "\u00b7";
    }
    return text;
  }

  void grid(int step, int left, int top) {
    text_ += fmt::format(
        "<text class=\"title\" x=\"{}\" y=\"{}\">{}</text><text class=\"phase\" x=\"{}\" y=\"{}\">{}</text>\n", left,
        top + 16, step == 0 ? "Start" : fmt::format("Round {}", step), left, top + 33, phase_of(step));
    for (Rank rank = 0; rank < figure_.ranks; ++rank) {
      const int y = top + kTitle + rank * kRowHeight;
      text_ += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>", left + kLabel / 2, y + 15, rank);
      for (Chunk chunk = 0; chunk < figure_.chunks; ++chunk) {
        const int x = left + kLabel + static_cast<int>(chunk) * cell_;
        const std::uint64_t held = state_.at(rank, 0, chunk);
        const bool done = held != 0 && held == finished_mask(figure_, chunk);
        text_ += fmt::format(
            "<rect class=\"{}{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/><text x=\"{}\" y=\"{}\">{}</text>",
            done ? "done" : "", is_new(step, rank, chunk) ? " new" : "", x, y, cell_, kRowHeight, x + cell_ / 2, y + 15,
            content(held, chunk));
      }
      text_ += '\n';
    }
  }

  const Figure& figure_;
  FigureState state_;
  bool reduces_;
  std::vector<Phase> phases_;
  std::string text_;
  int cell_ = 0;
  int width_ = 0;
  int height_ = 0;
};

}  // namespace

std::string export_svg(const Figure& figure) {
  if (!figure.with_states || figure.ranks > kMostRanks || figure.chunks > kMostChunks ||
      figure.rounds.size() > kMostRounds) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("too much for one still picture: {} ranks, {} chunks, {} rounds; accepted: up to {}, {} and "
                    "{}; html has room for more",
                    figure.ranks, figure.chunks, figure.rounds.size(), kMostRanks, kMostChunks, kMostRounds));
  }
  return Drawing(figure).draw();
}

}  // namespace ringwood
