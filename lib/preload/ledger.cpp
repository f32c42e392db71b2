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
  static const char* const value = std::getenv("RINGWOOD_REPORT");
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

void Ledger::add(const Site& site, double seconds) {
  const Context* context = find_context(site.communicator);
  const bool native = context == nullptr || context->forced(site.collective) == "native";
  const std::string algorithm = native ? "native" : std::string(context->last_algorithm());
  const std::uint64_t bytes = bytes_of(site);
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[{name_of_communicator(site.communicator), site.caller, site.collective,
                           static_cast<int>(std::bit_width(bytes)), algorithm}];
  ++entry.calls;
  entry.bytes += bytes;
  entry.seconds += seconds;
}

std::string Ledger::text() const {
  std::string text = "ringwood: collectives of rank 0\n";
  text += "  calls   mean bytes      mean us  collective      algorithm             communicator, called from\n";
  for (const auto& [key, entry] : entries_) {
    const auto& [communicator, caller, collective, size, algorithm] = key;
    const auto calls = static_cast<double>(entry.calls);
    std::array<char, 160> line{};
    std::snprintf(line.data(), line.size(), "%7llu %12.0f %12.2f  %-15s %-21s ",
                  static_cast<unsigned long long>(entry.calls), static_cast<double>(entry.bytes) / calls,
                  entry.seconds / calls * 1e6, std::string(name_of(collective)).c_str(), algorithm.c_str());
    text += line.data() + communicator + ", " + name_of_site(caller) + "\n";
  }
  return text;
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
