#include <algorithm>
#include <cctype>
#include <map>

#include "ringwood/error.hpp"
#include "topology/hostlist.hpp"
#include "topology/machine_formats.hpp"
#include "topology/slurm_records.hpp"
#include "topology/tree.hpp"

namespace ringwood {

namespace {

[[nodiscard]] std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

class TreeMaker {
 public:
  TreeMaker(const InputText& input, const SlurmRecords& given)
      : input_(input), blocks_(given.blocks), records_(given.records) {}

  [[nodiscard]] Machine make() {
    for (const SlurmRecord& record : records_) {
      if (record.nodes.empty() && record.switches.empty()) {
        input_.refuse(record.name, shown(record.name) + " has neither nodes nor switches");
      }
      if (!numbers_.emplace(record.name, numbers_.size()).second) {
        input_.refuse(record.name, shown(record.name) + " is there twice");
      }
    }
    // Hosts come first, so they are numbered before switches have vertices.
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (records_[i].switches.empty()) {
        add_hosts(i);
      }
    }
    if (tree_.empty()) {
      input_.refuse(std::size_t{0}, "no nodes: expected lines such as SwitchName=leaf0 Nodes=n[0-7]");
    }
    const auto hosts = static_cast<Host>(tree_.size());
    heights_.assign(records_.size(), 0);
    std::size_t top = 0;
    for (std::size_t i = 0; i < records_.size(); ++i) {
      top = std::max(top, height_of(i, 0));
      tree_.push_back({std::string(records_[i].name), -1, kUnknownBandwidth, kUnknownLatency, heights_[i] - 1});
    }
    join(hosts, top);
    try {
      return machine_on(make_tree(std::move(tree_), hosts, level_names(top)), 1);
    } catch (const Error& error) {
      input_.refuse(std::size_t{0}, error.what());
    }
  }

 private:
  void add_hosts(std::size_t record) {
    for (std::string& name : expand_hostlist(records_[record].nodes, input_)) {
      if (!hosts_.emplace(name, record).second) {
        input_.refuse(records_[record].nodes, "node '" + name + "' is there twice");
      }
      above_.push_back(record);
      tree_.push_back({std::move(name), -1, kUnknownBandwidth, kUnknownLatency, 0});
      if (tree_.size() > (std::size_t{1} << 22U)) {
        input_.refuse(records_[record].nodes, "more than 4194304 nodes");
      }
    }
  }

  /// 1 over hosts; refuses circles.
  [[nodiscard]] std::size_t height_of(std::size_t record, std::size_t depth) {
    constexpr std::size_t kMostLevels = 64;
    if (depth > kMostLevels) {
      input_.refuse(records_[record].name, shown(records_[record].name) + " is below itself, or 64 levels deep");
    }
    if (heights_[record] == 0) {
      std::size_t height = 1;
      if (!records_[record].switches.empty()) {
        for (const std::size_t child : children_of(record)) {
          height = std::max(height, 1 + height_of(child, depth + 1));
        }
      }
      heights_[record] = height;
    }
    return heights_[record];
  }

  [[nodiscard]] std::vector<std::size_t> children_of(std::size_t record) {
    std::vector<std::size_t> children;
    for (const std::string& name : expand_hostlist(records_[record].switches, input_)) {
      const auto found = numbers_.find(name);
      if (found == numbers_.end()) {
        input_.refuse(records_[record].switches, "no switch '" + name + "' is in this file");
      }
      children.push_back(found->second);
    }
    return children;
  }

  void join(Host hosts, std::size_t top) {
    for (std::size_t host = 0; host < above_.size(); ++host) {
      tree_[host].parent = hosts + static_cast<Vertex>(above_[host]);
    }
    if (blocks_ && records_.size() > 1) {
      for (std::size_t i = 0; i < records_.size(); ++i) {
        tree_[above_.size() + i].parent = static_cast<Vertex>(tree_.size());
      }
      tree_.push_back({"between blocks", -1, 0, 0, top});
    }
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (records_[i].switches.empty()) {
        continue;
      }
      for (const std::size_t child : children_of(i)) {
        Vertex& parent = tree_[above_.size() + child].parent;
        if (parent >= 0) {
          input_.refuse(records_[i].switches, "switch " + shown(records_[child].name) + " is below two switches");
        }
        parent = hosts + static_cast<Vertex>(i);
      }
    }
  }

  [[nodiscard]] std::vector<std::string> level_names(std::size_t top) const {
    if (blocks_) {
      return {"block"};
    }
    std::vector<std::string> names;
    for (std::size_t level = 1; level < top; ++level) {
      names.push_back(level == 1 ? "leaf" : level == 2 ? "pod" : "pod-" + std::to_string(level));
    }
    return names;
  }

  const InputText& input_;
  bool blocks_;
  const std::vector<SlurmRecord>& records_;
  std::map<std::string, std::size_t, std::less<>> numbers_;  ///< of records, by name
  std::map<std::string, std::size_t, std::less<>> hosts_;
  std::vector<std::size_t> above_;  ///< the record each host is in
  std::vector<std::size_t> heights_;
  std::vector<TreeVertex> tree_;
};

/// topology.conf: a record a line, of KEY=VALUE.
class ConfReader {
 public:
  explicit ConfReader(const InputText& input) : input_(input) {}

  [[nodiscard]] SlurmRecords read() {
    read_lines();
    return read_;
  }

 private:
  void read_lines() {
    std::string_view rest = input_.text();
    std::string_view line;
    while (take_line(rest, line)) {
      line = line.substr(0, line.find('#'));
      std::string_view words = line;
      SlurmRecord record;
      while (true) {
        std::string_view word = take_word(words);
        if (word == "\\" && take_word(words).empty()) {
          (void)take_line(rest, words);  // the record goes on in the next line
          words = words.substr(0, words.find('#'));
          word = take_word(words);
        }
        if (word.empty()) {
          break;
        }
        take_pair(word, record);
      }
      if (!record.name.empty()) {
        read_.records.push_back(record);
      }
    }
  }

  void take_pair(std::string_view word, SlurmRecord& record) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) {
      input_.refuse(word, "expected KEY=VALUE, found " + shown(word));
    }
    const std::string key = lower(word.substr(0, equals));
    const std::string_view value = word.substr(equals + 1);
    if (value.empty()) {
      input_.refuse(word, shown(word) + " has no value");
    }
    if (key == "switchname" || key == "blockname") {
      const bool block = key == "blockname";
      if (!record.name.empty() || (!read_.records.empty() && block != read_.blocks)) {
        input_.refuse(word, "a second name in one record, or switches and blocks in one file");
      }
      read_.blocks = block;
      record.name = value;
    } else if (key == "nodes") {
      record.nodes = value;
    } else if (key == "switches") {
      record.switches = value;
    } else if (key != "linkspeed" && key != "level" && key != "blockindex" && key != "blocksizes" &&
               key != "blocksize") {
      input_.refuse(word, "unknown key " + shown(word.substr(0, equals)) +
                              "; accepted are SwitchName, Nodes, Switches, LinkSpeed, Level, BlockName, BlockIndex, "
                              "BlockSizes");
    }
  }

  const InputText& input_;
  SlurmRecords read_;
};

}  // namespace

Machine slurm_machine(const InputText& input, const SlurmRecords& records) {
  return TreeMaker(input, records).make();
}

Machine read_slurm(const InputText& input) {
  return slurm_machine(input, ConfReader(input).read());
}

}  // namespace ringwood
