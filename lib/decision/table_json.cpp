#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "decision/located_json.hpp"
#include "ringwood/decision.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

using Json = nlohmann::ordered_json;
using Kind = LocatedJson::Kind;

constexpr std::string_view kSchema = "ringwood.decisions/1";
constexpr std::size_t kMostRules = 100'000;
constexpr std::size_t kMostTies = 100;

struct ProvenanceField {
  const char* name;
  std::string DecisionProvenance::*member;
};

constexpr std::array kProvenance{
    ProvenanceField{"source", &DecisionProvenance::source},   ProvenanceField{"model", &DecisionProvenance::model},
    ProvenanceField{"machine", &DecisionProvenance::machine}, ProvenanceField{"map", &DecisionProvenance::map},
    ProvenanceField{"mpi", &DecisionProvenance::mpi},         ProvenanceField{"date", &DecisionProvenance::date},
    ProvenanceField{"type", &DecisionProvenance::type},       ProvenanceField{"op", &DecisionProvenance::op}};

[[nodiscard]] Json json_of(const CountRange& range) {
  Json most = nullptr;
  if (range.most != CountRange::kUnlimited) {
    most = range.most;
  }
  return Json::array({range.least, most});
}

[[nodiscard]] Json json_of(const DecisionRule& rule) {
  Json json;
  json["ranks"] = json_of(rule.ranks);
  if (rule.nodes != DecisionRule().nodes) {
    json["nodes"] = json_of(rule.nodes);
  }
  json["bytes"] = json_of(rule.bytes);
  json["algorithm"] = rule.algorithm;
  if (!rule.ties.empty()) {
    json["ties"] = rule.ties;
  }
  if (rule.at_ranks != 0) {
    json["at_ranks"] = rule.at_ranks;
  }
  return json;
}

[[nodiscard]] Json json_of(const DecisionSample& sample) {
  Json json{{"ranks", sample.ranks}, {"nodes", sample.nodes}, {"bytes", sample.bytes}};
  Json times = Json::array();
  for (const DecisionTiming& timing : sample.times) {
    Json entry{{"algorithm", timing.algorithm}, {"s", timing.seconds}};
    if (timing.low != timing.seconds || timing.high != timing.seconds) {
      entry["low_s"] = timing.low;
      entry["high_s"] = timing.high;
    }
    times.push_back(std::move(entry));
  }
  json["times"] = std::move(times);
  return json;
}

/// Reads the parts of a document; whatever is not as it should be ends the reading.
class Reader {
 public:
  Reader(const std::string& name, const Library& library) : name_(name), library_(library) {}

  [[nodiscard]] DecisionTable table(const LocatedJson& root) const {
    const LocatedJson* schema = root.is(Kind::kObject) ? root.find("schema") : nullptr;
    if (schema == nullptr || schema->text != kSchema) {
      refuse(schema == nullptr ? root.place : schema->place,
             "expected an object with \"schema\": \"" + std::string(kSchema) + "\"" +
                 (schema == nullptr ? "" : ", found \"" + schema->text.substr(0, 40) + "\""));
    }
    check_members(root, {"schema", "provenance", "collectives"});
    DecisionTable result;
    if (const LocatedJson* provenance = root.find("provenance")) {
      result.provenance = read_provenance(*provenance);
    }
    std::set<Collective> seen;
    for (const LocatedJson& entry : array(root, "collectives").items) {
      result.collectives.push_back(decisions(entry));
      if (!seen.insert(result.collectives.back().collective).second) {
        refuse(entry.place, "the collective is there twice");
      }
    }
    return result;
  }

 private:
  [[noreturn]] void refuse(FilePlace place, const std::string& message) const { refuse_at(name_, place, message); }

  void expect(const LocatedJson& json, Kind kind) const {
    if (!json.is(kind)) {
      refuse(json.place, "expected " + std::string(name_of(kind)) + ", found " + std::string(name_of(json.kind)));
    }
  }

  void check_members(const LocatedJson& object, std::initializer_list<std::string_view> accepted) const {
    expect(object, Kind::kObject);
    std::set<std::string_view> seen;
    for (const LocatedJson::Member& member : object.members) {
      if (std::find(accepted.begin(), accepted.end(), member.name) == accepted.end()) {
        std::string names;
        for (const std::string_view one : accepted) {
          names += (names.empty() ? "" : ", ") + std::string(one);
        }
        refuse(member.place, "'" + member.name.substr(0, 40) + "' is unknown here; accepted: " + names);
      }
      if (!seen.insert(member.name).second) {
        refuse(member.place, "'" + member.name + "' is there twice");
      }
    }
  }

  [[nodiscard]] const LocatedJson& member(const LocatedJson& object, std::string_view key) const {
    const LocatedJson* found = object.find(key);
    if (found == nullptr) {
      refuse(object.place, "'" + std::string(key) + "' is missing");
    }
    return *found;
  }

  [[nodiscard]] const LocatedJson& array(const LocatedJson& object, std::string_view key) const {
    const LocatedJson& found = member(object, key);
    expect(found, Kind::kArray);
    if (found.items.size() > kMostRules) {
      refuse(found.place, std::to_string(found.items.size()) + " entries; at most " + std::to_string(kMostRules));
    }
    return found;
  }

  [[nodiscard]] std::int64_t integer(const LocatedJson& json, std::int64_t least, std::int64_t most) const {
    expect(json, Kind::kInteger);
    if (json.integer < least || json.integer > most) {
      refuse(json.place, "expected an integer from " + std::to_string(least) + " to " + std::to_string(most) +
                             ", found " + std::to_string(json.integer));
    }
    return json.integer;
  }

  [[nodiscard]] double seconds(const LocatedJson& json) const {
    if (!json.is(Kind::kInteger)) {
      expect(json, Kind::kReal);
    }
    if (!std::isfinite(json.real) || json.real < 0 || json.real > 1e9) {
      refuse(json.place, "expected seconds from 0 to 1e9");
    }
    return json.real;
  }

  [[nodiscard]] DecisionProvenance read_provenance(const LocatedJson& json) const {
    check_members(json, {"source", "model", "machine", "map", "mpi", "date", "type", "op"});
    DecisionProvenance result;
    for (const ProvenanceField& field : kProvenance) {
      if (const LocatedJson* value = json.find(field.name)) {
        expect(*value, Kind::kString);
        result.*field.member = value->text;
      }
    }
    return result;
  }

  [[nodiscard]] Collective collective(const LocatedJson& json) const {
    expect(json, Kind::kString);
    for (const Collective one : kAllCollectives) {
      if (json.text == name_of(one)) {
        return one;
      }
    }
    refuse(json.place, "unknown collective '" + json.text.substr(0, 40) + "'");
  }

  [[nodiscard]] CountRange range(const LocatedJson& json, std::int64_t least) const {
    expect(json, Kind::kArray);
    if (json.items.size() != 2) {
      refuse(json.place, "expected [least, most], where most may be null");
    }
    CountRange result;
    result.least = integer(json.items[0], least, CountRange::kUnlimited);
    if (!json.items[1].is(Kind::kNull)) {
      result.most = integer(json.items[1], result.least, CountRange::kUnlimited);
    }
    return result;
  }

  [[nodiscard]] std::string algorithm(const LocatedJson& json, Collective collective) const {
    expect(json, Kind::kString);
    if (json.text == "native") {
      return json.text;
    }
    try {
      static_cast<void>(resolve(library_, collective, parse_expression(json.text)));
    } catch (const Error& error) {
      refuse(json.place, error.what());
    }
    return json.text;
  }

  [[nodiscard]] DecisionRule rule(const LocatedJson& json, Collective collective) const {
    check_members(json, {"ranks", "nodes", "bytes", "algorithm", "ties", "at_ranks"});
    DecisionRule result;
    result.ranks = range(member(json, "ranks"), 1);
    if (const LocatedJson* nodes = json.find("nodes")) {
      result.nodes = range(*nodes, 1);
    }
    result.bytes = range(member(json, "bytes"), 0);
    result.algorithm = algorithm(member(json, "algorithm"), collective);
    if (json.find("ties") != nullptr) {
      const LocatedJson& ties = array(json, "ties");
      if (ties.items.size() > kMostTies) {
        refuse(ties.place, "more than " + std::to_string(kMostTies) + " ties");
      }
      for (const LocatedJson& tie : ties.items) {
        result.ties.push_back(algorithm(tie, collective));
      }
    }
    if (const LocatedJson* at = json.find("at_ranks")) {
      result.at_ranks = static_cast<Rank>(integer(*at, 1, std::numeric_limits<Rank>::max()));
    }
    return result;
  }

  [[nodiscard]] DecisionTiming timing(const LocatedJson& json, Collective collective) const {
    check_members(json, {"algorithm", "s", "low_s", "high_s"});
    DecisionTiming result;
    const LocatedJson& name = member(json, "algorithm");
    result.algorithm = name.is(Kind::kString) && is_forced_native(name.text) ? name.text : algorithm(name, collective);
    result.seconds = seconds(member(json, "s"));
    const LocatedJson* low = json.find("low_s");
    const LocatedJson* high = json.find("high_s");
    result.low = low == nullptr ? result.seconds : seconds(*low);
    result.high = high == nullptr ? result.seconds : seconds(*high);
    if (result.low > result.seconds || result.seconds > result.high) {
      refuse(json.place, "'s' is outside of 'low_s' to 'high_s'");
    }
    return result;
  }

  [[nodiscard]] DecisionSample sample(const LocatedJson& json, Collective collective) const {
    check_members(json, {"ranks", "nodes", "bytes", "times"});
    DecisionSample result;
    result.ranks = static_cast<Rank>(integer(member(json, "ranks"), 1, std::numeric_limits<Rank>::max()));
    result.nodes = static_cast<Rank>(integer(member(json, "nodes"), 1, std::numeric_limits<Rank>::max()));
    result.bytes = integer(member(json, "bytes"), 0, CountRange::kUnlimited);
    for (const LocatedJson& entry : array(json, "times").items) {
      result.times.push_back(timing(entry, collective));
    }
    return result;
  }

  [[nodiscard]] CollectiveDecisions decisions(const LocatedJson& json) const {
    check_members(json, {"collective", "rules", "samples"});
    CollectiveDecisions result;
    result.collective = collective(member(json, "collective"));
    for (const LocatedJson& entry : array(json, "rules").items) {
      result.rules.push_back(rule(entry, result.collective));
    }
    if (json.find("samples") != nullptr) {
      for (const LocatedJson& entry : array(json, "samples").items) {
        result.samples.push_back(sample(entry, result.collective));
      }
    }
    return result;
  }

  const std::string& name_;
  const Library& library_;
};

/// One entry a line: what people read and compare.
void append_lines(std::string& text, const char* key, const Json& entries) {
  text += std::string("      \"") + key + "\": [";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    text += (i == 0 ? "\n        " : ",\n        ") + entries[i].dump();
  }
  text += entries.empty() ? "]" : "\n      ]";
}

}  // namespace

std::string write_decision_table(const DecisionTable& table) {
  Json provenance = Json::object();
  for (const ProvenanceField& field : kProvenance) {
    if (const std::string& value = table.provenance.*field.member; !value.empty()) {
      provenance[field.name] = value;
    }
  }
  std::string text = "{\n  \"schema\": \"" + std::string(kSchema) + "\",\n  \"provenance\": " + provenance.dump() +
                     ",\n  \"collectives\": [";
  bool first = true;
  for (const CollectiveDecisions& one : table.collectives) {
    Json rules = Json::array();
    for (const DecisionRule& rule : one.rules) {
      rules.push_back(json_of(rule));
    }
    Json samples = Json::array();
    for (const DecisionSample& sample : one.samples) {
      samples.push_back(json_of(sample));
    }
    text += std::string(first ? "" : ",") + "\n    {\n      \"collective\": \"" + std::string(name_of(one.collective)) +
            "\",\n";
    append_lines(text, "rules", rules);
    text += ",\n";
    append_lines(text, "samples", samples);
    text += "\n    }";
    first = false;
  }
  return text + (first ? "]\n}\n" : "\n  ]\n}\n");
}

DecisionTable read_decision_table(std::string_view text, const std::string& name, const Library& library) {
  return Reader(name, library).table(parse_located_json(text, name));
}

}  // namespace ringwood
