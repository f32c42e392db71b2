#include "tools/cli/mpi/native_algorithms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/nearest.hpp"
#include "base/units.hpp"
#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/error.hpp"

namespace ringwood::cli {

namespace {

constexpr const char* kDynamicRules = "OMPI_MCA_coll_tuned_use_dynamic_rules";

/// What a control variable tells of itself.
struct Info {
  std::string name;
  std::string meaning;
  MPI_Datatype type = MPI_DATATYPE_NULL;
  MPI_T_enum values = MPI_T_ENUM_NULL;
};

[[nodiscard]] Info info_of(int index) {
  std::array<char, 256> name{};
  std::vector<char> meaning(16384);
  int name_length = static_cast<int>(name.size());
  int meaning_length = static_cast<int>(meaning.size());
  int verbosity = 0;
  int binding = 0;
  int scope = 0;
  Info info;
  if (MPI_T_cvar_get_info(index, name.data(), &name_length, &verbosity, &info.type, &info.values, meaning.data(),
                          &meaning_length, &binding, &scope) != MPI_SUCCESS) {
    return {};
  }
  info.name = name.data();
  info.meaning = meaning.data();
  return info;
}

[[nodiscard]] std::vector<std::pair<std::string, int>> items_of(MPI_T_enum values) {
  std::vector<std::pair<std::string, int>> items;
  std::array<char, 256> text{};
  int count = 0;
  int length = static_cast<int>(text.size());
  MPI_T_enum_get_info(values, &count, text.data(), &length);
  for (int i = 0; i < count; ++i) {
    int value = 0;
    length = static_cast<int>(text.size());
    if (MPI_T_enum_get_item(values, i, &value, text.data(), &length) == MPI_SUCCESS && value != 0) {
      items.emplace_back(text.data(), value);
    }
  }
  return items;
}

// MPICH's variables have numbers whose names stand in the description only, one after the other and run together with
// the text before them: "...algorithmring   - Force ring algorithm". Its algorithms, the longest names first.
constexpr std::string_view kMpichNames[] = {"scatter_recursive_doubling_allgather",
                                            "scatter_ring_allgather",
                                            "reduce_scatter_allgather",
                                            "reduce_scatter_gather",
                                            "recursive_doubling",
                                            "recursive_halving",
                                            "noncommutative",
                                            "k_dissemination",
                                            "dissemination",
                                            "scattered",
                                            "pairwise",
                                            "binomial",
                                            "brucks",
                                            "recexch",
                                            "ring",
                                            "smp"};

[[nodiscard]] std::vector<std::pair<std::string, int>> items_in(std::string_view meaning) {
  std::vector<std::pair<std::string, int>> items;
  int value = 0;
  for (std::size_t dash = meaning.find(" - "); dash != std::string_view::npos; dash = meaning.find(" - ", dash + 1)) {
    std::string_view before = meaning.substr(0, dash);
    before = before.substr(0, before.find_last_not_of(' ') + 1);
    const auto* const name = std::find_if(std::begin(kMpichNames), std::end(kMpichNames),
                                          [&](std::string_view one) { return before.ends_with(one); });
    if (name != std::end(kMpichNames) && value > 0) {
      items.emplace_back(*name, value);
    }
    ++value;
  }
  return items;
}

/// What the library calls the function that run_native calls; empty: one whose algorithm cannot be told.
[[nodiscard]] std::string_view function_of(Collective collective, bool equal_blocks) {
  switch (collective) {
    case Collective::kAllreduce:
      return "allreduce";
    case Collective::kReduceScatter:
      return equal_blocks ? "reduce_scatter_block" : "reduce_scatter";
    case Collective::kAllgather:
      return equal_blocks ? "allgather" : "allgatherv";
    case Collective::kBroadcast:
      return "bcast";
    case Collective::kReduce:
      return "reduce";
    case Collective::kBarrier:
      return "barrier";
    case Collective::kGather:
      return "gatherv";
    case Collective::kScatter:
      return "scatterv";
    case Collective::kAlltoall:
      return "alltoallv";
  }
  return "";
}

[[nodiscard]] std::string upper(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char letter) { return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter; });
  return result;
}

/// Whether an integer can be written to the variable now.
[[nodiscard]] bool is_settable(int index) {
  MPI_T_cvar_handle handle = nullptr;
  int count = 0;
  int value = 0;
  if (MPI_T_cvar_handle_alloc(index, nullptr, &handle, &count) != MPI_SUCCESS) {
    return false;
  }
  const bool settable =
      count == 1 && MPI_T_cvar_read(handle, &value) == MPI_SUCCESS && MPI_T_cvar_write(handle, &value) == MPI_SUCCESS;
  MPI_T_cvar_handle_free(&handle);
  return settable;
}

[[nodiscard]] int replaced(int index, int value) {
  MPI_T_cvar_handle handle = nullptr;
  int count = 0;
  int before = 0;
  check_mpi(MPI_T_cvar_handle_alloc(index, nullptr, &handle, &count), "MPI_T_cvar_handle_alloc");
  check_mpi(MPI_T_cvar_read(handle, &before), "MPI_T_cvar_read");
  check_mpi(MPI_T_cvar_write(handle, &value), "MPI_T_cvar_write");
  MPI_T_cvar_handle_free(&handle);
  return before;
}

}  // namespace

void NativeAlgorithms::announce() {
  ::setenv(kDynamicRules, "1", 0);
}

NativeAlgorithms::NativeAlgorithms(MPI_Comm parent) : parent_(parent) {
  // What is asked for here becomes the level of the whole process (Open MPI 4.1): no other than it has.
  int level = MPI_THREAD_SINGLE;
  int provided = 0;
  check_mpi(MPI_Query_thread(&level), "MPI_Query_thread");
  check_mpi(MPI_T_init_thread(level, &provided), "MPI_T_init_thread");
  check_mpi(MPI_Comm_size(parent, &ranks_), "MPI_Comm_size");
  int count = 0;
  MPI_T_cvar_get_num(&count);
  for (int index = 0; index < count; ++index) {
    const Info info = info_of(index);
    const bool open_mpi = info.name.starts_with("coll_tuned_");
    if (open_mpi || info.name.starts_with("MPIR_CVAR_")) {
      variables_.emplace(info.name, index);
      open_mpi_ = open_mpi_ || open_mpi;
    }
  }
}

NativeAlgorithms::~NativeAlgorithms() {
  for (auto& [request, communicator] : communicators_) {
    MPI_Comm_free(&communicator);
  }
  MPI_T_finalize();
}

std::string NativeAlgorithms::variable_name(Collective collective, Bytes elements) const {
  const std::string_view function = function_of(collective, elements % ranks_ == 0);
  return open_mpi_ ? fmt::format("coll_tuned_{}_algorithm", function)
                   : fmt::format("MPIR_CVAR_{}_INTRA_ALGORITHM", upper(function));
}

NativeAlgorithms::Variable NativeAlgorithms::variable(const std::string& name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end() || !is_settable(found->second)) {
    return {};
  }
  const Info info = info_of(found->second);
  Variable result{found->second, info.values == MPI_T_ENUM_NULL ? items_in(info.meaning) : items_of(info.values)};
  // What is for two ranks fails on others.
  std::erase_if(result.values, [&](const auto& item) { return item.first == "two_proc" && ranks_ != 2; });
  return result;
}

std::vector<std::string> NativeAlgorithms::names(Collective collective, Bytes elements) const {
  std::vector<std::string> names;
  for (const auto& [name, value] : variable(variable_name(collective, elements)).values) {
    names.push_back(name);
  }
  return names;
}

std::vector<NativeAlgorithms::Setting> NativeAlgorithms::settings_of(std::string_view request, Collective collective,
                                                                     Bytes elements) const {
  const std::string name = variable_name(collective, elements);
  const Variable known = variable(name);
  if (known.index < 0) {
    throw Error(ErrorKind::kUsage, fmt::format("--algorithm 'native:{}': this MPI library lets nobody choose its {}",
                                               request, function_of(collective, elements % ranks_ == 0)));
  }
  std::vector<Setting> settings;
  for (std::string_view rest = request; !rest.empty();) {
    const std::string_view entry = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
    const std::size_t equals = std::min(entry.find('='), entry.size());
    const std::string_view key = entry.substr(0, equals);
    const std::string value(entry.substr(std::min(equals + 1, entry.size())));
    const auto number = [&](const char* ending, std::int64_t amount) {
      const auto found = variables_.find(name + ending);
      if (found == variables_.end() || !is_settable(found->second)) {
        throw Error(ErrorKind::kUsage,
                    fmt::format("--algorithm 'native:{}': this MPI library has no '{}' for it", request, key));
      }
      settings.push_back({found->second, static_cast<int>(amount)});
    };
    if (key == "algorithm") {
      const auto found =
          std::find_if(known.values.begin(), known.values.end(), [&](const auto& item) { return item.first == value; });
      if (found == known.values.end()) {
        const std::vector<std::string> accepted = names(collective, elements);
        throw Error(ErrorKind::kUsage,
                    fmt::format("--algorithm 'native:{}': the MPI library's {} has no '{}' on {} ranks{}; accepted: {}",
                                request, function_of(collective, elements % ranks_ == 0), value, ranks_,
                                did_you_mean(value, accepted), fmt::join(accepted, ", ")));
      }
      settings.push_back({known.index, found->second});
    } else if (key == "segment") {
      number("_segmentsize", std::min<Bytes>(parse_bytes(value, "segment"), INT32_MAX));
    } else if (key == "fanout") {
      const std::int64_t fanout = parse_integer(value, {1, 1024}, "fanout");
      number("_tree_fanout", fanout);
      number("_chain_fanout", fanout);
    }
  }
  return settings;
}

void NativeAlgorithms::write(const std::vector<Setting>& settings) {
  for (const Setting& setting : settings) {
    to_restore_.push_back({setting.variable, replaced(setting.variable, setting.value)});
  }
}

void NativeAlgorithms::release() {
  for (auto setting = to_restore_.rbegin(); setting != to_restore_.rend(); ++setting) {
    static_cast<void>(replaced(setting->variable, setting->value));
  }
  to_restore_.clear();
}

NativeAlgorithms::Forced NativeAlgorithms::force(std::string_view request, Collective collective, Bytes elements) {
  const std::string key = fmt::format("{} {}", variable_name(collective, elements), request);
  auto known = known_.find(key);
  if (known == known_.end()) {
    known = known_.emplace(key, settings_of(request, collective, elements)).first;
  }
  if (!open_mpi_) {
    write(known->second);
    return {*this, parent_, true};
  }
  // Open MPI looks at its variables when a communicator is made.
  auto made = communicators_.find(key);
  if (made == communicators_.end()) {
    MPI_Comm communicator = MPI_COMM_NULL;
    write(known->second);
    const int code = MPI_Comm_dup(parent_, &communicator);
    release();
    check_mpi(code, "MPI_Comm_dup");
    made = communicators_.emplace(key, communicator).first;
  }
  return {*this, made->second, false};
}

}  // namespace ringwood::cli
