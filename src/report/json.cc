#include "report/json.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "detectors.h"
#include "figures.h"
#include "json_value.h"
#include "markup.h"
#include "report/record.h"

namespace report {
namespace {

// The double nearest to its own nine digits, which prints as just these.
Json number(double value) {
  const std::string text = nine_digits(value);
  double rounded = 0;
  const auto end = text.data() + text.size();
  return std::from_chars(text.data(), end, rounded).ec == std::errc{} ? Json(rounded) : Json();
}

Json number(const std::optional<double>& value) {
  return value ? number(*value) : Json();
}

Json tasks(const check::Account& account) {
  return {{"offered", account.offered},
          {"done", account.done},
          {"failed", account.failed},
          {"lost", account.lost},
          {"duplicated", account.duplicated}};
}

// What the number counts as it stands: a share of 0.99, not 99 %.
std::string_view unit_of(const scenario::Metric& metric) {
  switch (metric.unit) {
    case scenario::Unit::kSeconds:
      return "s";
    case scenario::Unit::kShare:
      return "share";
    case scenario::Unit::kPerSecond:
      return "per_s";
    case scenario::Unit::kDollars:
      return "usd";
    case scenario::Unit::kCount:
      break;
  }
  return "count";
}

// In the catalogue's order.
Json metrics(const lab::Estimates& estimates) {
  Json object = Json::object();
  for (const scenario::Metric& metric : scenario::metrics()) {
    const auto found = estimates.find(metric.name);
    if (found == estimates.end()) {
      continue;
    }
    const lab::MetricEstimate& estimate = found->second;
    object[std::string(metric.name)] = {
        {"value", number(estimate.value)},     {"ci_low", number(estimate.ci_low)},
        {"ci_high", number(estimate.ci_high)}, {"n", estimate.n},
        {"infinite", estimate.infinite},       {"unit", unit_of(metric)}};
  }
  return object;
}

// Summed over the runs of a case, in the order of the first.
Json invariants(const lab::CaseResult& result) {
  Json object = Json::object();
  for (const lab::RunResult& run : result.runs) {
    for (const check::Invariant& invariant : run.invariants) {
      Json& entry = object[invariant.name];
      if (entry.is_null()) {
        entry = {{"checked", std::uint64_t{0}}, {"violated", std::uint64_t{0}}};
      }
      entry["checked"] = entry["checked"].get<std::uint64_t>() + invariant.checked;
      entry["violated"] = entry["violated"].get<std::uint64_t>() + invariant.violated;
    }
  }
  return object;
}

// By kind over the runs of a case: how many were planned and how many of these hit something.
Json faults(const lab::CaseResult& result) {
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> kinds;
  for (const lab::RunResult& run : result.runs) {
    for (const lab::FaultRecord& fault : run.faults) {
      auto& [planned, acted] = kinds[fault.kind];
      ++planned;
      acted += fault.acted > 0 ? 1U : 0U;
    }
  }
  Json array = Json::array();
  for (const auto& [kind, counts] : kinds) {
    array.push_back({{"kind", kind}, {"planned", counts.first}, {"acted", counts.second}});
  }
  return array;
}

Json seconds_since_load(const std::optional<core::Time>& at) {
  return at ? number(core::to_seconds(lab::since_load(*at))) : Json();
}

// Of the runs that are told in full: those of the first seed, and failures.
Json alerts(const lab::CaseResult& result) {
  Json array = Json::array();
  for (const lab::RunResult& run : result.runs) {
    for (const lab::AlertRecord& alert : run.alerts) {
      array.push_back({{"run", run.id()},
                       {"subject", alert.subject},
                       {"kind", alert.kind},
                       {"text", alert.text},
                       {"raised_s", seconds_since_load(alert.raised)},
                       {"cleared_s", seconds_since_load(alert.cleared)},
                       {"value", alert.value},
                       {"worst", alert.worst},
                       {"threshold", alert.threshold}});
    }
  }
  return array;
}

// Of the rings among the runs that are told in full.
Json stages(const lab::CaseResult& result) {
  Json array = Json::array();
  for (const lab::RunResult& run : result.runs) {
    for (const lab::StageResult& stage : run.stages) {
      array.push_back({{"run", run.id()},
                       {"stage", stage.name},
                       {"agents", stage.agents},
                       {"items", stage.items},
                       {"work_mean_s", number(stage.work_mean_s)},
                       {"wait_mean_s", number(stage.wait_mean_s)},
                       {"hop_mean_s", number(stage.hop_mean_s)},
                       {"latency_p50_s", number(stage.latency_p50_s)},
                       {"latency_p99_s", number(stage.latency_p99_s)},
                       {"in_use", number(stage.in_use)},
                       {"peak", stage.peak},
                       {"breaker_opens", stage.breaks},
                       {"slow", stage.slow}});
    }
  }
  return array;
}

// Of the runs that are told in full.
Json agents(const lab::CaseResult& result) {
  Json array = Json::array();
  for (const lab::RunResult& run : result.runs) {
    for (const lab::AgentResult& agent : run.agents) {
      array.push_back({{"run", run.id()},
                       {"agent", agent.name},
                       {"strategy", agent.strategy},
                       {"tasks", agent.tasks},
                       {"profit_loss", number(agent.profit_loss_dollars)}});
    }
  }
  return array;
}

Json variants(const lab::CaseResult& result) {
  Json array = Json::array();
  for (const lab::VariantResult& variant : lab::variants_of(result)) {
    // Equal for all its seeds.
    const auto run = std::ranges::find(result.runs, variant.run, &lab::RunResult::run);
    array.push_back({{"run", variant.run},
                     {"schedule", hex16(run->schedule)},
                     {"verdict", lab::name_of(variant.verdict)},
                     {"tasks", tasks(variant.account)},
                     {"metrics", metrics(variant.metrics)},
                     {"spof", variant.spof},
                     {"spof_nodes", variant.spof_nodes}});
  }
  return array;
}

Json case_object(const lab::CaseResult& result) {
  return {{"pattern", result.pattern},
          {"case", result.case_name},
          {"verdict", lab::name_of(result.verdict)},
          {"reason", result.reason},
          {"fingerprint", hex16(result.fingerprint)},
          {"virtual_s", number(result.virtual_s)},
          {"wall_s", number(result.wall_s)},
          {"tasks", tasks(result.account)},
          {"metrics", metrics(result.metrics)},
          {"variants", variants(result)},
          {"invariants", invariants(result)},
          {"faults", faults(result)},
          {"stages", stages(result)},
          {"agents", agents(result)},
          {"alerts", alerts(result)}};
}

// Rows and differences of the comparison across patterns.
Json figures(const std::vector<PatternFigures>& rows) {
  Json array = Json::array();
  for (const PatternFigures& row : rows) {
    Json values = Json::array();
    for (std::size_t i = 0; i < kFigureColumns.size(); ++i) {
      const auto& one = row.values[i];
      if (!one) {
        continue;
      }
      const bool known = one->runs > 0;
      const Json none;
      values.push_back({{"metric", kFigureColumns[i].metric},
                        {"under", one->schedule},
                        {"value", known ? number(one->estimate.value) : none},
                        {"ci_low", known ? number(one->estimate.interval.low) : none},
                        {"ci_high", known ? number(one->estimate.interval.high) : none},
                        {"n", one->runs},
                        {"infinite", one->infinite},
                        {"without", one->without}});
    }
    array.push_back({{"name", row.name},
                     {"spof", row.spof},
                     {"schedules", row.schedules},
                     {"prices", row.prices},
                     {"regions", row.regions},
                     {"values", std::move(values)}});
  }
  return array;
}

Json comparison(const Across& across) {
  return {{"title", across.title},
          {"rows", figures(across.rows)},
          {"differences", figures(across.differences)},
          {"order", across.order}};
}

}  // namespace

std::string suite_json(const lab::SuiteResult& suite, const std::vector<std::string>& warnings) {
  Json cases = Json::array();
  for (const lab::CaseResult& result : suite.cases) {
    cases.push_back(case_object(result));
  }
  Json object = {{"suite", suite.suite},
                 {"build", suite.build},
                 {"world", suite.world},
                 {"seed", suite.seed},
                 {"fingerprint", hex16(suite.fingerprint)},
                 {"wall_s", number(suite.wall_s)},
                 {"verdict", lab::name_of(suite.verdict)},
                 {"interrupted", suite.interrupted},
                 {"cases", std::move(cases)}};
  if (!warnings.empty()) {
    object["warnings"] = warnings;
  }
  const std::vector<Across> compared = comparisons(suite);
  for (std::size_t i = 0; i < compared.size(); ++i) {
    if (i == 0) {
      object["comparison"] = comparison(compared[i]);
    } else {
      object["further_comparisons"].push_back(comparison(compared[i]));
    }
  }
  if (Json detectors = detectors_json(suite); !detectors.is_null()) {
    object["detectors"] = std::move(detectors);
  }
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string stored_json(const lab::SuiteResult& suite) {
  std::string text = suite_json(suite);
  text.pop_back();
  return text + ",\"records\":" + suite_record(suite) + "}";
}

}  // namespace report
