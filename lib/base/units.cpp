#include "base/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr double kKibi = 1024.0;
constexpr double kMebi = kKibi * kKibi;
constexpr double kGibi = kMebi * kKibi;
constexpr double kTebi = kGibi * kKibi;

constexpr Unit kByteUnits[] = {{"", 1},      {"B", 1},       {"kB", 1e3},    {"KB", 1e3},    {"MB", 1e6},   {"GB", 1e9},
                               {"TB", 1e12}, {"KiB", kKibi}, {"MiB", kMebi}, {"GiB", kGibi}, {"TiB", kTebi}};

/// Bytes per second; the spellings of one unit stand together.
constexpr Unit kRateUnits[] = {
    {"B/s", 1},           {"Bps", 1},          {"kB/s", 1e3},       {"kBps", 1e3},     {"MB/s", 1e6},
    {"MBps", 1e6},        {"GB/s", 1e9},       {"GBps", 1e9},       {"TB/s", 1e12},    {"TBps", 1e12},
    {"KiB/s", kKibi},     {"MiB/s", kMebi},    {"GiB/s", kGibi},    {"TiB/s", kTebi},  {"KiBps", kKibi},
    {"MiBps", kMebi},     {"GiBps", kGibi},    {"TiBps", kTebi},    {"bit/s", 0.125},  {"b/s", 0.125},
    {"bps", 0.125},       {"kbit/s", 0.125e3}, {"kb/s", 0.125e3},   {"kbps", 0.125e3}, {"Mbit/s", 0.125e6},
    {"Mb/s", 0.125e6},    {"Mbps", 0.125e6},   {"Gbit/s", 0.125e9}, {"Gb/s", 0.125e9}, {"Gbps", 0.125e9},
    {"Tbit/s", 0.125e12}, {"Tb/s", 0.125e12},  {"Tbps", 0.125e12}};

/// Picoseconds.
constexpr Unit kTimeUnits[] = {{"ps", 1}, {"ns", 1e3}, {"us", 1e6}, {"µs", 1e6}, {"μs", 1e6}, {"ms", 1e9}, {"s", 1e12}};

constexpr std::string_view kBytesAccepted =
    "a number of bytes such as 8, 64KiB or 1MB (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB)";
constexpr std::string_view kRateAccepted = "a number above 0 with a unit, such as 25GB/s, 200Gbit/s or 100Gbps";
constexpr std::string_view kTimeAccepted = "a number with a unit, such as 2.5us (ps, ns, us, ms, s)";

/// No list that somebody means is longer; one that is would fill the memory.
constexpr std::size_t kMostValues = 1'000'000;

[[noreturn]] void refuse(std::string_view what, std::string_view text, std::string_view reason,
                         std::string_view accepted) {
  constexpr std::size_t kShown = 80;
  std::string shown(text.substr(0, kShown));
  if (text.size() > kShown) {
    shown += "...";
  }
  throw Error(ErrorKind::kUsage, std::string(what) + " '" + shown + "': " + std::string(reason) + "; accepted is " +
                                     std::string(accepted));
}

[[nodiscard]] bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// What a text is about, for messages.
struct Subject {
  std::string_view what;
  std::string_view text;
  std::string_view accepted;

  [[noreturn]] void refuse_because(std::string_view reason) const { refuse(what, text, reason, accepted); }
};

/// The number in front of `rest`, which is left with what follows it.
[[nodiscard]] double leading_number(const Subject& subject, std::string_view& rest) {
  if (rest.empty()) {
    subject.refuse_because("empty");
  }
  if (rest.front() == '-') {
    subject.refuse_because("negative");
  }
  if (!is_digit(rest.front())) {
    subject.refuse_because("not a number");
  }
  double value = 0;
  const auto result = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (result.ec != std::errc() || !std::isfinite(value)) {
    subject.refuse_because("number out of range");
  }
  rest.remove_prefix(static_cast<std::size_t>(result.ptr - rest.data()));
  return value;
}

[[nodiscard]] double factor_of(const Subject& subject, std::string_view unit, std::span<const Unit> units) {
  for (const Unit& known : units) {
    if (known.name == unit) {
      return known.factor;
    }
  }
  subject.refuse_because(unit.empty() ? "the unit is missing" : "unknown unit '" + std::string(unit) + "'");
}

/// Digits only, so that sizes above 2^53 stay exact; false if it is not an integer.
[[nodiscard]] bool whole_number(std::string_view digits, std::uint64_t& value) {
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return result.ec == std::errc() && result.ptr == digits.data() + digits.size();
}

[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = text.find(separator); at != std::string_view::npos; at = text.find(separator)) {
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  parts.push_back(text);
  return parts;
}

using ParseValue = std::int64_t (*)(std::string_view);

/// How a range goes on: by a factor or by a term.
struct Step {
  bool multiplies = true;
  std::int64_t by = 2;
};

[[nodiscard]] Step take_step(const Subject& subject, std::string_view& end, ParseValue parse) {
  const std::size_t at = end.find_first_of("*+");
  if (at == std::string_view::npos) {
    return {};
  }
  const Step step = {end[at] == '*', end[at] == '*' ? parse_integer(end.substr(at + 1), {2, 1'000'000'000}, "factor")
                                                    : parse(end.substr(at + 1))};
  if (step.by < 1) {
    subject.refuse_because("the step is 0");
  }
  end = end.substr(0, at);
  return step;
}

void append_range(const Subject& subject, std::string_view item, ParseValue parse, std::vector<std::int64_t>& values) {
  const std::size_t dots = item.find("..");
  if (dots == std::string_view::npos) {
    values.push_back(parse(item));
    return;
  }
  std::string_view end = item.substr(dots + 2);
  const Step step = take_step(subject, end, parse);
  const std::int64_t first = parse(item.substr(0, dots));
  const std::int64_t last = parse(end);
  if (first > last) {
    subject.refuse_because("the range '" + std::string(item) + "' ends before it begins");
  }
  if (step.multiplies && first == 0) {
    subject.refuse_because("the range '" + std::string(item) + "' multiplies from 0");
  }
  for (std::int64_t value = first;; value = step.multiplies ? value * step.by : value + step.by) {
    if (values.size() >= kMostValues) {
      subject.refuse_because("more than 1000000 values");
    }
    values.push_back(value);
    if (step.multiplies ? value > last / step.by : value > last - step.by) {
      return;
    }
  }
}

[[nodiscard]] std::vector<std::int64_t> parse_list(const Subject& subject, ParseValue parse) {
  std::vector<std::int64_t> values;
  for (const std::string_view item : split(subject.text, ',')) {
    if (item.empty()) {
      subject.refuse_because("an entry of the list is empty");
    }
    append_range(subject, item, parse, values);
  }
  return values;
}

/// Four significant digits without trailing zeros.
[[nodiscard]] std::string four_digits(double value) {
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, 4);
  return {buffer.data(), result.ptr};
}

[[nodiscard]] std::string with_unit(double value, std::span<const Unit> ascending) {
  const Unit* chosen = &ascending.front();
  for (const Unit& unit : ascending) {
    // 999.95 of a unit would be printed as 1000 of it.
    if (value >= unit.factor * 0.99995) {
      chosen = &unit;
    }
  }
  return four_digits(value / chosen->factor) + std::string(chosen->name);
}

}  // namespace

Bytes parse_bytes(std::string_view text, std::string_view what) {
  const Subject subject = {what, text, kBytesAccepted};
  std::string_view unit = text;
  const double number = leading_number(subject, unit);
  const double factor = factor_of(subject, unit, kByteUnits);
  std::uint64_t exact = 0;
  if (whole_number(text.substr(0, text.size() - unit.size()), exact)) {
    if (exact > static_cast<std::uint64_t>(std::numeric_limits<Bytes>::max()) / static_cast<std::uint64_t>(factor)) {
      subject.refuse_because("larger than 2^63 - 1 bytes");
    }
    return static_cast<Bytes>(exact * static_cast<std::uint64_t>(factor));
  }
  const double bytes = number * factor;
  if (bytes >= 0x1p63) {
    subject.refuse_because("larger than 2^63 - 1 bytes");
  }
  if (bytes != std::floor(bytes)) {
    subject.refuse_because("not a whole number of bytes");
  }
  return static_cast<Bytes>(bytes);
}

double parse_rate(std::string_view text, std::string_view what) {
  const Subject subject = {what, text, kRateAccepted};
  std::string_view unit = text;
  const double number = leading_number(subject, unit);
  const double rate = number * factor_of(subject, unit, kRateUnits);
  if (rate <= 0) {
    subject.refuse_because("a rate of 0");
  }
  // What the fixed point of simulated time (TimePerByte) holds with some digits.
  constexpr double kFastest = 1e18;
  constexpr double kSlowest = 1e3;
  if (rate > kFastest || rate < kSlowest) {
    subject.refuse_because("out of range, which is from 1kB/s to 1000000TB/s");
  }
  return rate;
}

double parse_picoseconds(std::string_view text, std::string_view what) {
  const Subject subject = {what, text, kTimeAccepted};
  std::string_view unit = text;
  const double number = leading_number(subject, unit);
  const double picoseconds = number * factor_of(subject, unit, kTimeUnits);
  // An hour: sums of a few thousand of them still fit 64 bits.
  if (picoseconds > 3600e12) {
    subject.refuse_because("longer than an hour");
  }
  return picoseconds;
}

Picoseconds parse_time(std::string_view text, std::string_view what) {
  return std::llround(parse_picoseconds(text, what));
}

std::int64_t parse_integer(std::string_view text, IntegerRange range, std::string_view what) {
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size() || value < range.minimum ||
      value > range.maximum) {
    throw Error(ErrorKind::kUsage, std::string(what) + " '" + std::string(text.substr(0, 80)) +
                                       "' is not an integer from " + std::to_string(range.minimum) + " to " +
                                       std::to_string(range.maximum));
  }
  return value;
}

std::uint64_t parse_seed(std::string_view text) {
  std::uint64_t value = 0;
  if (!whole_number(text, value)) {
    throw Error(ErrorKind::kUsage,
                "seed '" + std::string(text.substr(0, 80)) + "' is not an integer from 0 to 2^64 - 1");
  }
  return value;
}

double parse_ratio(std::string_view text, std::string_view what) {
  const Subject subject = {what, text, "a number above 0 such as 0.5, or a ratio such as 1:2"};
  std::string_view rest = text;
  double value = leading_number(subject, rest);
  if (!rest.empty() && rest.front() == ':') {
    rest.remove_prefix(1);
    value /= leading_number(subject, rest);
  }
  if (!rest.empty()) {
    subject.refuse_because("unexpected '" + std::string(rest) + "'");
  }
  if (!(value > 0) || !std::isfinite(value)) {
    subject.refuse_because("not above 0");
  }
  return value;
}

std::vector<std::int64_t> parse_dimensions(std::string_view text, IntegerRange range, std::string_view what) {
  constexpr std::size_t kMostDimensions = 64;
  std::vector<std::int64_t> sizes;
  for (const std::string_view item : split(text, 'x')) {
    if (sizes.size() == kMostDimensions) {
      refuse(what, text, "more than 64 numbers", "fewer of them");
    }
    sizes.push_back(parse_integer(item, range, what));
  }
  return sizes;
}

std::vector<Bytes> parse_bytes_list(std::string_view text) {
  return parse_list({"size", text, "sizes such as 8, 64KiB, 8,64,1KiB, 8..64MiB or 8..64MiB*4"},
                    [](std::string_view item) { return parse_bytes(item); });
}

std::vector<Rank> parse_ranks_list(std::string_view text) {
  const auto values =
      parse_list({"ranks", text, "numbers such as 8, 2,4,8, 2..1024 or 2..64+1"}, [](std::string_view item) {
        return parse_integer(item, {1, std::numeric_limits<Rank>::max()}, "number of ranks");
      });
  std::vector<Rank> ranks;
  ranks.reserve(values.size());
  for (const std::int64_t value : values) {
    ranks.push_back(static_cast<Rank>(value));
  }
  return ranks;
}

std::string format_bytes(Bytes bytes) {
  constexpr std::string_view kNames[] = {"", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit + 1 < std::size(kNames)) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + std::string(kNames[unit]);
}

std::string format_rate(double bytes_per_second) {
  static constexpr Unit kUnits[] = {{"B/s", 1},     {"kB/s", 1e3},  {"MB/s", 1e6}, {"GB/s", 1e9},
                                    {"TB/s", 1e12}, {"PB/s", 1e15}, {"EB/s", 1e18}};
  return with_unit(bytes_per_second, kUnits);
}

std::string format_time(Picoseconds time) {
  static constexpr Unit kUnits[] = {{"ps", 1}, {"ns", 1e3}, {"us", 1e6}, {"ms", 1e9}, {"s", 1e12}};
  return with_unit(static_cast<double>(time), kUnits);
}

}  // namespace ringwood
