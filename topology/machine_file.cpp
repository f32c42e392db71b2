#include "topology/machine_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "topology/graph.hpp"
#include "topology/machine_formats.hpp"

namespace ringwood {

namespace {

using Json = nlohmann::json;

constexpr const char* kSchema = "ringwood.machine/1";

/// Reads the parts of the document; errors name the file and the place in the document.
class Reader {
 public:
  explicit Reader(const InputText& input) : input_(input) {}

  [[nodiscard]] Machine read() {
    const Json document = parse();
    const Json schema = document.is_object() ? document.value("schema", Json()) : Json();
    if (schema != kSchema) {
      refuse("", "expected an object with \"schema\": \"" + std::string(kSchema) + "\"" +
                     (schema.is_string() ? ", found \"" + schema.get<std::string>() + "\"" : ""));
    }
    add_vertices(document, "hosts");
    const auto hosts = static_cast<Host>(names_.size());
    add_vertices(document, "switches");
    std::vector<Link> links = links_of(document);
    Machine machine;
    try {
      machine = machine_on(make_graph(names_, hosts, std::move(links)), 1);
    } catch (const Error& error) {
      refuse("", error.what());
    }
    if (document.contains("ranks_per_host")) {
      machine.ranks_per_host = static_cast<std::int32_t>(number(document, "", "ranks_per_host", 1, 1e6));
    }
    read_costs(document, "inside_host", machine.inside_host);
    read_costs(document, "between_hosts", machine.between_hosts);
    if (document.contains("gamma_s_per_byte")) {
      machine.gamma = {time_per_byte(document, "", "gamma_s_per_byte")};
    }
    if (document.contains("reductions")) {
      machine.reductions = reductions_of(document.at("reductions"));
    }
    return machine;
  }

 private:
  [[noreturn]] void refuse(const std::string& place, const std::string& reason) const {
    throw Error(ErrorKind::kInput, input_.name() + ": " + (place.empty() ? "" : place + ": ") + reason);
  }

  [[nodiscard]] Json parse() const {
    try {
      return Json::parse(input_.text());
    } catch (const Json::parse_error& error) {
      input_.refuse(error.byte == 0 ? 0 : error.byte - 1,
                    "not the JSON of a machine (" + std::string(kSchema) + "): " + error.what());
    }
  }

  [[nodiscard]] double number(const Json& object, const std::string& place, const char* key, double least,
                              double most) const {
    const Json value = object.value(key, Json());
    if (!value.is_number() || !(value.get<double>() >= least) || !(value.get<double>() <= most)) {
      std::ostringstream range;
      range << "expected a number from " << least << " to " << most << ", found " << value.dump();
      refuse(place + "/" + key, range.str());
    }
    return value.get<double>();
  }

  [[nodiscard]] TimePerByte time_per_byte(const Json& object, const std::string& place, const char* key) const {
    return TimePerByte::from_picoseconds(number(object, place, key, 0, 1e-3) * 1e12);
  }

  [[nodiscard]] std::string text_of(const Json& object, const std::string& place, const char* key) const {
    if (!object.is_object() || !object.contains(key) || !object.at(key).is_string()) {
      refuse(place + "/" + key, "expected a string");
    }
    return object.at(key).get<std::string>();
  }

  void add_vertices(const Json& document, const char* key) {
    const Json list = document.value(key, Json::array());
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string place = std::string(key) + "/" + std::to_string(i);
      const std::string name = text_of(list.is_array() ? list[i] : list, place, "id");
      if (!numbers_.emplace(name, static_cast<Vertex>(names_.size())).second) {
        refuse(place + "/id", "'" + name + "' is there twice");
      }
      names_.push_back(name);
    }
  }

  [[nodiscard]] Vertex end_of(const Json& link, const std::string& place, const char* key) const {
    const std::string name = text_of(link, place, key);
    const auto found = numbers_.find(name);
    if (found == numbers_.end()) {
      refuse(place + "/" + key, "'" + name + "' is no host and no switch");
    }
    return found->second;
  }

  [[nodiscard]] std::vector<Link> links_of(const Json& document) const {
    const Json list = document.value("links", Json::array());
    std::vector<Link> links;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string place = "links/" + std::to_string(i);
      const Json& entry = list.is_array() ? list[i] : list;
      const Vertex a = end_of(entry, place, "a");
      const Vertex b = end_of(entry, place, "b");
      if (a == b) {
        refuse(place, "a link from '" + names_[static_cast<std::size_t>(a)] + "' to itself");
      }
      const double bandwidth = number(entry, place, "bw_Bps", 1e3, 1e18);
      const auto latency = std::llround(number(entry, place, "lat_s", 0, 3600) * 1e12);
      const bool two_latencies = entry.contains("lat_back_s");
      const auto back = two_latencies ? std::llround(number(entry, place, "lat_back_s", 0, 3600) * 1e12) : latency;
      const double count = entry.contains("count") ? number(entry, place, "count", 1, 10'000) : 1;
      constexpr std::size_t kMostLinks = 10'000'000;
      if (links.size() > kMostLinks) {
        refuse(place, "more than 5000000 cables");
      }
      for (int copy = 0; copy < static_cast<int>(count); ++copy) {
        links.push_back({a, b, bandwidth, latency});
        links.push_back({b, a, bandwidth, back});
      }
    }
    return links;
  }

  void read_time(const Json& object, const char* key, Picoseconds& time, const std::string& place) const {
    if (object.contains(key)) {
      time = std::llround(number(object, place, key, 0, 3600) * 1e12);
    }
  }

  [[nodiscard]] bool is_paced(const Json& object, const std::string& place) const {
    const Json value = object.value("paced", Json(false));
    if (!value.is_boolean()) {
      refuse(place, "expected \"paced\" to be true or false, found " + value.dump());
    }
    return value.get<bool>();
  }

  /// Files of before tell only that there is a burst: then no longer one than any message was seen to gain by.
  [[nodiscard]] Bytes burst_of(const Json& object, const std::string& place, const LogGops& costs,
                               const std::vector<SizeCorrections::Point>& points) const {
    if (object.contains("burst_bytes")) {
      return static_cast<Bytes>(number(object, place, "burst_bytes", 0, 1e15));
    }
    if (!is_paced(object, place) || costs.G.scaled == 0) {
      return 0;
    }
    const auto least = std::ranges::min_element(points, {}, &SizeCorrections::Point::time);
    return std::max<Bytes>(0, std::llround(-static_cast<double>(least->time) / costs.G.picoseconds()));
  }

  void read_corrections(const Json& object, const std::string& place, LogGops& costs) const {
    constexpr std::size_t kMost = 1000;
    const Json& list = object.at("corrections");
    if (!list.is_array() || list.empty() || list.size() > kMost) {
      refuse(place, "expected a list of 1 to 1000 corrections, each with \"bytes\" and \"s\"");
    }
    std::vector<SizeCorrections::Point> points;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string here = place + "/" + std::to_string(i);
      if (!list[i].is_object()) {
        refuse(here, "expected an object with \"bytes\" and \"s\"");
      }
      const double cpu = list[i].contains("cpu_s") ? number(list[i], here, "cpu_s", -3600, 3600) : 0;
      points.push_back({static_cast<Bytes>(number(list[i], here, "bytes", 1, 1e18)),
                        std::llround(number(list[i], here, "s", -3600, 3600) * 1e12), std::llround(cpu * 1e12)});
    }
    try {
      const Bytes burst = burst_of(object, place, costs, points);
      costs.corrections = std::make_shared<const SizeCorrections>(std::move(points), burst);
    } catch (const Error& error) {
      refuse(place, error.what());
    }
  }

  void read_costs(const Json& document, const char* key, LogGops& costs) const {
    if (!document.contains(key)) {
      return;
    }
    const Json& object = document.at(key);
    read_time(object, "L_s", costs.L, key);
    read_time(object, "o_s", costs.o, key);
    read_time(object, "g_s", costs.g, key);
    if (object.contains("G_s_per_byte")) {
      costs.G = time_per_byte(object, key, "G_s_per_byte");
    }
    if (object.contains("O_s_per_byte")) {
      costs.O = time_per_byte(object, key, "O_s_per_byte");
    }
    if (object.contains("S_bytes")) {
      costs.S = static_cast<Bytes>(number(object, key, "S_bytes", 0, 1e18));
    }
    if (object.contains("corrections")) {
      read_corrections(object, std::string(key) + "/corrections", costs);
    }
  }

  [[nodiscard]] ReductionCosts::Entry reduction_of(const Json& object, const std::string& place) const {
    const std::string type_name = text_of(object, place, "type");
    const std::string op_name = text_of(object, place, "op");
    const std::optional<ElementType> type = element_type_named(type_name);
    const std::optional<ReduceOperator> op = reduce_operator_named(op_name);
    if (!type) {
      refuse(place + "/type", "there is no type '" + type_name + "'");
    }
    if (!op) {
      refuse(place + "/op", "there is no operator '" + op_name + "'");
    }
    if (!built_in_reduction(*type, *op)) {
      refuse(place, "'" + op_name + "' has no meaning for '" + type_name + "'");
    }
    return {*type, *op, time_per_byte(object, place, "cache_s_per_byte"),
            time_per_byte(object, place, "memory_s_per_byte")};
  }

  [[nodiscard]] std::shared_ptr<const ReductionCosts> reductions_of(const Json& object) const {
    if (!object.is_object() || !object.contains("times") || !object.at("times").is_array()) {
      refuse("reductions", "expected an object with \"cache_bytes\" and a list \"times\"");
    }
    const auto cache_bytes = static_cast<Bytes>(number(object, "reductions", "cache_bytes", 0, 1e18));
    std::vector<ReductionCosts::Entry> entries;
    std::set<std::pair<ElementType, ReduceOperator>> known;
    for (const Json& time : object.at("times")) {
      const std::string place = "reductions/times/" + std::to_string(entries.size());
      entries.push_back(reduction_of(time, place));
      if (!known.emplace(entries.back().type, entries.back().op).second) {
        refuse(place, "that type and operator are there twice");
      }
    }
    return std::make_shared<const ReductionCosts>(std::move(entries), cache_bytes);
  }

  const InputText& input_;
  std::vector<std::string> names_;
  std::map<std::string, Vertex> numbers_;
};

[[nodiscard]] double seconds_per_byte(TimePerByte time) {
  return time.picoseconds() / 1e12;
}

[[nodiscard]] Json costs_of(const LogGops& costs) {
  Json object = {{"L_s", seconds(costs.L)},
                 {"o_s", seconds(costs.o)},
                 {"g_s", seconds(costs.g)},
                 {"G_s_per_byte", seconds_per_byte(costs.G)},
                 {"O_s_per_byte", seconds_per_byte(costs.O)}};
  if (costs.S != std::numeric_limits<Bytes>::max()) {
    object["S_bytes"] = costs.S;
  }
  if (costs.corrections != nullptr) {
    object["burst_bytes"] = costs.corrections->burst();
    for (const SizeCorrections::Point& point : costs.corrections->points()) {
      object["corrections"].push_back({{"bytes", point.bytes}, {"s", seconds(point.time)}});
      if (point.cpu != 0) {
        object["corrections"].back()["cpu_s"] = seconds(point.cpu);
      }
    }
  }
  return object;
}

[[nodiscard]] Json reductions_as_json(const ReductionCosts& costs) {
  Json object = {{"cache_bytes", costs.cache_bytes()}, {"times", Json::array()}};
  for (const ReductionCosts::Entry& entry : costs.entries()) {
    object["times"].push_back({{"type", name_of(entry.type)},
                               {"op", name_of(entry.op)},
                               {"cache_s_per_byte", seconds_per_byte(entry.cached)},
                               {"memory_s_per_byte", seconds_per_byte(entry.memory)}});
  }
  return object;
}

}  // namespace

Machine read_machine_json(const InputText& input) {
  try {
    return Reader(input).read();
  } catch (const Json::exception& error) {
    // Numbers that no double holds, for one.
    input.refuse(std::size_t{0}, error.what());
  }
}

Machine read_machine_file(const std::string& name) {
  return read_machine(InputText::from_file(name));
}

void write_machine_file(const Machine& machine, const std::string& name) {
  const Topology& network = *machine.network;
  Json document = {{"schema", kSchema},
                   {"ranks_per_host", machine.ranks_per_host},
                   {"inside_host", costs_of(machine.inside_host)},
                   {"between_hosts", costs_of(machine.between_hosts)},
                   {"gamma_s_per_byte", seconds_per_byte(machine.gamma.cached)},
                   {"hosts", Json::array()},
                   {"switches", Json::array()},
                   {"links", Json::array()}};
  if (machine.reductions != nullptr) {
    document["reductions"] = reductions_as_json(*machine.reductions);
  }
  for (Vertex vertex = 0; vertex < network.vertices(); ++vertex) {
    document[vertex < network.hosts() ? "hosts" : "switches"].push_back({{"id", network.vertex_name(vertex)}});
  }
  for (LinkId id = 0; id < network.links(); id += 2) {
    const Link link = network.link(id);
    document["links"].push_back({{"a", network.vertex_name(link.from)},
                                 {"b", network.vertex_name(link.to)},
                                 {"bw_Bps", link.bandwidth},
                                 {"lat_s", seconds(link.latency)},
                                 {"lat_back_s", seconds(network.link(id + 1).latency)}});
  }
  const std::string text = document.dump(1) + '\n';
  const std::string unfinished = name + ".part";
  std::error_code failed;
  // What a killed process left; and never through a link that somebody put there.
  std::filesystem::remove(unfinished, failed);
  std::FILE* const file = std::fopen(unfinished.c_str(), "wbx");
  bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  written = file != nullptr && std::fclose(file) == 0 && written;
  if (written) {
    std::filesystem::rename(unfinished, name, failed);
  }
  if (!written || failed) {
    std::filesystem::remove(unfinished, failed);
    throw Error(ErrorKind::kSystem, "cannot write '" + name + "'");
  }
}

}  // namespace ringwood
