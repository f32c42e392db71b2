// The textbook figure. For `show allreduce ring --ranks 4` it must teach ring allreduce by itself; a change here is to
// be looked at in a terminal of 80 columns.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "interpret/export/describe.hpp"
#include "schedule/contract.hpp"

namespace ringwood {

namespace {

constexpr Rank kMostGridRanks = 16;
constexpr Rank kMostListedRanks = 16;

/// The characters that a picture is made of.
struct Glyphs {
  std::string_view horizontal, vertical, top[3], bottom[3], arrow, fresh, absent, held, rule;
};

constexpr Glyphs kUnicode{"─", "│", {"┌", "┬", "┐"}, {"└", "┴", "┘"}, "→", "▸", "·", "■", "─"};
constexpr Glyphs kAscii{"-", "|", {"+", "+", "+"}, {"+", "+", "+"}, "->", ">", ".", "#", "-"};

/// How a cell is coloured: what is finished, what is on its way and new, and the lines around.
enum class Ink { kPlain, kFaint, kFresh, kFinished, kFreshFinished, kBold };

[[nodiscard]] std::string_view escape_of(Ink ink) {
  switch (ink) {
    case Ink::kPlain:
      return "";
    case Ink::kFaint:
      return "\x1b[2m";
    case Ink::kFresh:
      return "\x1b[1;33m";
    case Ink::kFinished:
      return "\x1b[32m";
    case Ink::kFreshFinished:
      return "\x1b[1;32m";
    case Ink::kBold:
      return "\x1b[1m";
  }
  return "";
}

[[nodiscard]] std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) {
    result += text;
  }
  return result;
}

/// Characters on the terminal: code points.
[[nodiscard]] std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

class TextFigure {
 public:
  TextFigure(const Figure& figure, const TextStyle& style)
      : figure_(figure),
        style_(style),
        glyphs_(style.unicode ? kUnicode : kAscii),
        state_(figure),
        reduces_(contract_of(figure.collective).reduces) {
    choose_layout();
  }

  std::string draw() {
    text_ = fmt::format("{}\n{}\n\n", inked(title_of(figure_), Ink::kBold), summary_of(figure_));
    if (grid_) {
      legend();
      grid("Start", "", {}, nullptr);
    }
    const std::vector<Phase> phases = phases_of(figure_);
    for (const Phase& phase : phases) {
      text_ += fmt::format("{}\n\n", inked(phase_line(phase), Ink::kBold));
      if (grid_) {
        for (std::size_t i = phase.first; i <= phase.last; ++i) {
          draw_round(i);
        }
      } else {
        list_rounds(phase);
      }
      text_ += grid_ || phase.last + 1 == figure_.rounds.size() ? "" : "\n";
    }
    ending();
    return std::move(text_);
  }

 private:
  [[nodiscard]] std::string inked(const std::string& text, Ink ink) const {
    const std::string_view escape = escape_of(ink);
    return !style_.color || escape.empty() ? text : fmt::format("{}{}\x1b[0m", escape, text);
  }

  /// The widest of some layouts that fits: cells with air around them and the messages at their right, or less.
  void choose_layout() {
    digits_ = reduces_ ? static_cast<std::size_t>(figure_.ranks) : std::to_string(figure_.chunks - 1).size();
    label_ = fmt::format("  rank {}{} ", figure_.ranks - 1, figure_.planes > 1 ? " scratch 1" : "").size();
    if (!figure_.with_states || figure_.ranks > kMostGridRanks || figure_.chunks > kMostGridRanks * 2) {
      return;
    }
    std::size_t longest = 0;
    for (const FigureRound& round : figure_.rounds) {
      for (Rank rank = 0; rank < figure_.ranks; ++rank) {
        longest = std::max(longest, columns_of(sends_of(round, rank)));
      }
    }
    for (const bool beside : {true, false}) {
      for (const std::size_t cell :
           {std::max<std::size_t>(digits_ + 4, 9), digits_ + 4, digits_ + 3, digits_ + 2, digits_ + 1}) {
        const std::size_t width =
            label_ + static_cast<std::size_t>(figure_.chunks) * (cell + 1) + 1 + (beside ? 2 + longest : 0);
        if (!grid_ && width <= static_cast<std::size_t>(style_.width)) {
          grid_ = true;
          cell_ = cell;
          beside_ = beside;
        }
      }
    }
  }

  void legend() {
    text_ += figure_.chunks == 1 ? "Every rank has a vector, which stays in one piece. "
                                 : fmt::format("Every rank has a vector, cut in {} chunks. ", figure_.chunks);
    if (!reduces_) {
      text_ += fmt::format("A cell has a number where the rank\nholds the chunk; {} marks what has just arrived.\n\n",
                           glyphs_.fresh);
      return;
    }
    text_ += "A cell tells whose data is in it:\n\n";
    const auto line = [this](std::string_view sample, std::string_view meaning) {
      text_ += fmt::format("  {}{:{}}  {}\n", sample, "", digits_ - std::min(digits_, columns_of(sample)), meaning);
    };
    if (figure_.ranks > 2) {
      line(mask_text(1U | std::uint64_t{1} << static_cast<unsigned>(figure_.ranks - 1), 0),
           fmt::format("the sum of ranks 0 and {}", figure_.ranks - 1));
    }
    line(mask_text(finished_mask(figure_, 0), 0), "the finished sum");
    line(glyphs_.fresh, "in front of it: has just arrived");
    text_ += '\n';
  }

  [[nodiscard]] std::string mask_text(std::uint64_t mask, Chunk chunk) const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    if (!reduces_) {
      return mask == 0 ? fmt::format("{:>{}}", glyphs_.absent, digits_) : fmt::format("{:>{}}", chunk, digits_);
    }
    std::string text;
    for (Rank rank = 0; rank < figure_.ranks; ++rank) {
      const bool in = (mask >> static_cast<unsigned>(rank) & 1U) != 0;
      text += in ? std::string(1, kDigits[static_cast<std::size_t>(rank)]) : std::string(glyphs_.absent);
    }
    return text;
  }

  [[nodiscard]] std::string cell_text(Rank rank, Plane plane, Chunk chunk, bool fresh) const {
    const std::uint64_t mask = state_.at(rank, plane, chunk);
    const bool finished = mask != 0 && mask == finished_mask(figure_, chunk);
    const std::size_t left = (cell_ - digits_) / 2;
    const std::string_view mark = fresh ? glyphs_.fresh : " ";
    const std::string marker = left == 0 ? "" : fmt::format("{:{}}{}", "", left - 1, mark);
    const std::size_t right = cell_ - digits_ - left;
    const Ink ink = fresh ? (finished ? Ink::kFreshFinished : Ink::kFresh)
                          : (finished ? Ink::kFinished : (mask == 0 ? Ink::kFaint : Ink::kPlain));
    // The narrowest cells have room for the mark on their right only.
    const std::string after =
        left == 0 && right > 0 ? fmt::format("{}{:{}}", mark, "", right - 1) : std::string(right, ' ');
    return inked(marker + mask_text(mask, chunk) + after, ink);
  }

  [[nodiscard]] std::string border(const std::string_view (&corners)[3]) const {
    std::string line(corners[0]);
    for (Chunk chunk = 0; chunk < figure_.chunks; ++chunk) {
      line += repeated(glyphs_.horizontal, cell_) + std::string(chunk + 1 < figure_.chunks ? corners[1] : corners[2]);
    }
    return fmt::format("{}{}\n", std::string(label_, ' '), inked(line, Ink::kFaint));
  }

  [[nodiscard]] std::string heading() const {
    std::string line(label_, ' ');
    const bool words = cell_ >= fmt::format("chunk {}", figure_.chunks - 1).size();
    for (Chunk chunk = 0; chunk < figure_.chunks; ++chunk) {
      line += fmt::format(" {:^{}}", words ? fmt::format("chunk {}", chunk) : std::to_string(chunk), cell_);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  }

  void grid(const std::string& title, const std::string& remark, const std::set<std::tuple<Rank, Plane, Chunk>>& fresh,
            const FigureRound* round) {
    std::string head = heading();
    head.replace(0, std::min(head.size(), title.size()), title);
    if (title.size() > label_) {
      head = fmt::format("{}\n{}", title, heading());
    }
    text_ += fmt::format("{}\n{}{}{}", head, remark, remark.empty() ? "" : "\n", border(glyphs_.top));
    for (Rank rank = 0; rank < figure_.ranks; ++rank) {
      for (Plane plane = 0; plane < figure_.planes; ++plane) {
        row(rank, plane, fresh, round);
      }
    }
    text_ += border(glyphs_.bottom);
    text_ += '\n';
  }

  void row(Rank rank, Plane plane, const std::set<std::tuple<Rank, Plane, Chunk>>& fresh, const FigureRound* round) {
    const std::string label =
        plane == 0 ? fmt::format("  rank {}", rank) : fmt::format("  rank {} scratch {}", rank, plane);
    const std::string bar = inked(std::string(glyphs_.vertical), Ink::kFaint);
    std::string line = fmt::format("{:<{}}", label, label_) + bar;
    for (Chunk chunk = 0; chunk < figure_.chunks; ++chunk) {
      line += cell_text(rank, plane, chunk, fresh.contains({rank, plane, chunk})) + bar;
    }
    const std::string sends = round == nullptr || !beside_ || plane > 0 ? "" : sends_of(*round, rank);
    text_ += fmt::format("{}{}{}\n", line, sends.empty() ? "" : "  ", sends);
  }

  [[nodiscard]] std::string sends_of(const FigureRound& round, Rank rank) const {
    std::string text;
    for (const FigureMessage& message : round.messages) {
      if (message.from == rank) {
        text += fmt::format("{}{} {} rank {}", text.empty() ? "" : ", ", chunks_text(message.chunks, figure_.chunks),
                            glyphs_.arrow, message.to);
      }
    }
    return text;
  }

  [[nodiscard]] std::string phase_line(const Phase& phase) const {
    const std::string rounds = phase.first == phase.last
                                   ? fmt::format("Round {}", phase.first + 1)
                                   : fmt::format("Rounds {} to {}", phase.first + 1, phase.last + 1);
    const std::string line = fmt::format("{} {}, {} ", repeated(glyphs_.rule, 2), rounds, phase.text);
    const std::size_t width = std::min<std::size_t>(static_cast<std::size_t>(style_.width), 80);
    return line + repeated(glyphs_.rule, width - std::min(width, columns_of(line)));
  }

  /// A line a round; rounds that look the same share one.
  void list_rounds(const Phase& phase) {
    constexpr std::size_t kIndent = 16;
    std::size_t first = phase.first;
    std::string line;
    for (std::size_t i = phase.first; i <= phase.last + 1; ++i) {
      std::string next;
      if (i <= phase.last) {
        next = figure_.ranks <= kMostListedRanks ? listed_messages(figure_.rounds[i], kIndent)
                                                 : grouped_messages(figure_.rounds[i]);
      }
      if (i > phase.first && (i > phase.last || next != line)) {
        const std::string title =
            first + 1 == i ? fmt::format("Round {}", i) : fmt::format("Rounds {}-{}", first + 1, i);
        text_ += fmt::format("{:<{}}{}\n", title, kIndent, line);
        first = i;
      }
      line = std::move(next);
    }
  }

  void draw_round(std::size_t index) {
    const FigureRound& round = figure_.rounds[index];
    const std::string title = fmt::format("Round {}", index + 1);
    state_.apply(round.changes);
    std::set<std::tuple<Rank, Plane, Chunk>> fresh;
    for (const FigureChange& change : round.changes) {
      fresh.emplace(change.rank, change.plane, change.chunk);
    }
    grid(title, beside_ ? "" : std::string(label_, ' ') + listed_messages(round, label_), fresh, &round);
  }

  /// "0→1 chunk 3  1→2 chunk 0", broken at the width of the terminal.
  [[nodiscard]] std::string listed_messages(const FigureRound& round, std::size_t indent) const {
    std::string text;
    std::size_t column = indent;
    for (const FigureMessage& message : round.messages) {
      const std::string item = fmt::format("{}{}{} {}", message.from, glyphs_.arrow, message.to,
                                           chunks_text(message.chunks, figure_.chunks));
      if (column > indent && column + columns_of(item) + 2 > static_cast<std::size_t>(style_.width)) {
        text += '\n';
        text.append(indent, ' ');
        column = indent;
      }
      text += column > indent ? "  " : "";
      text += item;
      column += columns_of(item) + 2;
    }
    return text;
  }

  /// For many ranks: how many send how far, and how much.
  [[nodiscard]] std::string grouped_messages(const FigureRound& round) const {
    std::map<std::pair<Rank, Chunk>, std::int64_t> groups;
    for (const FigureMessage& message : round.messages) {
      Rank distance = modulo(message.to - message.from, figure_.ranks);
      distance = distance > figure_.ranks / 2 ? distance - figure_.ranks : distance;
      Chunk count = 0;
      for (const ChunkInterval piece : message.chunks) {
        count += piece.count;
      }
      ++groups[{distance, count}];
    }
    constexpr std::size_t kMostGroups = 3;
    std::string text;
    std::size_t shown = 0;
    for (const auto& [group, count] : groups) {
      if (shown++ == kMostGroups) {
        return text + fmt::format(", and {} more kinds", groups.size() - kMostGroups);
      }
      text += fmt::format("{}{} x  r {} r{:+}  {} chunk{}", text.empty() ? "" : ",  ", count, glyphs_.arrow,
                          group.first, group.second, group.second == 1 ? "" : "s");
    }
    return text;
  }

  void ending() {
    const Contract& contract = contract_of(figure_.collective);
    const std::string what = contract.reduces ? "the finished sums" : "the whole vector";
    std::string who;
    switch (contract.after) {
      case Holding::kWhole:
        who = "every rank holds " + what;
        break;
      case Holding::kOwnBlock:
        who =
            contract.reduces ? "every rank holds its own block of the finished sums" : "every rank holds its own block";
        break;
      case Holding::kRootWhole:
        who = fmt::format("rank {} holds {}", figure_.root, what);
        break;
      case Holding::kRow:
      case Holding::kColumn:
        who = "every rank holds what each rank had for it";
        break;
    }
    text_ += fmt::format("{}: {}.\n", inked("End", Ink::kBold), who);
  }

  const Figure& figure_;
  const TextStyle& style_;
  const Glyphs& glyphs_;
  FigureState state_;
  bool reduces_;
  bool grid_ = false;
  bool beside_ = false;
  std::size_t digits_ = 1;
  std::size_t label_ = 0;
  std::size_t cell_ = 0;
  std::string text_;
};

}  // namespace

std::string export_text(const Figure& figure, const TextStyle& style) {
  return TextFigure(figure, style).draw();
}

}  // namespace ringwood
