#include "lab/cost.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace lab {
namespace {

constexpr std::size_t kColumns = 5;
constexpr std::size_t kDecimals = 12;
constexpr std::uint64_t kMebibyte = 1ULL << 20U;
constexpr double kPico = 1e-12;

std::vector<std::string_view> split(std::string_view text, char by, std::size_t most) {
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < most && text.find(by) != std::string_view::npos) {
    parts.push_back(text.substr(0, text.find(by)));
    text.remove_prefix(text.find(by) + 1);
  }
  parts.push_back(text);
  return parts;
}

// "0.0000045" exactly; nothing where it is no plain decimal below a million dollars.
std::optional<std::int64_t> picodollars(std::string_view text) {
  const std::size_t dot = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, dot));
  std::string fraction(dot < text.size() ? text.substr(dot + 1) : "");
  if (digits.empty() || digits.size() > 6 || fraction.size() > kDecimals) {
    return std::nullopt;
  }
  fraction.resize(kDecimals, '0');
  digits += fraction;
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = problem == std::errc() && end == digits.data() + digits.size() && value >= 0;
  return whole ? std::optional(value) : std::nullopt;
}

std::string dollars_text(std::int64_t picodollars) {
  std::string text = std::to_string(picodollars);
  if (text.size() <= kDecimals) {
    text.insert(0, kDecimals + 1 - text.size(), '0');
  }
  text.insert(text.size() - kDecimals, ".");
  text.erase(text.find_last_not_of('0') + 1);
  return "$" + (text.back() == '.' ? text.substr(0, text.size() - 1) : text);
}

}  // namespace

std::string PriceRow::text() const {
  return provider + ", read " + read_on + ": " + dollars_text(picodollars_per_vcpu_s) +
         " per vCPU-s and " + dollars_text(picodollars_per_gib_s) + " per GiB-s (" + source + ")";
}

core::Result<PriceRow> price_of(std::string_view csv, std::string_view provider) {
  std::string known;
  std::size_t number = 0;
  bool header = false;
  for (const std::string_view line : split(csv, '\n', csv.size() + 1)) {
    ++number;
    if (line.empty() || line.front() == '#') {
      continue;
    }
    if (!std::exchange(header, true)) {
      continue;
    }
    const auto cells = split(line, ',', kColumns);
    const auto cpu = cells.size() == kColumns ? picodollars(cells[2]) : std::nullopt;
    const auto memory = cells.size() == kColumns ? picodollars(cells[3]) : std::nullopt;
    if (!cpu || !memory || cells[1].empty()) {
      return core::fail(core::Code::kInvalid,
                        "line " + std::to_string(number) +
                            " of the prices is not provider,read_on,dollars_per_vcpu_s,"
                            "dollars_per_gib_s,source");
    }
    if (cells[0] == provider) {
      return PriceRow{std::string(cells[0]), std::string(cells[1]), *cpu, *memory,
                      std::string(cells[4])};
    }
    known += (known.empty() ? "" : ", ") + std::string(cells[0]);
  }
  return core::fail(core::Code::kInvalid, "the prices have no provider '" + std::string(provider) +
                                              "'; they have: " + known);
}

std::vector<Allocation> allocations(const std::vector<sandbox_sim::Lifetime>& lives,
                                    core::Time from, core::Time until) {
  std::vector<Allocation> made;
  for (const sandbox_sim::Lifetime& life : lives) {
    const core::Time begins = std::max(from, core::at(life.info.asked_at));
    const core::Time ends = life.ended_at ? std::min(until, core::at(*life.ended_at)) : until;
    if (ends > begins) {
      made.push_back({ends - begins, life.info.spec.vcpu, life.info.spec.memory_bytes});
    }
  }
  return made;
}

std::int64_t cost_picodollars(const std::vector<Allocation>& allocations, const PriceRow& prices) {
  std::int64_t sum = 0;
  for (const Allocation& one : allocations) {
    const auto mebibytes = static_cast<std::int64_t>(one.memory_bytes / kMebibyte);
    const std::int64_t each_second =
        prices.picodollars_per_vcpu_s * one.vcpu + prices.picodollars_per_gib_s * mebibytes / 1024;
    sum += each_second * (one.held / core::milliseconds(1)) / 1000;
  }
  return sum;
}

void measure_cost(const std::vector<Allocation>& allocations, core::Duration busy, double done,
                  const std::optional<PriceRow>& prices, Metrics& metrics) {
  double held = 0;
  double vcpu_seconds = 0;
  for (const Allocation& one : allocations) {
    held += core::to_seconds(one.held);
    vcpu_seconds += core::to_seconds(one.held) * one.vcpu;
  }
  metrics["sandbox_seconds"] = held;
  if (vcpu_seconds > 0) {
    metrics["waste"] = 1 - core::to_seconds(busy) / vcpu_seconds;
  }
  const auto cost = prices ? static_cast<double>(cost_picodollars(allocations, *prices)) : 0.0;
  if (prices && (done > 0 || cost > 0)) {
    metrics["cost_per_1k"] = done > 0 ? cost * kPico / done * 1000 : kNever;
  }
}

}  // namespace lab
