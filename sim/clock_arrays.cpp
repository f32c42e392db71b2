#include "sim/clock_arrays.hpp"

#include <array>

#include "base/instruction_set.hpp"
#include "base/vectorized.hpp"

namespace ringwood {

namespace {

using View = ClockArrays::View;

// Bits of times, or-ed: no time is negative, and kLatestTime is this bit alone.
constexpr Picoseconds kLateBits = static_cast<Picoseconds>(std::uint64_t{3} << 62U);

// A loop for the certificate and one for the clocks: GCC 12 makes no vectors of both together.
RINGWOOD_INLINED ServedTogether send_all(const View at, Rank count, const MessageCharges charges,
                                         const Picoseconds* ready, Picoseconds* heads) {
  std::int64_t order_sensitive = 0;
  Picoseconds bits = 0;
  RINGWOOD_INDEPENDENT
  for (Rank i = 0; i < count; ++i) {
    RankClocks clocks{at.cpu[i], at.nic_out[i], 0, at.cpu_busy_since[i], 0};
    order_sensitive += serve_send(clocks, ready[i], charges).order_sensitive ? 1 : 0;
  }
  RINGWOOD_INDEPENDENT
  for (Rank i = 0; i < count; ++i) {
    RankClocks clocks{at.cpu[i], at.nic_out[i], 0, at.cpu_busy_since[i], 0};
    heads[i] = serve_send(clocks, clocks.cpu, charges).head;
    at.cpu[i] = clocks.cpu;
    at.nic_out[i] = clocks.nic_out;
    at.cpu_busy_since[i] = clocks.cpu_busy_since;
    bits |= clocks.cpu;
  }
  return {order_sensitive, (bits & kLateBits) != 0};
}

template <LogGopsForm kForm>
RINGWOOD_INLINED ServedTogether receive_all(const View at, Rank count, const MessageCharges charges,
                                            Picoseconds reduction, const Picoseconds* heads) {
  std::int64_t order_sensitive = 0;
  Picoseconds bits = 0;
  RINGWOOD_INDEPENDENT
  for (Rank i = 0; i < count; ++i) {
    RankClocks clocks{at.cpu[i], 0, at.nic_in[i], at.cpu_busy_since[i], at.latest_head[i]};
    const ServedReceive served = serve_receive<kForm>(clocks, heads[i], charges);
    serve_reduction(clocks, reduction);
    at.cpu[i] = clocks.cpu;
    at.nic_in[i] = clocks.nic_in;
    at.cpu_busy_since[i] = clocks.cpu_busy_since;
    at.latest_head[i] = clocks.latest_head;
    order_sensitive += served.order_sensitive ? 1 : 0;
    bits |= clocks.cpu;
  }
  return {order_sensitive, (bits & kLateBits) != 0};
}

using Send = ServedTogether (*)(const View& at, Rank count, const MessageCharges& charges, const Picoseconds* ready,
                                Picoseconds* heads);
using Receive = ServedTogether (*)(const View& at, Rank count, const MessageCharges& charges, Picoseconds reduction,
                                   const Picoseconds* heads);

struct Baseline {
  [[gnu::flatten]] static ServedTogether send(const View& at, Rank count, const MessageCharges& charges,
                                              const Picoseconds* ready, Picoseconds* heads) {
    return send_all(at, count, charges, ready, heads);
  }

  template <LogGopsForm kForm>
  [[gnu::flatten]] static ServedTogether receive(const View& at, Rank count, const MessageCharges& charges,
                                                 Picoseconds reduction, const Picoseconds* heads) {
    return receive_all<kForm>(at, count, charges, reduction, heads);
  }
};

struct Avx2 {
  [[gnu::flatten]] RINGWOOD_FOR_AVX2 static ServedTogether send(const View& at, Rank count,
                                                                const MessageCharges& charges, const Picoseconds* ready,
                                                                Picoseconds* heads) {
    return send_all(at, count, charges, ready, heads);
  }

  template <LogGopsForm kForm>
  [[gnu::flatten]] RINGWOOD_FOR_AVX2 static ServedTogether receive(const View& at, Rank count,
                                                                   const MessageCharges& charges, Picoseconds reduction,
                                                                   const Picoseconds* heads) {
    return receive_all<kForm>(at, count, charges, reduction, heads);
  }
};

struct Avx512 {
  [[gnu::flatten]] RINGWOOD_FOR_AVX512 static ServedTogether send(const View& at, Rank count,
                                                                  const MessageCharges& charges,
                                                                  const Picoseconds* ready, Picoseconds* heads) {
    return send_all(at, count, charges, ready, heads);
  }

  template <LogGopsForm kForm>
  [[gnu::flatten]] RINGWOOD_FOR_AVX512 static ServedTogether receive(const View& at, Rank count,
                                                                     const MessageCharges& charges,
                                                                     Picoseconds reduction, const Picoseconds* heads) {
    return receive_all<kForm>(at, count, charges, reduction, heads);
  }
};

constexpr std::array<Send, kInstructionSets> kSends = {Baseline::send, Avx2::send, Avx512::send};

template <LogGopsForm kForm>
constexpr std::array<Receive, kInstructionSets> kReceives = {Baseline::receive<kForm>, Avx2::receive<kForm>,
                                                             Avx512::receive<kForm>};

[[nodiscard]] std::size_t best() {
  static const auto set = static_cast<std::size_t>(best_instruction_set());
  return set;
}

}  // namespace

ClockArrays::ClockArrays(Rank ranks)
    : cpu_(static_cast<std::size_t>(ranks)),
      nic_out_(cpu_.size()),
      nic_in_(cpu_.size()),
      cpu_busy_since_(cpu_.size()),
      latest_head_(cpu_.size()) {}

ClockArrays::View ClockArrays::from(Rank first) {
  const auto i = static_cast<std::size_t>(first);
  return {&cpu_[i], &nic_out_[i], &nic_in_[i], &cpu_busy_since_[i], &latest_head_[i]};
}

ServedTogether ClockArrays::send(Rank first, Rank count, const MessageCharges& charges, const Picoseconds* ready,
                                 Picoseconds* heads) {
  return kSends[best()](from(first), count, charges, ready, heads);
}

ServedTogether ClockArrays::reduce(Rank first, Rank count, Picoseconds reduction) {
  Picoseconds* const cpu = &cpu_[static_cast<std::size_t>(first)];
  Picoseconds bits = 0;
  for (Rank i = 0; i < count; ++i) {
    cpu[i] += reduction;
    bits |= cpu[i];
  }
  return {0, (bits & kLateBits) != 0};
}

ServedTogether ClockArrays::receive(LogGopsForm form, Rank first, Rank count, const ChargeTable::Entry& entry,
                                    bool reduces, const Picoseconds* heads) {
  const Picoseconds reduction = reduces ? entry.reduction : 0;
  switch (form) {
    case LogGopsForm::kTextbook:
      return kReceives<LogGopsForm::kTextbook>[best()](from(first), count, entry.charges, reduction, heads);
    case LogGopsForm::kSimulator:
      return kReceives<LogGopsForm::kSimulator>[best()](from(first), count, entry.charges, reduction, heads);
  }
  return {};
}

}  // namespace ringwood
