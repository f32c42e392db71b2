#include "topology/draw.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/units.hpp"

namespace ringwood {

namespace {

constexpr std::size_t kMostColumns = 16;
constexpr std::size_t kMostRows = 16;
constexpr std::size_t kMostSwitches = 48;

[[nodiscard]] std::string repeated(const std::string& text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) {
    result += text;
  }
  return result;
}

/// Numbers right-aligned in cells as wide as the largest: "─ 12 ── 13 ─".
[[nodiscard]] std::string grid_row(std::int64_t first, std::size_t shown, std::size_t size, std::size_t width) {
  std::string row;
  for (std::size_t x = 0; x < shown; ++x) {
    const std::string number = std::to_string(first + static_cast<std::int64_t>(x));
    row += (x == 0 ? " " : "──") + repeated(" ", width - number.size()) + number;
  }
  return row + (shown < size ? "── ... " + std::to_string(size) + " in a row" : "") + "\n";
}

[[nodiscard]] std::string draw_grid(const Topology& network, std::vector<std::int64_t> grid) {
  grid.resize(std::max<std::size_t>(grid.size(), 3), 1);
  const auto columns = static_cast<std::size_t>(grid[0]);
  const auto rows = static_cast<std::size_t>(grid[1]);
  const std::size_t shown_columns = std::min(columns, kMostColumns);
  const std::size_t shown_rows = std::min(rows, kMostRows);
  const std::size_t width = std::to_string(network.hosts() - 1).size();
  std::string text;
  const std::int64_t plane = grid[0] * grid[1];
  const std::int64_t planes = network.hosts() / plane;
  const std::int64_t shown_planes = std::min<std::int64_t>(planes, network.hosts() <= 128 ? 8 : 1);
  for (std::int64_t z = 0; z < shown_planes; ++z) {
    text += planes > 1 ? "plane " + std::to_string(z) + " of " + std::to_string(planes) + ":\n" : "";
    for (std::size_t y = 0; y < shown_rows; ++y) {
      text += grid_row(z * plane + static_cast<std::int64_t>(y * columns), shown_columns, columns, width);
      if (y + 1 < shown_rows) {
        text += repeated(repeated(" ", width) + "│ ", shown_columns) + "\n";
      }
    }
    text += shown_rows < rows ? " ... " + std::to_string(rows) + " rows\n" : "";
  }
  text += shown_planes < planes ? "... " + std::to_string(planes - shown_planes) + " more planes\n" : "";
  return text;
}

/// "0-7, 9": ascending numbers with runs drawn together.
[[nodiscard]] std::string with_runs(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i;
    while (end + 1 < numbers.size() && numbers[end + 1] == numbers[end] + 1) {
      ++end;
    }
    text += (text.empty() ? "" : ", ") + std::to_string(numbers[i]) +
            (end > i ? (end > i + 1 ? "-" : ", ") + std::to_string(numbers[end]) : "");
    i = end + 1;
  }
  return text;
}

/// "host 0-7, spine 0-3": names that are a word and a number are drawn together.
[[nodiscard]] std::string together(const Topology& network, const std::set<Vertex>& vertices) {
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> groups;
  for (const Vertex vertex : vertices) {
    const std::string name = network.vertex_name(vertex);
    const std::size_t digits = name.find_last_not_of("0123456789") + 1;
    const bool numbered = digits < name.size() && name.size() - digits < 18 && digits > 0 && name[digits - 1] == ' ';
    const std::string word = numbered ? name.substr(0, digits) : name;
    if (groups.empty() || groups.back().first != word) {
      groups.emplace_back(word, std::vector<std::int64_t>());
    }
    if (numbered) {
      groups.back().second.push_back(std::stoll(name.substr(digits)));
    }
  }
  std::string text;
  for (const auto& [word, numbers] : groups) {
    text += (text.empty() ? "" : "; ") + word + with_runs(numbers);
  }
  return text;
}

/// What each vertex is connected to, for the vertices from `first` on.
[[nodiscard]] std::map<Vertex, std::set<Vertex>> neighbours(const Topology& network, Vertex first, Vertex last) {
  std::map<Vertex, std::set<Vertex>> found;
  for (LinkId id = 0; id < network.links(); ++id) {
    const Link link = network.link(id);
    if (link.from >= first && link.from < last) {
      found[link.from].insert(link.to);
    }
  }
  return found;
}

/// Without switches the hosts are drawn.
[[nodiscard]] std::string draw_list(const Topology& network) {
  const Vertex first = network.vertices() > network.hosts() ? network.hosts() : 0;
  const Vertex last = std::min<Vertex>(network.vertices(), first + static_cast<Vertex>(kMostSwitches));
  std::string text;
  for (const auto& [vertex, others] : neighbours(network, first, last)) {
    text += network.vertex_name(vertex) + "\n";
    std::set<Vertex> hosts(others.begin(), others.lower_bound(network.hosts()));
    std::set<Vertex> switches(others.lower_bound(network.hosts()), others.end());
    if (!switches.empty()) {
      text += (hosts.empty() ? " └─ " : " ├─ ") + together(network, switches) + "\n";
    }
    if (!hosts.empty()) {
      text += " └─ " + together(network, hosts) + "\n";
    }
  }
  if (network.links() == 0) {
    text += network.vertex_name(0) + "\n";
  }
  if (last < network.vertices()) {
    text += "... " + std::to_string(network.vertices() - last) + " more\n";
  }
  return text;
}

}  // namespace

std::string draw_text(const Topology& network) {
  constexpr LinkId kMostLinks = 10'000'000;
  const std::vector<std::int64_t> grid = network.shape().grid;
  if (!grid.empty()) {
    return draw_grid(network, grid);
  }
  if (network.links() > kMostLinks) {
    return "too large to draw: " + std::to_string(network.hosts()) + " hosts\n";
  }
  return draw_list(network);
}

}  // namespace ringwood
