#include "sim/noise.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string_view>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "topology/uniform.hpp"

namespace ringwood {

namespace {

// Later than anything that is simulated, and far from the end of 64 bits.
constexpr Picoseconds kNoDetour = Picoseconds{1} << 62U;

// An exponentially distributed time is at most 37 times its mean here: a few of them are not too much for 64 bits.
constexpr Picoseconds kLongestMean = kNoDetour / 256;

[[nodiscard]] NoiseModel parse_distribution(NoiseModel model, std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) {
    throw Error(ErrorKind::kUsage, "--noise '" + std::string(text) +
                                       "' names no interval; accepted: LENGTH@INTERVAL, " + "such as 25us@10ms");
  }
  model.length = parse_time(text.substr(0, at), "--noise");
  model.interval = parse_time(text.substr(at + 1), "--noise");
  const bool is_short = std::max(model.length, model.interval) <= kLongestMean;
  const bool fits = is_short && (model.kind == NoiseModel::Kind::kExponential || model.length < model.interval);
  if (model.length <= 0 || model.interval <= 0 || !fits) {
    throw Error(ErrorKind::kUsage, "--noise '" + std::string(text) +
                                       "' is no noise; accepted: a length and an interval above " + "0 and up to " +
                                       format_time(kLongestMean) + ", of periodic noise a length below the interval");
  }
  return model;
}

class TraceReader {
 public:
  explicit TraceReader(const std::string& file) : file_(file), input_(file) {
    if (!input_) {
      throw Error(ErrorKind::kInput, file + ": cannot be read");
    }
  }

  [[nodiscard]] NoiseTrace read() {
    NoiseTrace trace;
    for (std::string line; std::getline(input_, line);) {
      ++number_;
      line.resize(std::min(line.size(), line.find('#')));
      std::istringstream words(line);
      std::string first;
      std::string second;
      std::string third;
      if (!(words >> first)) {
        continue;
      }
      if (!(words >> second) || words >> third || trace.period > 0) {
        refuse(trace.period > 0 ? "a line after the period" : "no two words; accepted: START LENGTH or period LENGTH");
      }
      if (first == "period") {
        trace.period = time(second);
      } else {
        trace.detours.push_back({time(first), time(second)});
      }
      check(trace);
    }
    if (trace.period == 0) {
      refuse("the end of the file, and no line 'period LENGTH'");
    }
    return trace;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorKind::kInput, file_ + ":" + std::to_string(number_) + ": " + what);
  }

  [[nodiscard]] Picoseconds time(const std::string& text) const {
    try {
      return parse_time(text, "time");
    } catch (const Error& error) {
      refuse(error.what());
    }
  }

  void check(const NoiseTrace& trace) const {
    if (trace.detours.empty()) {
      return;
    }
    const Detour& last = trace.detours.back();
    const Picoseconds end = last.start + last.length;
    if (last.start < 0 || last.length <= 0 || last.start > kNoDetour / 4 || last.length > kNoDetour / 4) {
      refuse("a detour must begin at 0 or later and last longer than 0");
    }
    if (trace.detours.size() > 1) {
      const Detour& before = trace.detours[trace.detours.size() - 2];
      if (last.start < before.start + before.length) {
        refuse("this detour begins before the one above has ended");
      }
    }
    if (trace.period > 0 && (trace.period <= end || trace.period > kNoDetour / 4)) {
      refuse("the period must be longer than the end of the last detour, " + format_time(end));
    }
  }

  std::string file_;
  std::ifstream input_;
  std::int64_t number_ = 0;
};

}  // namespace

NoiseModel parse_noise(const std::string& text, std::uint64_t seed) {
  NoiseModel model;
  model.seed = seed;
  const std::string_view all = text;
  const std::size_t colon = all.find(':');
  const std::string_view kind = all.substr(0, colon);
  const std::string_view rest = colon == std::string_view::npos ? "" : all.substr(colon + 1);
  if (kind == "exponential") {
    model.kind = NoiseModel::Kind::kExponential;
    return parse_distribution(std::move(model), rest);
  }
  if (kind == "periodic") {
    model.kind = NoiseModel::Kind::kPeriodic;
    return parse_distribution(std::move(model), rest);
  }
  if (kind == "trace") {
    model.kind = NoiseModel::Kind::kTrace;
    model.trace = std::make_shared<const NoiseTrace>(TraceReader(std::string(rest)).read());
    return model;
  }
  throw Error(ErrorKind::kUsage, "--noise '" + text + "' is unknown; accepted: exponential:LENGTH@INTERVAL, " +
                                     "periodic:LENGTH@INTERVAL, trace:FILE");
}

Noise::Noise(NoiseModel model, Rank ranks) : model_(std::move(model)), ranks_(static_cast<std::size_t>(ranks)) {
  for (Rank rank = 0; rank < ranks; ++rank) {
    begin(rank, ranks_[static_cast<std::size_t>(rank)]);
  }
}

double Noise::chance(Rank rank, OfRank& at) const {
  const std::uint64_t bits = mix(mix(model_.seed, static_cast<std::uint64_t>(rank)), at.drawn++) >> 11U;
  return (static_cast<double>(bits) + 0.5) * 0x1p-53;
}

Picoseconds Noise::exponential(Picoseconds mean, Rank rank, OfRank& at) const {
  return 1 + static_cast<Picoseconds>(-std::log(chance(rank, at)) * static_cast<double>(mean));
}

void Noise::begin(Rank rank, OfRank& at) {
  switch (model_.kind) {
    case NoiseModel::Kind::kNone:
      at.next.start = kNoDetour;
      return;
    case NoiseModel::Kind::kExponential:
      advance(rank, at);
      return;
    case NoiseModel::Kind::kPeriodic:
      at.next = {static_cast<Picoseconds>(chance(rank, at) * static_cast<double>(model_.interval)), model_.length};
      return;
    case NoiseModel::Kind::kTrace:
      at.turn = -static_cast<Picoseconds>(chance(rank, at) * static_cast<double>(model_.trace->period));
      at.drawn = 0;
      do {
        advance(rank, at);
      } while (at.next.start + at.next.length <= 0);
      return;
  }
}

void Noise::advance(Rank rank, OfRank& at) {
  switch (model_.kind) {
    case NoiseModel::Kind::kNone:
      return;
    case NoiseModel::Kind::kExponential:
      at.next.start += at.next.length + exponential(model_.interval, rank, at);
      at.next.length = exponential(model_.length, rank, at);
      return;
    case NoiseModel::Kind::kPeriodic:
      at.next.start += model_.interval;
      return;
    case NoiseModel::Kind::kTrace: {
      const std::vector<Detour>& detours = model_.trace->detours;
      if (detours.empty()) {
        at.next.start = kNoDetour;
        return;
      }
      if (at.drawn == detours.size()) {
        at.drawn = 0;
        at.turn += model_.trace->period;
      }
      at.next = detours[at.drawn++];
      at.next.start += at.turn;
      return;
    }
  }
}

}  // namespace ringwood
