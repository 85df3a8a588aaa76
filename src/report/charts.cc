#include "charts.h"

#include <charconv>
#include <cmath>

#include "json_value.h"
#include "lab/deployment.h"
#include "markup.h"

namespace report {
namespace {

constexpr double kBinsPerSecond = 10;

// Charts need no more than a pixel.
double four_digits(double value) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::general, 4).ptr;
  double rounded = 0;
  std::from_chars(text, end, rounded);
  return rounded;
}

std::size_t bins_to_merge(const std::vector<lab::Bin>& bins) {
  constexpr std::uint64_t kTasksWanted = 10;
  std::uint64_t due = 0;
  for (const lab::Bin& bin : bins) {
    due += bin.due;
  }
  for (const std::size_t merged : {1U, 2U, 5U}) {
    if (due * merged >= kTasksWanted * bins.size()) {
      return merged;
    }
  }
  return 10;
}

struct Merged {
  std::uint32_t due = 0;
  std::uint32_t good = 0;
  double latency_sum_s = 0;
  std::size_t bins = 0;
};

std::vector<Merged> merge(const std::vector<lab::Bin>& bins, std::size_t factor) {
  std::vector<Merged> merged((bins.size() + factor - 1) / factor);
  for (std::size_t i = 0; i < bins.size(); ++i) {
    Merged& into = merged[i / factor];
    into.due += bins[i].due;
    into.good += bins[i].good;
    into.latency_sum_s += bins[i].latency_mean_s * bins[i].good;
    ++into.bins;
  }
  return merged;
}

Json bands(const lab::RunResult& run, double end_s) {
  Json array = Json::array();
  for (const lab::FaultRecord& fault : run.faults) {
    if (!fault.began) {
      continue;
    }
    const double from = since_load(*fault.began);
    const double to = fault.ended ? since_load(*fault.ended) : end_s;
    array.push_back({{"from", four_digits(from)},
                     {"to", four_digits(std::fmin(to, end_s))},
                     {"text", fault.kind}});
  }
  return array;
}

}  // namespace

double since_load(core::Time at) {
  return core::to_seconds(lab::since_load(at));
}

std::vector<Flag> leadership_flags(const lab::RunResult& run) {
  std::vector<Flag> flags;
  for (std::size_t i = 0; i < run.milestones.size(); ++i) {
    const std::string& text = run.milestones[i].text;
    if (text.starts_with("leads ") || text.starts_with("steps down")) {
      flags.push_back({i, flags.size() + 1});
    }
  }
  return flags;
}

Json chart_data(const lab::RunResult& run) {
  const std::size_t factor = bins_to_merge(run.bins);
  const double end_s = static_cast<double>(run.bins.size()) / kBinsPerSecond;
  Json offered = Json::array();
  Json goodput = Json::array();
  Json latency = Json::array();
  Json late = Json::array();
  for (const Merged& bin : merge(run.bins, factor)) {
    const double lasts_s = static_cast<double>(bin.bins) / kBinsPerSecond;
    offered.push_back(four_digits(bin.due / lasts_s));
    goodput.push_back(four_digits(bin.good / lasts_s));
    latency.push_back(bin.good > 0 ? Json(four_digits(bin.latency_sum_s / bin.good * 1e3))
                                   : Json());
    late.push_back(bin.due - bin.good);
  }
  Json flags = Json::array();
  for (const Flag& flag : leadership_flags(run)) {
    flags.push_back({{"at", four_digits(since_load(run.milestones[flag.milestone].at))},
                     {"number", flag.number}});
  }
  return {{"step", static_cast<double>(factor) / kBinsPerSecond},
          {"end", end_s},
          {"offered", std::move(offered)},
          {"goodput", std::move(goodput)},
          {"latency", std::move(latency)},
          {"late", std::move(late)},
          {"bands", bands(run, end_s)},
          {"flags", std::move(flags)}};
}

std::string chart_json(const lab::RunResult& run) {
  std::string safe;
  for (const char c : chart_data(run).dump(-1, ' ', true, Json::error_handler_t::replace)) {
    if (c == '<' || c == '>' || c == '&') {
      safe += c == '<' ? "\\u003c" : c == '>' ? "\\u003e" : "\\u0026";
    } else {
      safe += c;
    }
  }
  return safe;
}

}  // namespace report
