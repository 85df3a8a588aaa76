#include "report/recommendation.h"

#include <cmath>

#include "json_value.h"
#include "markup.h"
#include "report/table.h"
#include "scenario/metrics.h"

namespace report {
namespace {

std::string objective_text(const std::string& name) {
  const scenario::Metric* metric = scenario::find_metric(name);
  const bool higher = metric != nullptr && metric->better == scenario::Better::kHigher;
  return name + (higher ? " (higher is better)" : " (lower is better)");
}

std::string estimate_text(const std::string& name, const stats::Estimate& estimate) {
  const scenario::Metric* metric = scenario::find_metric(name);
  const scenario::Unit unit = metric == nullptr ? scenario::Unit::kCount : metric->unit;
  const std::string value = with_unit(estimate.value, unit);
  if (!std::isfinite(estimate.interval.low) || !std::isfinite(estimate.interval.high)) {
    return value;
  }
  return value + " [" + with_unit(estimate.interval.low, unit) + ", " +
         with_unit(estimate.interval.high, unit) + "]";
}

}  // namespace

std::string recommendation_text(const lab::Recommendation& made) {
  const lab::Preset* preset = lab::find_preset(made.preset);
  std::string text = "for " + made.preset;
  text += preset == nullptr ? "\n" : ": " + std::string(preset->meaning) + "\n";
  text += "objectives, the first decides among those on the front:";
  for (const std::string& name : made.objectives) {
    text += "\n  " + objective_text(name);
  }
  for (const std::string& name : made.left_out) {
    text += "\n  left out, as not every run has it: " + name;
  }
  text += "\nruns of " + valid_text(made.scenario) + ", " + std::to_string(made.seeds) +
          " seeds that all candidates share\n\n";
  std::vector<std::string> head = {"candidate", "best", "on the front"};
  head.insert(head.end(), made.objectives.begin(), made.objectives.end());
  Table table(head);
  for (const lab::Candidate& one : made.candidates) {
    std::vector<std::string> row = {one.name, with_unit(one.best_share, scenario::Unit::kShare),
                                    with_unit(one.front_share, scenario::Unit::kShare)};
    for (std::size_t i = 0; i < made.objectives.size(); ++i) {
      row.push_back(estimate_text(made.objectives[i], one.objectives[i]));
    }
    table.add(std::move(row));
  }
  return text + table.text() + "\n" + made.answer + "\n";
}

std::string recommendation_json(const lab::Recommendation& made) {
  Json candidates = Json::array();
  for (const lab::Candidate& one : made.candidates) {
    Json objectives = Json::object();
    for (std::size_t i = 0; i < made.objectives.size(); ++i) {
      const stats::Estimate& estimate = one.objectives[i];
      objectives[made.objectives[i]] = {{"value", finite(estimate.value)},
                                        {"ci_low", finite(estimate.interval.low)},
                                        {"ci_high", finite(estimate.interval.high)}};
    }
    candidates.push_back({{"name", one.name},
                          {"runs", one.runs},
                          {"best", one.best_share},
                          {"on_front", one.front_share},
                          {"objectives", std::move(objectives)}});
  }
  const Json object = {{"for", made.preset},
                       {"scenario", made.scenario},
                       {"objectives", made.objectives},
                       {"left_out", made.left_out},
                       {"seeds", made.seeds},
                       {"verdict", lab::name_of(made.verdict)},
                       {"answer", made.answer},
                       {"candidates", std::move(candidates)}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace report
