#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <unordered_map>

#include "formats/chakra_node.hpp"
#include "formats/json_stream.hpp"
#include "formats/workloads.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

// A rank's devices: what handles messages, what computes, and the host that starts work on it.
constexpr std::uint8_t kMessages = 0;
constexpr std::uint8_t kDevice = 1;
constexpr std::uint8_t kHost = 2;

constexpr std::array<Collective, 10> kCollectiveTypes{
    Collective::kAllreduce,     Collective::kReduce,    Collective::kAllgather, Collective::kGather,
    Collective::kScatter,       Collective::kBroadcast, Collective::kAlltoall,  Collective::kReduceScatter,
    Collective::kReduceScatter, Collective::kBarrier};

class ChakraReader {
 public:
  ChakraReader(Rank ranks, const RankGroups& groups, const FormatLimits& limits) : groups_(groups), limits_(limits) {
    graph_.ranks.resize(static_cast<std::size_t>(ranks));
  }

  void read(const NamedText& text, Rank first, Rank count) {
    const std::unique_ptr<ChakraNodes> nodes =
        is_chakra_protobuf(text.text) ? chakra_protobuf_nodes(text) : chakra_json_nodes(text);
    std::unordered_map<std::int64_t, std::uint32_t> numbers;
    std::vector<std::pair<std::uint32_t, std::vector<std::int64_t>>> requirements;
    std::map<std::string, std::size_t> entered;
    ChakraNode node;
    RankTasks tasks;
    while (nodes->next(node)) {
      const auto number = static_cast<std::uint32_t>(tasks.tasks.size());
      if (!numbers.emplace(node.id, number).second) {
        nodes->fail("id " + std::to_string(node.id) + " is there twice", "id");
      }
      if (++nodes_ > limits_.operations) {
        nodes->fail("more nodes than " + std::to_string(limits_.operations) + ", which is the most accepted");
      }
      tasks.tasks.push_back(task_of(node, *nodes, first, count, entered));
      if (nodes->line() > 0) {
        tasks.lines.push_back(nodes->line());
      }
      requirements.emplace_back(number, std::move(node.requires_ids));
    }
    for (const auto& [task, ids] : requirements) {
      for (const std::int64_t id : ids) {
        const auto found = numbers.find(id);
        if (found == numbers.end() || found->second == task) {
          const std::string missing = "node " + std::to_string(id) + ", which is not there";
          fail_about(text.name, tasks, task,
                     "a node depends on " + (found == numbers.end() ? missing : std::string("itself")));
        }
        tasks.requirements.push_back({task, found->second, false});
      }
    }
    for (Rank rank = first; rank < first + count; ++rank) {
      place(tasks, rank);
    }
  }

  [[nodiscard]] TaskGraph take() { return std::move(graph_); }

 private:
  [[noreturn]] static void fail_about(const std::string& name, const RankTasks& tasks, std::uint32_t task,
                                      const std::string& message) {
    if (tasks.lines.empty()) {
      throw Error(ErrorKind::kInput, name + ": node " + std::to_string(task + 1) + ": " + message);
    }
    fail_at(name, {tasks.lines[task], 1}, message);
  }

  [[nodiscard]] Task task_of(const ChakraNode& node, const ChakraNodes& nodes, Rank first, Rank count,
                             std::map<std::string, std::size_t>& entered) {
    Task task;
    task.label = label(node.name);
    task.cpu = node.on_host ? kHost : kDevice;
    task.amount = node.duration;
    switch (node.type) {
      case ChakraNodeType::kInvalid:
      case ChakraNodeType::kMetadata:
      case ChakraNodeType::kMemoryLoad:
      case ChakraNodeType::kMemoryStore:
      case ChakraNodeType::kCompute:
        return task;
      case ChakraNodeType::kSend:
      case ChakraNodeType::kReceive: {
        const bool sends = node.type == ChakraNodeType::kSend;
        const std::int64_t peer = sends ? node.destination : node.source;
        if (count > 1) {
          nodes.fail("a message in a trace that stands for " + std::to_string(count) +
                     " ranks; accepted: a trace of each rank");
        }
        if (node.bytes < 0 || peer < 0 || peer >= graph_.size() ||
            node.tag > std::numeric_limits<std::int32_t>::max()) {
          nodes.fail(std::string("expected comm_size, ") + (sends ? "comm_dst" : "comm_src") + " from 0 to " +
                     std::to_string(graph_.size() - 1) + ", and comm_tag below 2^31");
        }
        task.kind = sends ? TaskKind::kSend : TaskKind::kReceive;
        task.cpu = kMessages;
        task.peer = static_cast<Rank>(peer);
        task.tag = static_cast<std::int32_t>(node.tag);
        task.amount = node.bytes;
        return task;
      }
      case ChakraNodeType::kCollective:
        task.kind = TaskKind::kCollective;
        task.cpu = kMessages;
        task.amount = call_of(node, nodes, first, entered);
        return task;
    }
    return task;
  }

  /// The number of the call: the k-th of its group on every rank is the same.
  [[nodiscard]] std::int64_t call_of(const ChakraNode& node, const ChakraNodes& nodes, Rank rank,
                                     std::map<std::string, std::size_t>& entered) {
    if (node.comm_type < 0 || node.comm_type >= static_cast<std::int64_t>(kCollectiveTypes.size())) {
      nodes.fail("expected comm_type from 0 to " + std::to_string(kCollectiveTypes.size() - 1), "comm_type");
    }
    const Collective collective = kCollectiveTypes[static_cast<std::size_t>(node.comm_type)];
    if (node.bytes < 0 && collective != Collective::kBarrier) {
      nodes.fail("expected a collective with comm_size");
    }
    const std::uint32_t group = group_of(node.group, nodes);
    const std::vector<Rank>& members = graph_.groups[group];
    if (std::find(members.begin(), members.end(), rank) == members.end()) {
      nodes.fail("rank " + std::to_string(rank) + " takes part in a collective of group '" + node.group +
                 "', to which it does not belong");
    }
    const auto size = static_cast<std::int64_t>(members.size());
    const bool per_rank = collective == Collective::kAllgather || collective == Collective::kGather ||
                          collective == Collective::kAlltoall;
    const Bytes given = std::max<Bytes>(node.bytes, 0);
    if (per_rank && given > std::numeric_limits<std::int64_t>::max() / size) {
      nodes.fail("comm_size of more than 2^63 - 1 bytes over all ranks", "comm_size");
    }
    const Bytes bytes = per_rank ? given * size : given;
    std::vector<std::uint32_t>& calls = calls_[group];
    const std::size_t index = entered[node.group]++;
    if (index == calls.size()) {
      calls.push_back(static_cast<std::uint32_t>(graph_.calls.size()));
      graph_.calls.push_back({collective, bytes, group, label(node.name), 0});
    }
    const CollectiveCall& call = graph_.calls[calls[index]];
    if (call.collective != collective || call.bytes != bytes) {
      nodes.fail("collective " + std::to_string(index) + " of its group is " + std::string(name_of(collective)) +
                 " of " + std::to_string(bytes) + " bytes here, and " + std::string(name_of(call.collective)) + " of " +
                 std::to_string(call.bytes) + " bytes on a rank before");
    }
    return calls[index];
  }

  [[nodiscard]] std::uint32_t group_of(const std::string& name, const ChakraNodes& nodes) {
    const auto known = numbers_.find(name);
    if (known != numbers_.end()) {
      return known->second;
    }
    std::vector<Rank> members;
    if (const auto found = groups_.find(name); found != groups_.end()) {
      members = found->second;
    } else if (!name.empty() && !groups_.empty()) {
      nodes.fail("group '" + name + "' is not among those that are given", "pg_name");
    } else if (!numbers_.empty()) {
      nodes.fail("several groups, '" + name + "' is one, and it is not said who belongs to them; accepted: --groups",
                 "pg_name");
    } else {
      for (Rank rank = 0; rank < graph_.size(); ++rank) {
        members.push_back(rank);
      }
    }
    const auto group = static_cast<std::uint32_t>(graph_.groups.size());
    numbers_[name] = group;
    graph_.groups.push_back(std::move(members));
    calls_.emplace_back();
    return group;
  }

  /// Gives a rank its tasks, with its number in the groups.
  void place(const RankTasks& tasks, Rank rank) {
    RankTasks& to = graph_.ranks[static_cast<std::size_t>(rank)];
    to = tasks;
    for (Task& task : to.tasks) {
      if (task.kind != TaskKind::kCollective) {
        continue;
      }
      const std::vector<Rank>& members = graph_.groups[graph_.calls[static_cast<std::size_t>(task.amount)].group];
      const auto found = std::find(members.begin(), members.end(), rank);
      if (found == members.end()) {
        throw Error(ErrorKind::kUsage, "one trace for all ranks has a collective to which rank " +
                                           std::to_string(rank) + " does not belong; accepted: a trace of each rank");
      }
      task.peer = static_cast<Rank>(found - members.begin());
    }
  }

  [[nodiscard]] std::uint32_t label(const std::string& name) {
    const auto [found, is_new] = labels_.try_emplace(name, static_cast<std::uint32_t>(graph_.labels.size()));
    if (name.empty()) {
      return 0;
    }
    if (is_new) {
      graph_.labels.push_back(name);
    }
    return found->second;
  }

  const RankGroups& groups_;
  FormatLimits limits_;
  TaskGraph graph_;
  std::map<std::string, std::uint32_t> numbers_;   // of groups
  std::vector<std::vector<std::uint32_t>> calls_;  // of each group
  std::unordered_map<std::string, std::uint32_t> labels_;
  std::size_t nodes_ = 0;
};

}  // namespace

RankGroups read_rank_groups(const NamedText& text, Rank ranks) {
  JsonStream stream(text.text, text.name);
  const std::optional<nlohmann::json> json = stream.next();
  if (!json || stream.next()) {
    fail_at(text.name, {}, "expected one object of lists of ranks");
  }
  RankGroups groups;
  for (const auto& [name, list] : json->items()) {
    std::vector<Rank>& members = groups[name];
    const bool is_list = list.is_array() && !list.empty();
    for (std::size_t i = 0; is_list && i < list.size(); ++i) {
      const bool fits =
          list[i].is_number_unsigned() && list[i].get<std::uint64_t>() < static_cast<std::uint64_t>(ranks);
      const Rank rank = fits ? list[i].get<Rank>() : -1;
      if (!fits || std::find(members.begin(), members.end(), rank) != members.end()) {
        stream.fail("group '" + name + "' has " + list[i].dump().substr(0, 40) +
                        "; accepted: different ranks from 0 to " + std::to_string(ranks - 1),
                    name);
      }
      members.push_back(rank);
    }
    if (!is_list) {
      stream.fail("expected group '" + name + "', a list of ranks", name);
    }
  }
  return groups;
}

TaskGraph read_chakra(const std::vector<NamedText>& texts, Rank ranks, const RankGroups& groups,
                      const FormatLimits& limits) {
  ChakraReader reader(ranks, groups, limits);
  if (texts.size() == 1) {
    reader.read(texts.front(), 0, ranks);
  }
  for (std::size_t i = 0; texts.size() > 1 && i < texts.size(); ++i) {
    reader.read(texts[i], static_cast<Rank>(i), 1);
  }
  return reader.take();
}

}  // namespace ringwood
