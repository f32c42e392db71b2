#include "preload/ledger.hpp"

#include <dlfcn.h>

#include <array>
#include <bit>
#include <cstdio>
#include <cstdlib>

#include "api/context_cache.hpp"

namespace ringwood::preload {

namespace {

const char* wish() {
  static const char* const value = ::secure_getenv("RINGWOOD_REPORT");
  return value;
}

std::string name_of_communicator(MPI_Comm communicator) {
  std::array<char, MPI_MAX_OBJECT_NAME> name{};
  int length = 0;
  int ranks = 0;
  PMPI_Comm_get_name(communicator, name.data(), &length);
  PMPI_Comm_size(communicator, &ranks);
  return (length == 0 ? "unnamed" : std::string(name.data())) + " of " + std::to_string(ranks);
}

/// "solve+0x4f in program", or the address.
std::string name_of_site(const void* caller) {
  Dl_info info{};
  std::array<char, 32> offset{};
  if (::dladdr(caller, &info) == 0 || info.dli_fname == nullptr) {
    std::snprintf(offset.data(), offset.size(), "%p", caller);
    return offset.data();
  }
  const bool named = info.dli_sname != nullptr;
  const auto* base = static_cast<const char*>(named ? info.dli_saddr : info.dli_fbase);
  std::snprintf(offset.data(), offset.size(), "+0x%zx",
                static_cast<std::size_t>(static_cast<const char*>(caller) - base));
  const std::string file = info.dli_fname;
  return (named ? std::string(info.dli_sname) : "") + offset.data() + " in " + file.substr(file.rfind('/') + 1);
}

std::uint64_t bytes_of(const Site& site) {
  int size = 0;
  if (site.type != MPI_DATATYPE_NULL) {
    PMPI_Type_size(site.type, &size);
  }
  return static_cast<std::uint64_t>(site.count) * static_cast<std::uint64_t>(size);
}

}  // namespace

bool Ledger::is_kept() {
  return wish() != nullptr && *wish() != '\0' && std::string_view(wish()) != "0";
}

Ledger& Ledger::instance() {
  // Never destroyed: MPI may be ended by a destructor that runs later.
  static Ledger& ledger = *new Ledger;
  return ledger;
}

Ledger::Ledger() {
  int key = MPI_KEYVAL_INVALID;
  PMPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, tell_at_end, &key, nullptr);
  PMPI_Comm_set_attr(MPI_COMM_SELF, key, this);
}

int Ledger::tell_at_end(MPI_Comm /*self*/, int /*key*/, void* value, void* /*state*/) {
  static_cast<const Ledger*>(value)->tell();
  return MPI_SUCCESS;
}

bool Ledger::is_compared(const Site& site) {
  if (!Context::any_is_compared()) {
    return false;
  }
  Context* context = find_context(site.communicator);
  return context != nullptr && context->next_is_compared(site.collective, bytes_of(site));
}

std::uint64_t Ledger::calls_served(const Site& site) {
  const Context* context = find_context(site.communicator);
  return context == nullptr ? 0 : context->calls();
}

void Ledger::add(const Site& site, double seconds, bool compared, std::uint64_t calls_before) {
  const Context* context = find_context(site.communicator);
  std::string algorithm = "native (passed on)";
  if (context != nullptr && context->forced(site.collective) == "native") {
    algorithm = "native (environment)";
  } else if (context != nullptr && context->calls() != calls_before) {
    algorithm = std::string(context->last_algorithm()) + " (" + std::string(context->last_reason()) + ")";
  }
  const std::uint64_t bytes = bytes_of(site);
  const Place place{name_of_communicator(site.communicator), site.caller, site.collective,
                    static_cast<int>(std::bit_width(bytes))};
  const std::lock_guard lock(mutex_);
  Entry& entry = compared ? compared_[place] : entries_[{place, std::move(algorithm)}];
  ++entry.calls;
  entry.bytes += bytes;
  entry.seconds += seconds;
}

/// `saved` gets what the library saved in these calls, if some were left to the MPI library to compare with.
std::string Ledger::line(const Key& key, const Entry& entry, double& saved) const {
  const auto& [place, algorithm] = key;
  const auto& [communicator, caller, collective, size] = place;
  const auto calls = static_cast<double>(entry.calls);
  const auto native = compared_.find(place);
  std::array<char, 32> beside{"              -"};
  if (native != compared_.end() && !algorithm.starts_with("native")) {
    saved += (native->second.mean() - entry.mean()) * calls;
    std::snprintf(beside.data(), beside.size(), "%15.2f", native->second.mean() * 1e6);
  }
  std::array<char, 192> text{};
  std::snprintf(text.data(), text.size(), "%7llu %12.0f %12.2f %s  %-15s %-32s ",
                static_cast<unsigned long long>(entry.calls), static_cast<double>(entry.bytes) / calls,
                entry.mean() * 1e6, beside.data(), std::string(name_of(collective)).c_str(), algorithm.c_str());
  return text.data() + communicator + ", " + name_of_site(caller) + "\n";
}

std::string Ledger::text() const {
  std::string text = "ringwood: collectives of rank 0\n";
  text +=
      "  calls   mean bytes      mean us  native mean us  collective      algorithm (chosen by)            "
      "communicator, called from\n";
  double saved = 0;
  double seconds = 0;
  for (const auto& [key, entry] : entries_) {
    text += line(key, entry, saved);
    seconds += entry.seconds;
  }
  std::array<char, 160> sum{};
  std::snprintf(sum.data(), sum.size(), "  %.6f s in all; saved against native, where it was compared: %.6f s\n",
                seconds, saved);
  return text + sum.data();
}

void Ledger::tell() const {
  int rank = 0;
  PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank != 0) {
    return;
  }
  const std::string told = text();
  std::FILE* file = std::string_view(wish()) == "1" ? stderr : std::fopen(wish(), "w");
  if (file == nullptr) {
    std::fprintf(stderr, "ringwood: cannot write the report to %s\n", wish());
    file = stderr;
  }
  std::fputs(told.c_str(), file);
  if (file != stderr) {
    std::fclose(file);
  }
}

}  // namespace ringwood::preload
