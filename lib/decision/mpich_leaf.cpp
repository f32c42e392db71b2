#include "decision/mpich_leaf.hpp"

#include <fmt/format.h>

namespace ringwood::mpich {

namespace {

void check_restrictions(const TheirAlgorithm& algorithm, const LocatedJson::Member& member, const Facts& facts,
                        Findings& findings) {
  const auto need = [&](bool needed, bool settled, const char* code, const char* what) {
    if (needed && !settled) {
      findings.error(member.place, code,
                     fmt::format("MPIR_{} is for {} only, which no test before it makes sure of; MPICH takes it as it "
                                 "stands, with wrong results or a crash",
                                 algorithm.name, what));
    }
  };
  const Restrictions& needs = algorithm.needs;
  need(needs.commutative, facts.commutative == true, "unsafe-operator", "operators that commute");
  need(needs.built_in, facts.built_in == true, "unsafe-operator", "built-in operators");
  need(needs.count_pow2, facts.enough_elements, "restriction", "at least as many elements as ranks (count<pow2)");
  need(needs.ranks_pow2, facts.ranks_pow2 == true, "restriction", "powers of two of ranks");
  need(needs.in_place, facts.in_place == true, "restriction", "calls in place");
  need(needs.not_in_place, facts.in_place == false, "restriction", "calls that are not in place");
  need(needs.regular, facts.regular == true, "restriction", "blocks of the same size");
  const bool is_inter = algorithm.name.find("_inter_") != std::string_view::npos;
  const bool is_intra = algorithm.name.find("_intra_") != std::string_view::npos;
  if ((is_inter && !facts.inter) || (is_intra && facts.inter)) {
    findings.error(member.place, "restriction",
                   fmt::format("MPIR_{} is for {}-communicators", algorithm.name, is_inter ? "inter" : "intra"));
  }
}

void check_tree_type(const std::string& type, const LocatedJson::Member& member, Findings& findings) {
  if (type != "kary" && type != "knomial_1" && type != "knomial_2") {
    findings.warn(member.place, "tree-type",
                  fmt::format("tree_type '{}' becomes kary in silence; a file can ask for kary, knomial_1 and "
                              "knomial_2 only",
                              type.substr(0, 40)));
  }
}

void check_parameters(const TheirAlgorithm& algorithm, const LocatedJson& leaf, Findings& findings) {
  for (const LocatedJson::Member& member : leaf.members) {
    std::string key = member.name;
    std::erase(key, ' ');
    const std::string name = key.substr(0, key.find('='));
    const std::string padded = " " + std::string(algorithm.parameters) + " ";
    if (padded.find(" " + name + " ") == std::string::npos) {
      findings.warn(member.place, "unknown-parameter",
                    fmt::format("MPIR_{} takes no '{}'{}", algorithm.name, name.substr(0, 40),
                                algorithm.parameters.empty() ? std::string(" and no other parameter")
                                                             : fmt::format("; accepted: {}", algorithm.parameters)));
    } else if (key.find('=') == std::string::npos) {
      findings.error(member.place, "parameter-form",
                     fmt::format("'{0}': the value stands within the key, as \"{0}=4\": {{}}", name));
    } else if (name == "tree_type") {
      check_tree_type(key.substr(key.find('=') + 1), member, findings);
    }
  }
}

}  // namespace

void check_leaf(const TheirAlgorithm& algorithm, const LocatedJson::Member& member, const Facts& facts,
                Findings& findings) {
  check_restrictions(algorithm, member, facts, findings);
  check_parameters(algorithm, member.value, findings);
}

}  // namespace ringwood::mpich
