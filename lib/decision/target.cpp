#include <array>
#include <charconv>

#include "decision/writers.hpp"
#include "ringwood/decision_files.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

constexpr int kLastPatch = 99;

struct TargetName {
  std::string_view prefix;
  DecisionTarget newest;  // where the text says no version
};

constexpr std::array kTargets{TargetName{"open-mpi", {DecisionReader::kOpenMpi, 5, 0, kLastPatch}},
                              TargetName{"mpich", {DecisionReader::kMpich, 4, 0, kLastPatch}},
                              TargetName{"ucc", {DecisionReader::kUcc, 1, 8, kLastPatch}},
                              TargetName{"oneccl", {DecisionReader::kOneCcl, 0, 0, kLastPatch}},
                              TargetName{"intel-mpi", {DecisionReader::kIntelMpi, 2019, 0, kLastPatch}},
                              TargetName{"nccl", {DecisionReader::kNccl, 2, 0, kLastPatch}}};

constexpr std::string_view kAccepted =
    "open-mpi-4.1, open-mpi-5.0 (or 5.0.6, ...), open-mpi-6, mpich-4.0, ucc, oneccl, intel-mpi, nccl";

[[noreturn]] void refuse(std::string_view text) {
  throw Error(ErrorKind::kUsage, "no library '" + std::string(text) +
                                     "' whose decision files are known; accepted: " + std::string(kAccepted));
}

/// Reads "5", "5.0" or "5.0.6"; false if it is none of these.
[[nodiscard]] bool read_version(std::string_view text, DecisionTarget& target) {
  int* const parts[] = {&target.major, &target.minor, &target.patch};
  target.minor = 0;
  target.patch = kLastPatch;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), *parts[i]);
    if (status != std::errc() || *parts[i] < 0) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) {
      return true;
    }
    if (text.front() != '.') {
      return false;
    }
    text.remove_prefix(1);
  }
  return false;
}

}  // namespace

bool DecisionTarget::at_least(int wanted_major, int wanted_minor, int wanted_patch) const {
  if (major != wanted_major) {
    return major > wanted_major;
  }
  return minor != wanted_minor ? minor > wanted_minor : patch >= wanted_patch;
}

DecisionTarget parse_decision_target(std::string_view text) {
  for (const TargetName& known : kTargets) {
    if (text == known.prefix) {
      return known.newest;
    }
    if (text.starts_with(known.prefix) && text[known.prefix.size()] == '-') {
      DecisionTarget target = known.newest;
      if (read_version(text.substr(known.prefix.size() + 1), target) &&
          (target.reader != DecisionReader::kOpenMpi || target.at_least(4, 0))) {
        return target;
      }
    }
  }
  refuse(text);
}

std::string name_of(const DecisionTarget& target) {
  std::string name;
  for (const TargetName& known : kTargets) {
    if (known.newest.reader == target.reader) {
      name = known.prefix;
    }
  }
  if (target.major == 0) {
    return name;
  }
  name += "-" + std::to_string(target.major) + "." + std::to_string(target.minor);
  return target.patch == kLastPatch ? name : name + "." + std::to_string(target.patch);
}

std::string_view name_of(FindingLevel level) {
  switch (level) {
    case FindingLevel::kNote:
      return "note";
    case FindingLevel::kWarning:
      return "warning";
    case FindingLevel::kError:
      return "error";
  }
  return "";
}

DecisionExport export_decisions(const DecisionTable& table, const DecisionTarget& target,
                                const DecisionExportOptions& options) {
  DecisionWriting writing(target, options);
  switch (target.reader) {
    case DecisionReader::kOpenMpi:
      return target.major >= 6 ? write_open_mpi_json(table, writing) : write_open_mpi_classic(table, writing);
    case DecisionReader::kMpich:
      return write_mpich(table, writing);
    case DecisionReader::kUcc:
      return write_ucc(table, writing);
    case DecisionReader::kOneCcl:
      return write_one_ccl(table, writing);
    case DecisionReader::kIntelMpi:
      return write_intel_mpi(table, writing);
    case DecisionReader::kNccl:
      return write_nccl(table, writing);
  }
  return {};
}

DecisionReading read_as(std::string_view text, const DecisionTarget& target) {
  switch (target.reader) {
    case DecisionReader::kOpenMpi:
      return read_open_mpi(text, target);
    case DecisionReader::kMpich:
      return read_mpich(text, target);
    case DecisionReader::kUcc:
      return read_ucc(text, target);
    case DecisionReader::kOneCcl:
    case DecisionReader::kIntelMpi:
    case DecisionReader::kNccl:
      throw Error(ErrorKind::kUsage, name_of(target) +
                                         ": files for it are written, not read; read are those for "
                                         "open-mpi, mpich and ucc");
  }
  return {};
}

}  // namespace ringwood
