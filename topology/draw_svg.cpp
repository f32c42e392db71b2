#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <set>

#include "base/units.hpp"
#include "topology/draw.hpp"

namespace ringwood {

namespace {

constexpr std::size_t kMostNodes = 700;
constexpr LinkId kMostLinks = 10'000'000;

/// A vertex, or in a summary all hosts of a group with the switches that lead to no other group.
struct Node {
  std::string label;
  bool has_hosts = false;
  std::int64_t hosts = 0;
  std::int32_t layer = 0;  ///< links to the nearest host
  double x = 0;
  double y = 0;
};

struct Edge {
  std::int64_t cables = 0;
  double bandwidth = 0;  ///< of all of them, in one direction
};

struct Picture {
  std::vector<Node> nodes;
  std::map<std::pair<std::size_t, std::size_t>, Edge> edges;
  bool in_rows = false;  ///< cables within a row would lie on each other and on the nodes between: they bend
};

/// Locale-independent, with a tenth of a pixel.
[[nodiscard]] std::string pixels(double value) {
  const auto tenths = static_cast<std::int64_t>(std::llround(value * 10));
  const std::string sign = tenths < 0 ? "-" : "";
  return sign + std::to_string(std::abs(tenths) / 10) + "." + std::to_string(std::abs(tenths) % 10);
}

[[nodiscard]] std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else {
      result += c;
    }
  }
  return result;
}

/// Links from each vertex to the nearest host.
[[nodiscard]] std::vector<std::int32_t> layers_of(const Topology& network) {
  std::vector<std::int32_t> layers(static_cast<std::size_t>(network.vertices()), -1);
  std::fill(layers.begin(), layers.begin() + network.hosts(), 0);
  bool changed = true;
  for (std::int32_t layer = 0; changed; ++layer) {
    changed = false;
    for (LinkId id = 0; id < network.links(); ++id) {
      const Link link = network.link(id);
      if (layers[static_cast<std::size_t>(link.from)] == layer && layers[static_cast<std::size_t>(link.to)] < 0) {
        layers[static_cast<std::size_t>(link.to)] = layer + 1;
        changed = true;
      }
    }
  }
  return layers;
}

/// The group each vertex is drawn in; -1 for switches that join several, which are drawn themselves.
[[nodiscard]] std::vector<std::int64_t> groups_at(const Topology& network, std::size_t level,
                                                  const std::vector<std::int32_t>& layers) {
  constexpr std::int64_t kUnknown = -2;
  constexpr std::int64_t kSeveral = -1;
  std::vector<std::int64_t> groups(layers.size(), kUnknown);
  std::map<std::int64_t, std::int64_t> numbers;
  for (Host host = 0; host < network.hosts(); ++host) {
    const auto next = static_cast<std::int64_t>(numbers.size());
    groups[static_cast<std::size_t>(host)] = numbers.try_emplace(network.group_of(level, host), next).first->second;
  }
  const std::int32_t top = *std::max_element(layers.begin(), layers.end());
  for (std::int32_t layer = 1; layer <= top; ++layer) {
    for (LinkId id = 0; id < network.links(); ++id) {
      const Link link = network.link(id);
      const auto below = static_cast<std::size_t>(link.from);
      const auto above = static_cast<std::size_t>(link.to);
      if (layers[above] == layer && layers[below] == layer - 1) {
        groups[above] = groups[above] == kUnknown || groups[above] == groups[below] ? groups[below] : kSeveral;
      }
    }
  }
  return groups;
}

/// `groups` is empty if every vertex is drawn.
[[nodiscard]] Picture picture_of(const Topology& network, const std::vector<std::int32_t>& layers,
                                 const std::vector<std::int64_t>& groups, const std::string& level) {
  Picture picture;
  std::vector<std::size_t> node_of(layers.size());
  std::map<std::int64_t, std::size_t> node_of_group;
  for (std::size_t vertex = 0; vertex < layers.size(); ++vertex) {
    const bool grouped = !groups.empty() && groups[vertex] >= 0;
    node_of[vertex] = picture.nodes.size();
    if (grouped) {
      node_of[vertex] = node_of_group.try_emplace(groups[vertex], picture.nodes.size()).first->second;
    }
    if (node_of[vertex] == picture.nodes.size()) {
      const std::string name = network.vertex_name(static_cast<Vertex>(vertex));
      picture.nodes.push_back(
          {.label = grouped ? level + " " + std::to_string(groups[vertex]) : name, .layer = layers[vertex]});
    }
    Node& node = picture.nodes[node_of[vertex]];
    const bool host = static_cast<Vertex>(vertex) < network.hosts();
    node.has_hosts = node.has_hosts || host;
    node.hosts += host ? 1 : 0;
  }
  for (LinkId id = 0; id < network.links(); id += 2) {
    const Link link = network.link(id);
    const std::size_t a = node_of[static_cast<std::size_t>(link.from)];
    const std::size_t b = node_of[static_cast<std::size_t>(link.to)];
    if (a != b) {
      Edge& edge = picture.edges[std::minmax(a, b)];
      ++edge.cables;
      edge.bandwidth += link.bandwidth;
    }
  }
  return picture;
}

/// First coordinate to the right, second down, planes side by side.
void place_on_grid(Picture& picture, std::vector<std::int64_t> grid) {
  constexpr double kStep = 48;
  grid.resize(std::max<std::size_t>(grid.size(), 2), 1);
  for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
    const auto number = static_cast<std::int64_t>(i);
    const std::int64_t plane = number / (grid[0] * grid[1]);
    picture.nodes[i].x = kStep * static_cast<double>(number % grid[0] + plane * (grid[0] + 1));
    picture.nodes[i].y = kStep * static_cast<double>(number / grid[0] % grid[1]);
  }
}

void place_on_circle(Picture& picture) {
  const auto count = static_cast<double>(picture.nodes.size());
  const double radius = std::max(80.0, count * 40 / (2 * std::numbers::pi));
  for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / count - std::numbers::pi / 2;
    picture.nodes[i].x = radius * std::cos(angle);
    picture.nodes[i].y = radius * std::sin(angle);
  }
}

/// The mean place of what is below each node and joined to it.
[[nodiscard]] std::vector<double> middles_below(const Picture& picture) {
  std::vector<double> sums(picture.nodes.size());
  std::vector<double> counts(picture.nodes.size());
  for (const auto& [ends, edge] : picture.edges) {
    for (const auto& [low, high] : {ends, std::pair(ends.second, ends.first)}) {
      if (picture.nodes[low].layer < picture.nodes[high].layer) {
        sums[high] += picture.nodes[low].x;
        ++counts[high];
      }
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] /= std::max(counts[i], 1.0);
  }
  return sums;
}

/// Hosts at the bottom in order, switches above the middle of what is below them.
void place_in_layers(Picture& picture, std::int32_t top) {
  picture.in_rows = true;
  std::vector<std::vector<std::size_t>> rows(static_cast<std::size_t>(top) + 1);
  for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
    rows[static_cast<std::size_t>(picture.nodes[i].layer)].push_back(i);
  }
  std::size_t widest = 0;
  for (const auto& row : rows) {
    widest = std::max(widest, row.size());
  }
  const double width = 44 * static_cast<double>(widest);
  for (std::size_t layer = 0; layer < rows.size(); ++layer) {
    std::vector<std::size_t>& row = rows[layer];
    if (layer > 0) {
      const std::vector<double> middles = middles_below(picture);
      std::stable_sort(row.begin(), row.end(), [&](std::size_t a, std::size_t b) { return middles[a] < middles[b]; });
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
      picture.nodes[row[i]].x = width * (static_cast<double>(i) + 0.5) / static_cast<double>(row.size());
      picture.nodes[row[i]].y = -120.0 * static_cast<double>(layer);
    }
  }
}

[[nodiscard]] std::string svg_edge(const Picture& picture, const std::pair<std::size_t, std::size_t>& ends,
                                   const Edge& edge) {
  const Node& a = picture.nodes[ends.first];
  const Node& b = picture.nodes[ends.second];
  const double bend = picture.in_rows && a.layer == b.layer ? 0.25 * std::max(0.0, std::abs(a.x - b.x) - 50) : 0;
  return "<path d=\"M" + pixels(a.x) + " " + pixels(a.y) + " Q" + pixels((a.x + b.x) / 2) + " " +
         pixels((a.y + b.y) / 2 - bend) + " " + pixels(b.x) + " " + pixels(b.y) + "\"><title>" + escaped(a.label) +
         " - " + escaped(b.label) + ": " + format_rate(edge.bandwidth) +
         (edge.cables > 1 ? " over " + std::to_string(edge.cables) + " cables" : "") + "</title></path>\n";
}

/// The number at the end of a name, or its beginning, as far as it fits.
[[nodiscard]] std::string short_label(const std::string& label) {
  constexpr std::size_t kFits = 6;
  const std::size_t digits = label.find_last_not_of("0123456789") + 1;
  return digits < label.size() ? label.substr(digits) : label.substr(0, kFits);
}

[[nodiscard]] std::string svg_node(const Node& node) {
  const std::string shape = node.has_hosts ? "<rect class=\"host\" x=\"" + pixels(node.x - 16) + "\" y=\"" +
                                                 pixels(node.y - 11) + "\" width=\"32\" height=\"22\" rx=\"3\"/>"
                                           : "<ellipse class=\"switch\" cx=\"" + pixels(node.x) + "\" cy=\"" +
                                                 pixels(node.y) + "\" rx=\"18\" ry=\"12\"/>";
  const std::string hosts = node.hosts > 1 ? ": " + std::to_string(node.hosts) + " hosts" : "";
  return "<g>" + shape + "<text x=\"" + pixels(node.x) + "\" y=\"" + pixels(node.y + 4) + "\">" +
         escaped(short_label(node.label)) + "</text><title>" + escaped(node.label) + hosts + "</title></g>\n";
}

[[nodiscard]] std::string svg_of(const Picture& picture, const std::string& caption) {
  constexpr double kMargin = 40;
  constexpr std::size_t kManyEdges = 600;
  double left = 0;
  double right = 240;
  double up = 0;
  double down = 0;
  for (const Node& node : picture.nodes) {
    left = std::min(left, node.x);
    right = std::max(right, node.x);
    up = std::min(up, node.y);
    down = std::max(down, node.y);
  }
  // Bent cables reach above the highest row by half of what their middle points do.
  for (const auto& [ends, edge] : picture.edges) {
    const Node& a = picture.nodes[ends.first];
    const Node& b = picture.nodes[ends.second];
    up = picture.in_rows && a.layer == b.layer ? std::min(up, a.y - 0.125 * std::abs(a.x - b.x)) : up;
  }
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"" + pixels(left - kMargin) + " " +
                    pixels(up - kMargin) + " " + pixels(right - left + 2 * kMargin) + " " +
                    pixels(down - up + 3 * kMargin) + "\">\n<style>path{fill:none;stroke:#999;stroke-width:" +
                    std::string(picture.edges.size() > kManyEdges ? "0.3" : "1.2") +
                    "}text{font:11px sans-serif;"
                    "text-anchor:middle;fill:#111}.host{fill:#cfe3f5;stroke:#336}.switch{fill:#f5e6c8;stroke:#653}"
                    ".caption{text-anchor:start;fill:#444}</style>\n";
  for (const auto& [ends, edge] : picture.edges) {
    svg += svg_edge(picture, ends, edge);
  }
  for (const Node& node : picture.nodes) {
    svg += svg_node(node);
  }
  return svg + "<text class=\"caption\" x=\"" + pixels(left - kMargin / 2) + "\" y=\"" + pixels(down + 1.5 * kMargin) +
         "\">" + escaped(caption) + "</text>\n</svg>\n";
}

[[nodiscard]] std::string caption_of(const Topology& network) {
  return std::to_string(network.hosts()) + " hosts, " + std::to_string(network.vertices() - network.hosts()) +
         " switches, " + std::to_string(network.links() / 2) + " cables";
}

}  // namespace

std::string draw_svg(const Topology& network) {
  const std::string caption = caption_of(network);
  if (network.links() > kMostLinks) {
    return svg_of({}, caption + ": too large to draw");
  }
  const std::vector<std::int32_t> layers = layers_of(network);
  Picture picture;
  bool summary = false;
  if (network.vertices() <= static_cast<Vertex>(kMostNodes)) {
    picture = picture_of(network, layers, {}, "");
  }
  const std::vector<std::string> levels = network.group_levels();
  for (std::size_t level = 0; level < levels.size() && picture.nodes.empty(); ++level) {
    Picture grouped = picture_of(network, layers, groups_at(network, level, layers), levels[level]);
    if (grouped.nodes.size() <= kMostNodes) {
      picture = std::move(grouped);
      summary = true;
    }
  }
  if (picture.nodes.empty()) {
    return svg_of({}, caption + ": too large to draw");
  }
  std::int32_t top = 0;
  for (const Node& node : picture.nodes) {
    top = std::max(top, node.layer);
  }
  const std::vector<std::int64_t> grid = network.shape().grid;
  if (!summary && grid.size() > 1) {
    place_on_grid(picture, grid);
  } else if (top == 0) {
    place_on_circle(picture);
  } else {
    place_in_layers(picture, top);
  }
  return svg_of(picture, caption + (summary ? "; boxes are groups of hosts" : ""));
}

}  // namespace ringwood
