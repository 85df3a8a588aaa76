#include "stats/summary.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/check.h"

namespace stats {
namespace {

constexpr double kRounding = 1e-9;
constexpr int kDigits = 4;

bool has_nan(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}

}  // namespace

std::size_t quantile_rank(std::size_t count, double p) {
  core::check(count > 0, "a quantile is of at least one value");
  core::check(p >= 0 && p <= 1, "a quantile's share lies between 0 and 1");
  const double exact = p * static_cast<double>(count);
  const auto rank = static_cast<std::size_t>(std::ceil(exact * (1 - kRounding)));
  return std::clamp<std::size_t>(rank, 1, count);
}

double quantile(std::span<const double> ascending, double p) {
  const double value = ascending[quantile_rank(ascending.size(), p) - 1];
  core::check(!std::isnan(value), "a quantile is of numbers");
  return value;
}

double quantile_of(std::vector<double> values, double p) {
  core::check(!has_nan(values), "a quantile is of numbers");
  const std::size_t rank = quantile_rank(values.size(), p);
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

std::string short_text(double value) {
  std::array<char, 32> text{};
  const auto [end, problem] = std::to_chars(text.data(), text.data() + text.size(), value,
                                            std::chars_format::general, kDigits);
  core::check(problem == std::errc(), "four digits fit");
  return {text.data(), end};
}

std::string quantile_text(double seconds, double deadline_s) {
  core::check(!std::isnan(seconds), "a quantile is a number");
  return (std::isinf(seconds) ? ">" + short_text(deadline_s) : short_text(seconds)) + " s";
}

Shares shares(std::span<const double> work) {
  core::check(!work.empty() && !has_nan(work), "shares are of at least one agent's work");
  const auto [least, most] = std::minmax_element(work.begin(), work.end());
  core::check(*least >= 0, "work is never negative");
  const double total = std::accumulate(work.begin(), work.end(), 0.0);
  if (total == 0) {
    return {};
  }
  const double ratio = *least > 0 ? *most / *least : std::numeric_limits<double>::infinity();
  return {.max = *most / total, .min = *least / total, .ratio = ratio};
}

}  // namespace stats
