#include "build.h"
#include "section.h"

namespace scenario {

Provisioning build_provisioning(const Section& section) {
  Provisioning made;
  if (const Tree* replace = section.at("replace"); replace != nullptr) {
    made.replace = replace->text == "true";
  }
  const Section cold = section.section("cold_start");
  cold.duration("p50", made.cold_start_p50);
  cold.duration("p95", made.cold_start_p95);
  section.integer("warm", made.warm);
  section.percent("start_failure", made.start_failure_ppm);
  section.integer("concurrent_starts", made.concurrent_starts);
  section.integer("most", made.most);
  section.duration("lifetime", made.lifetime);
  return made;
}

std::optional<Defect> build_defect(const Section& pool) {
  if (!pool.has("defect")) {
    return std::nullopt;
  }
  const Section section = pool.section("defect");
  Defect made;
  section.percent("fail", made.fail_ppm);
  section.integer("fail_from", made.fail_from);
  section.percent("slow", made.slow_ppm);
  section.percent("drift", made.drift_ppm);
  return made;
}

std::vector<RateStep> build_rate_steps(const Section& workload) {
  std::vector<RateStep> steps;
  for (const Tree& item : workload.list("steps")) {
    const Section section(&item);
    RateStep step;
    section.duration("at", step.at);
    section.number("rate", Shape::kRate, step.rate_millitasks_per_s);
    steps.push_back(step);
  }
  return steps;
}

core::Result<std::optional<Follows>> build_follows(const Section& workload, FileContext& context,
                                                   const Source& source) {
  if (!workload.has("follows")) {
    return std::nullopt;
  }
  const Section section = workload.section("follows");
  Follows made;
  made.series = section.text("series");
  made.series_digest =
      TRY(read_series(*section.at("series"), "workload.follows.series", context, source));
  section.duration("bar_lasts", made.bar_lasts);
  section.duration("lag", made.lag);
  section.number("base", Shape::kRate, made.base_millitasks_per_s);
  section.number("per_point", Shape::kRate, made.per_point_millitasks_per_s);
  section.integer("above", made.above_points);
  section.percent("noise", made.noise_ppm);
  return made;
}

namespace {

ConcurrencyRule build_concurrency(const Section& section) {
  ConcurrencyRule rule;
  section.integer("per_agent", rule.per_agent);
  section.percent("target", rule.target_ppm);
  section.duration("stable_window", rule.stable_window);
  section.duration("panic_window", rule.panic_window);
  section.percent("panic", rule.panic_ppm);
  return rule;
}

core::Result<VolatilityRule> build_volatility(const Section& section, FileContext& context,
                                              const Source& source) {
  VolatilityRule rule;
  rule.series = section.text("series");
  rule.series_digest =
      TRY(read_series(*section.at("series"), "scaling.volatility.series", context, source));
  section.duration("bar_lasts", rule.bar_lasts);
  if (const Tree* shuffled = section.at("shuffled"); shuffled != nullptr) {
    rule.shuffled = shuffled->text == "true";
  }
  section.integer("low", rule.low_points);
  section.integer("high", rule.high_points);
  section.integer("hysteresis", rule.hysteresis_points);
  return rule;
}

}  // namespace

core::Result<std::optional<Scaling>> build_scaling(const Section& file, const Scenario& scenario,
                                                   FileContext& context, const Source& source) {
  if (!file.has("scaling")) {
    return std::nullopt;
  }
  const Section section = file.section("scaling");
  Scaling made;
  made.pool = section.has("pool") ? section.text("pool") : scenario.pools.front().name;
  section.integer("min", made.min);
  section.integer("max", made.max);
  if (section.has("utilisation")) {
    section.percent("utilisation", made.utilisation_ppm.emplace());
  }
  if (section.has("forecast")) {
    const Section inner = section.section("forecast");
    ForecastRule& rule = made.forecast.emplace();
    inner.duration("bin", rule.bin);
    inner.duration("season", rule.season);
    inner.percent("quantile", rule.quantile_ppm);
    inner.percent("utilisation", rule.utilisation_ppm);
  }
  if (section.has("volatility")) {
    made.volatility = TRY(build_volatility(section.section("volatility"), context, source));
  }
  const bool other = made.utilisation_ppm || made.forecast || made.volatility;
  if (section.has("concurrency") || !other) {
    made.concurrency = build_concurrency(section.section("concurrency"));
  }
  section.duration("stabilise_up", made.stabilise_up);
  section.duration("stabilise_down", made.stabilise_down);
  section.duration("cooldown_up", made.cooldown_up);
  section.duration("cooldown_down", made.cooldown_down);
  section.duration("pace_period", made.pace_period);
  section.duration("decide_every", made.decide_every);
  return made;
}

std::optional<Rollout> build_rollout(const Section& file) {
  if (!file.has("rollout")) {
    return std::nullopt;
  }
  const Section section = file.section("rollout");
  Rollout made;
  section.integer("version", made.version);
  section.word("kind", made.kind);
  section.duration("begins", made.begins);
  for (const Tree& item : section.list("steps")) {
    made.steps_ppm.push_back(number_of(Shape::kPercent, item.text));
  }
  section.duration("least_step", made.least_step);
  section.duration("soak", made.soak);
  section.duration("quiet", made.quiet);
  section.duration("inconclusive_after", made.inconclusive_after);
  section.word("on_inconclusive", made.on_inconclusive);
  section.percent("bad_errors", made.bad_error_ppm);
  return made;
}

std::optional<Upgrade> build_upgrade(const Section& file) {
  if (!file.has("upgrade")) {
    return std::nullopt;
  }
  const Section section = file.section("upgrade");
  Upgrade made;
  section.integer("version", made.version);
  section.duration("begins", made.begins);
  return made;
}

}  // namespace scenario
