#include "report/recommendation.h"

#include <cmath>

#include "json_value.h"
#include "markup.h"
#include "report/table.h"
#include "scenario/metrics.h"

namespace report {
namespace {

std::string objective_text(const std::string& name, double band) {
  const scenario::Metric* metric = scenario::find_metric(name);
  const bool higher = metric != nullptr && metric->better == scenario::Better::kHigher;
  const scenario::Unit unit = metric == nullptr ? scenario::Unit::kCount : metric->unit;
  return name + (higher ? " (higher is better), ±" : " (lower is better), ±") +
         with_unit(band, unit);
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

// Of a difference: which way it goes, where the runs can tell.
std::string_view change_of(const std::string& name, const stats::Interval& interval) {
  const scenario::Metric* metric = scenario::find_metric(name);
  const bool higher = metric != nullptr && metric->better == scenario::Better::kHigher;
  if (interval.low <= 0 && interval.high >= 0) {
    return "not distinguishable";
  }
  return (interval.low > 0) == higher ? "better" : "worse";
}

std::string difference_text(const lab::Recommendation& made, const std::string& name,
                            const std::optional<stats::Estimate>& difference) {
  if (!difference) {
    return "–";
  }
  std::string text = (difference->value > 0 ? "+" : "") + estimate_text(name, *difference);
  return made.ranked ? text + ", " + std::string(change_of(name, difference->interval)) : text;
}

// The metrics with their schedules.
std::vector<std::string> columns(const lab::Recommendation& made) {
  std::vector<std::string> titles;
  for (std::size_t i = 0; i < made.objectives.size(); ++i) {
    const std::string& schedule = made.schedules[i];
    titles.push_back(made.objectives[i] + (schedule.empty() ? "" : " (" + schedule + ")"));
  }
  return titles;
}

std::string candidates_text(const lab::Recommendation& made) {
  std::vector<std::string> head = {"candidate"};
  if (made.ranked) {
    head.insert(head.end(), {"best", "on the front"});
  }
  const std::vector<std::string> titles = columns(made);
  head.insert(head.end(), titles.begin(), titles.end());
  Table table(head);
  for (const lab::Candidate& one : made.candidates) {
    std::vector<std::string> row = {one.name};
    if (made.ranked) {
      row.push_back(with_unit(one.best_share, scenario::Unit::kShare));
      row.push_back(with_unit(one.front_share, scenario::Unit::kShare));
    }
    for (std::size_t i = 0; i < made.objectives.size(); ++i) {
      row.push_back(estimate_text(made.objectives[i], one.objectives[i]));
    }
    table.add(std::move(row));
  }
  return table.text();
}

std::string policies_text(const lab::Recommendation& made) {
  if (made.policies.empty()) {
    return {};
  }
  std::vector<std::string> head = {"policy", "seeds"};
  const std::vector<std::string> titles = columns(made);
  head.insert(head.end(), titles.begin(), titles.end());
  Table table(head);
  for (const lab::PolicyEffect& one : made.policies) {
    std::vector<std::string> row = {one.name + " less " + one.base, std::to_string(one.seeds)};
    for (std::size_t i = 0; i < made.objectives.size(); ++i) {
      row.push_back(difference_text(made, made.objectives[i], one.differences[i]));
    }
    table.add(std::move(row));
  }
  return "\npolicies, as the difference from the topology that they are laid over:\n" +
         table.text();
}

Json estimate_object(const stats::Estimate& estimate) {
  return {{"value", finite(estimate.value)},
          {"ci_low", finite(estimate.interval.low)},
          {"ci_high", finite(estimate.interval.high)}};
}

Json policies(const lab::Recommendation& made) {
  Json array = Json::array();
  for (const lab::PolicyEffect& one : made.policies) {
    Json differences = Json::object();
    for (std::size_t i = 0; i < made.objectives.size(); ++i) {
      const auto& difference = one.differences[i];
      differences[made.objectives[i]] = difference ? estimate_object(*difference) : Json();
    }
    array.push_back({{"name", one.name},
                     {"base", one.base},
                     {"runs", one.seeds},
                     {"differences", std::move(differences)}});
  }
  return array;
}

}  // namespace

std::string recommendation_text(const lab::Recommendation& made) {
  const lab::Preset* preset = lab::find_preset(made.preset);
  std::string text = "for " + made.preset;
  text += preset == nullptr ? "\n" : ": " + std::string(preset->meaning) + "\n";
  text +=
      "objectives, each with its band: less difference than that counts for nothing, and among\n"
      "those on the front that are so close to the best the next objective decides:";
  for (std::size_t i = 0; i < made.objectives.size(); ++i) {
    text += "\n  " + objective_text(made.objectives[i], made.bands[i]);
  }
  for (const std::string& name : made.left_out) {
    text += "\n  left out, as not every run has it, or it never came in one: " + name;
  }
  text += "\nruns of " + valid_text(made.scenario) + ", " + std::to_string(made.seeds) +
          " seeds that all candidates share\n\n";
  text += candidates_text(made) + policies_text(made) + "\n" + made.answer + "\n";
  return made.more.empty() ? text : text + "To get them:\n" + made.more + "\n";
}

std::string recommendation_json(const lab::Recommendation& made) {
  Json candidates = Json::array();
  for (const lab::Candidate& one : made.candidates) {
    Json objectives = Json::object();
    for (std::size_t i = 0; i < made.objectives.size(); ++i) {
      objectives[made.objectives[i]] = estimate_object(one.objectives[i]);
    }
    candidates.push_back({{"name", one.name},
                          {"runs", one.runs},
                          {"best", made.ranked ? Json(one.best_share) : Json()},
                          {"on_front", made.ranked ? Json(one.front_share) : Json()},
                          {"objectives", std::move(objectives)}});
  }
  const Json object = {{"for", made.preset},
                       {"scenario", made.scenario},
                       {"objectives", made.objectives},
                       {"bands", made.bands},
                       {"schedules", made.schedules},
                       {"left_out", made.left_out},
                       {"seeds", made.seeds},
                       {"ranked", made.ranked},
                       {"verdict", lab::name_of(made.verdict)},
                       {"answer", made.answer},
                       {"more", made.more},
                       {"candidates", std::move(candidates)},
                       {"policies", policies(made)}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace report
