#include "topology/mapping_file.hpp"

#include <charconv>
#include <map>
#include <unordered_map>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

/// What a line says: the places it gives, in words that are parts of the text.
struct Entry {
  std::string_view where;  ///< for messages
  std::string_view host;
  std::int64_t rank = -1;   ///< of rankfiles
  std::int64_t slots = -1;  ///< of hostfiles; -1 if not given
};

class MappingReader {
 public:
  MappingReader(const InputText& input, const Machine& machine, Rank ranks)
      : input_(input), machine_(machine), mapping_(static_cast<std::size_t>(ranks), -1) {
    std::string_view rest = input.text();
    std::string_view line;
    while (take_line(rest, line)) {
      line = line.substr(0, line.find('#'));
      if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
        lines_.push_back(line);
      }
    }
  }

  [[nodiscard]] Mapping read() {
    if (lines_.empty()) {
      input_.refuse(std::size_t{0}, "an empty file; expected a line for each rank or host");
    }
    std::string_view first = lines_.front();
    const std::string_view word = take_word(first);
    if (is_coordinates(lines_.back())) {
      read_coordinates();
    } else if (word == "rank") {
      read_rankfile();
    } else if (number_in(word)) {
      read_numbers();
    } else {
      read_hostfile();
    }
    for (std::size_t rank = 0; rank < mapping_.size(); ++rank) {
      if (mapping_[rank] < 0) {
        input_.refuse(input_.text().size(), "the file ends, and rank " + std::to_string(rank) + " of " +
                                                std::to_string(mapping_.size()) + " has no host");
      }
    }
    return mapping_;
  }

 private:
  [[nodiscard]] static std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = result.ec == std::errc() && result.ptr == text.data() + text.size();
    return whole ? std::optional(value) : std::nullopt;
  }

  [[nodiscard]] std::int64_t number_of(std::string_view word, std::int64_t least, std::int64_t most) const {
    const std::optional<std::int64_t> value = number_in(word);
    if (!value || *value < least || *value > most) {
      input_.refuse(word, "expected a number from " + std::to_string(least) + " to " + std::to_string(most) +
                              ", found " + shown(word));
    }
    return *value;
  }

  void refuse_rest(std::string_view words) const {
    const std::string_view word = take_word(words);
    if (!word.empty()) {
      input_.refuse(word, "unexpected " + shown(word));
    }
  }

  /// Ranks beyond those that are asked for are not looked at.
  void place(std::int64_t rank, std::int64_t host, std::string_view where) {
    if (rank >= static_cast<std::int64_t>(mapping_.size())) {
      return;
    }
    Host& place = mapping_[static_cast<std::size_t>(rank)];
    if (place >= 0) {
      input_.refuse(where, "rank " + std::to_string(rank) + " has a host already");
    }
    place = static_cast<Host>(host);
    if (++load_[place] > machine_.ranks_per_host) {
      input_.refuse(where, "host " + std::to_string(host) + " gets more than " +
                               std::to_string(machine_.ranks_per_host) + " ranks; raise per-host");
    }
  }

  void read_numbers() {
    std::int64_t rank = 0;
    for (std::string_view line : lines_) {
      const std::string_view word = take_word(line);
      if (!number_in(word)) {
        input_.refuse(word, "expected one host number a line, found " + shown(word));
      }
      refuse_rest(line);
      const std::int64_t host = *number_in(word);
      if (host < 0 || host >= machine_.network->hosts()) {
        input_.refuse(word, "host " + std::to_string(host) + " is not one of 0 to " +
                                std::to_string(machine_.network->hosts() - 1));
      }
      place(rank++, host, word);
    }
  }

  [[nodiscard]] static bool is_coordinates(std::string_view line) {
    const std::string_view rank = take_word(line);
    bool numbers = rank.size() > 1 && rank.back() == ':' && number_in(rank.substr(0, rank.size() - 1));
    for (int i = 0; i < 3; ++i) {
      numbers = numbers && number_in(take_word(line)).has_value();
    }
    return numbers;
  }

  void read_coordinates() {
    std::map<HostCoordinates, Host> hosts;
    for (const HostCoordinates& coordinates : coordinates_of(*machine_.network)) {
      hosts.emplace(coordinates, static_cast<Host>(hosts.size()));
    }
    for (std::size_t i = is_coordinates(lines_.front()) ? 0 : 1; i < lines_.size(); ++i) {
      std::string_view words = lines_[i];
      const std::string_view rank = take_word(words);
      if (!is_coordinates(lines_[i])) {
        input_.refuse(rank, "expected RANK: GROUP SWITCH PORT, found " + shown(lines_[i]));
      }
      constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
      HostCoordinates wanted;
      for (std::int64_t* value : {&wanted.group, &wanted.leaf, &wanted.port}) {
        *value = number_of(take_word(words), 0, kMost);
      }
      refuse_rest(words);
      const auto host = hosts.find(wanted);
      if (host == hosts.end()) {
        input_.refuse(rank, "the machine has no host at group " + std::to_string(wanted.group) + ", switch " +
                                std::to_string(wanted.leaf) + ", port " + std::to_string(wanted.port));
      }
      place(number_of(rank.substr(0, rank.size() - 1), 0, kMost), host->second, rank);
    }
  }

  void read_rankfile() {
    std::vector<Entry> entries;
    for (std::string_view line : lines_) {
      const std::string_view keyword = take_word(line);
      const std::string_view assignment = take_word(line);
      const std::size_t equals = assignment.find('=');
      if (keyword != "rank" || equals == std::string_view::npos || equals + 1 == assignment.size()) {
        input_.refuse(keyword, "expected a line such as 'rank 0=n0 slot=0', found " + shown(keyword));
      }
      const std::string_view slot = take_word(line);
      if (!slot.empty() && !slot.starts_with("slot=") && !slot.starts_with("slots=")) {
        input_.refuse(slot, "expected slot=..., found " + shown(slot));
      }
      entries.push_back({keyword, assignment.substr(equals + 1),
                         number_of(assignment.substr(0, equals), 0, std::numeric_limits<std::int32_t>::max())});
    }
    const std::vector<Host> hosts = hosts_of(entries);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      place(entries[i].rank, hosts[i], entries[i].where);
    }
  }

  void read_hostfile() {
    std::vector<Entry> entries;
    for (const std::string_view line : lines_) {
      entries.push_back(host_line(line));
    }
    const std::vector<Host> hosts = hosts_of(entries);
    std::size_t rank = 0;
    for (std::size_t i = 0; i < entries.size() && rank < mapping_.size(); ++i) {
      const std::int64_t slots = entries[i].slots < 0 ? machine_.ranks_per_host : entries[i].slots;
      for (std::int64_t slot = 0; slot < slots && rank < mapping_.size(); ++slot) {
        place(static_cast<std::int64_t>(rank++), hosts[i], entries[i].where);
      }
    }
  }

  /// "slots" and its other names in Open MPI.
  [[nodiscard]] static bool is_slots(std::string_view key) {
    return key == "slots" || key == "slot" || key == "cpu" || key == "count";
  }

  /// What concerns how a process is started or where inside its host it runs, which is no matter of this machine: user
  /// names (Open MPI), binding and network interface (Hydra).
  [[nodiscard]] static bool is_elsewhere(std::string_view key) {
    return key == "username" || key == "user" || key == "port" || key == "binding" || key == "ifname";
  }

  [[nodiscard]] Entry host_line(std::string_view line) const {
    constexpr std::int64_t kMostSlots = 1'000'000;
    const std::string_view name = take_word(line);
    Entry entry{name, name, -1, -1};
    if (const std::size_t colon = name.rfind(':'); colon != std::string_view::npos) {
      entry.host = name.substr(0, colon);
      entry.slots = number_of(name.substr(colon + 1), 1, kMostSlots);
    }
    entry.host.remove_prefix(entry.host.find('@') + 1);  // of USER@HOST; without one, nothing
    if (entry.host.empty()) {
      input_.refuse(name, "a host without a name");
    }
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
      const std::size_t equals = word.find('=');
      const std::string_view key = word.substr(0, equals);
      if (equals != std::string_view::npos && is_elsewhere(key)) {
        continue;
      }
      if (equals == std::string_view::npos || (!is_slots(key) && key != "max_slots" && key != "max-slots")) {
        input_.refuse(word, "expected slots=N or max_slots=N, found " + shown(word));
      }
      const std::int64_t value = number_of(word.substr(equals + 1), 0, kMostSlots);
      entry.slots = is_slots(key) ? value : entry.slots;
    }
    return entry;
  }

  /// By name, or if the machine knows none of them by the order in which they appear.
  [[nodiscard]] std::vector<Host> hosts_of(const std::vector<Entry>& entries) const {
    std::unordered_map<std::string, Host> known;
    for (Host host = 0; host < machine_.network->hosts(); ++host) {
      known.emplace(machine_.network->vertex_name(host), host);
    }
    bool by_name = false;
    for (const Entry& entry : entries) {
      by_name = by_name || known.contains(std::string(entry.host));
    }
    std::unordered_map<std::string_view, Host> numbers;
    std::vector<Host> hosts;
    for (const Entry& entry : entries) {
      if (entry.host.starts_with("+n")) {
        hosts.push_back(static_cast<Host>(number_of(entry.host.substr(2), 0, machine_.network->hosts() - 1)));
      } else if (by_name) {
        const auto found = known.find(std::string(entry.host));
        if (found == known.end()) {
          input_.refuse(entry.host, "the machine has no host " + shown(entry.host));
        }
        hosts.push_back(found->second);
      } else {
        hosts.push_back(numbers.try_emplace(entry.host, static_cast<Host>(numbers.size())).first->second);
        if (hosts.back() >= machine_.network->hosts()) {
          input_.refuse(entry.host, "the machine has no room for host " + shown(entry.host) + ": it has " +
                                        std::to_string(machine_.network->hosts()));
        }
      }
    }
    return hosts;
  }

  const InputText& input_;
  const Machine& machine_;
  std::vector<std::string_view> lines_;  ///< without comments and blank ones
  Mapping mapping_;
  std::unordered_map<Host, std::int32_t> load_;
};

}  // namespace

Mapping read_mapping(const InputText& input, const Machine& machine, Rank ranks) {
  return MappingReader(input, machine, ranks).read();
}

std::vector<HostCoordinates> coordinates_of(const Topology& network) {
  const std::size_t levels = network.group_levels().size();
  std::unordered_map<std::int64_t, std::int64_t> groups;
  std::unordered_map<std::int64_t, std::int64_t> leaves;
  std::unordered_map<std::int64_t, std::int64_t> ports;
  std::vector<HostCoordinates> coordinates;
  coordinates.reserve(static_cast<std::size_t>(network.hosts()));
  for (Host host = 0; host < network.hosts(); ++host) {
    HostCoordinates at;
    if (levels > 0) {
      at.leaf = leaves.try_emplace(network.group_of(0, host), static_cast<std::int64_t>(leaves.size())).first->second;
      at.group = groups.try_emplace(network.group_of(levels - 1, host), static_cast<std::int64_t>(groups.size()))
                     .first->second;
    }
    at.port = ports[at.leaf]++;
    coordinates.push_back(at);
  }
  return coordinates;
}

}  // namespace ringwood
