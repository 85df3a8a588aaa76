#include "report/record.h"

#include <cmath>
#include <stdexcept>

#include "json_value.h"
#include "scenario/metrics.h"

namespace report {
namespace {

// Of suite_record(); another shape has another number.
constexpr int kSuiteFormat = 1;

// JSON has no infinity; a metric may be infinite.
Json stored_number(double value) {
  if (std::isfinite(value)) {
    return value;
  }
  return std::isnan(value) ? Json() : Json(value > 0 ? "inf" : "-inf");
}

double to_number(const Json& value) {
  if (value.is_string()) {
    const std::string& text = value.get_ref<const std::string&>();
    if (text != "inf" && text != "-inf") {
      throw std::invalid_argument("'" + text + "' is no number");
    }
    return text == "inf" ? HUGE_VAL : -HUGE_VAL;
  }
  return value.is_null() ? std::nan("") : value.get<double>();
}

template <class Value>
Value to_enum(const Json& json) {
  for (int i = 0; i <= static_cast<int>(last_value(Value{})); ++i) {
    if (json.get_ref<const std::string&>() == name_of(static_cast<Value>(i))) {
      return static_cast<Value>(i);
    }
  }
  throw std::invalid_argument("'" + json.get<std::string>() + "' is no value of its kind");
}

world_sim::StopReason to_stop_reason(const Json& json) {
  using world_sim::StopReason;
  for (const StopReason reason :
       {StopReason::kTimeReached, StopReason::kIdle, StopReason::kConditionMet,
        StopReason::kEventBudget, StopReason::kInterrupted}) {
    if (json.get_ref<const std::string&>() == name_of(reason)) {
      return reason;
    }
  }
  throw std::invalid_argument("'" + json.get<std::string>() + "' is no reason to stop");
}

Json time(const std::optional<core::Time>& at) {
  return at ? Json(core::to_ns(*at)) : Json();
}

std::optional<core::Time> to_time(const Json& json) {
  if (json.is_null()) {
    return {};
  }
  return core::at(core::Duration(json.get<std::int64_t>()));
}

core::Time to_moment(const Json& json) {
  return core::at(core::Duration(json.get<std::int64_t>()));
}

world::NodeId to_node(const Json& json) {
  return world::NodeId{json.get<std::uint32_t>()};
}

// Every list goes through these two, so that nothing is written that is not read.
template <class Items, class Write>
Json list(const Items& items, const Write& write) {
  Json array = Json::array();
  for (const auto& item : items) {
    array.push_back(write(item));
  }
  return array;
}

template <class Item, class Read>
std::vector<Item> to_list(const Json& array, const Read& read) {
  std::vector<Item> items;
  if (!array.is_array()) {
    throw std::invalid_argument("a list is no list");
  }
  for (const Json& item : array) {
    items.push_back(read(item));
  }
  return items;
}

Json violation(const check::Violation& one) {
  return {core::to_ns(one.at), one.who.value, one.what};
}

check::Violation to_violation(const Json& json) {
  return {to_moment(json.at(0)), to_node(json.at(1)), json.at(2).get<std::string>()};
}

Json account(const check::Account& one) {
  return {{"offered", one.offered},
          {"done", one.done},
          {"failed", one.failed},
          {"lost", one.lost},
          {"duplicated", one.duplicated},
          {"traded", one.traded},
          {"findings", list(one.findings, violation)}};
}

check::Account to_account(const Json& json) {
  check::Account one;
  json.at("offered").get_to(one.offered);
  json.at("done").get_to(one.done);
  json.at("failed").get_to(one.failed);
  json.at("lost").get_to(one.lost);
  json.at("duplicated").get_to(one.duplicated);
  json.at("traded").get_to(one.traded);
  one.findings = to_list<check::Violation>(json.at("findings"), to_violation);
  return one;
}

Json invariant(const check::Invariant& one) {
  return {{"name", one.name},
          {"checked", one.checked},
          {"violated", one.violated},
          {"applies", one.applies},
          {"first", list(one.first, violation)}};
}

check::Invariant to_invariant(const Json& json) {
  return {json.at("name").get<std::string>(), json.at("checked").get<std::uint64_t>(),
          json.at("violated").get<std::uint64_t>(), json.at("applies").get<bool>(),
          to_list<check::Violation>(json.at("first"), to_violation)};
}

Json fault(const lab::FaultRecord& one) {
  return {{"kind", one.kind},
          {"index", one.index},
          {"began", time(one.began)},
          {"ended", time(one.ended)},
          {"targets", list(one.targets, [](world::NodeId node) { return Json(node.value); })},
          {"acted", one.acted},
          {"on_leader", one.on_leader},
          {"detected", time(one.detected)},
          {"decided", time(one.decided)},
          {"recovered", time(one.recovered)},
          {"watched_until", time(one.watched_until)}};
}

lab::FaultRecord to_fault(const Json& json) {
  lab::FaultRecord one;
  json.at("kind").get_to(one.kind);
  json.at("index").get_to(one.index);
  one.began = to_time(json.at("began"));
  one.ended = to_time(json.at("ended"));
  one.targets = to_list<world::NodeId>(json.at("targets"), to_node);
  json.at("acted").get_to(one.acted);
  json.at("on_leader").get_to(one.on_leader);
  one.detected = to_time(json.at("detected"));
  one.decided = to_time(json.at("decided"));
  // Runs that were stored before these were measured have neither.
  one.recovered = to_time(json.value("recovered", Json()));
  one.watched_until = to_time(json.value("watched_until", Json()));
  return one;
}

Json check_result(const lab::CheckResult& one) {
  return {{"text", one.text},
          {"objective", one.objective},
          {"passed", one.passed},
          {"observed", one.observed},
          {"inconclusive", one.inconclusive}};
}

lab::CheckResult to_check_result(const Json& json) {
  return {json.at("text").get<std::string>(), json.at("objective").get<bool>(),
          json.at("passed").get<bool>(), json.at("observed").get<std::string>(),
          json.value("inconclusive", false)};
}

Json alert(const lab::AlertRecord& one) {
  return {{"raised", core::to_ns(one.raised)},
          {"cleared", time(one.cleared)},
          {"node", one.node.value},
          {"subject", one.subject},
          {"kind", one.kind},
          {"text", one.text},
          {"value", one.value},
          {"worst", one.worst},
          {"threshold", one.threshold}};
}

lab::AlertRecord to_alert(const Json& json) {
  lab::AlertRecord one;
  one.raised = to_moment(json.at("raised"));
  one.cleared = to_time(json.at("cleared"));
  one.node = to_node(json.at("node"));
  json.at("subject").get_to(one.subject);
  json.at("kind").get_to(one.kind);
  json.at("text").get_to(one.text);
  json.at("value").get_to(one.value);
  json.at("worst").get_to(one.worst);
  json.at("threshold").get_to(one.threshold);
  return one;
}

Json bin(const lab::Bin& one) {
  return {one.due, one.good, stored_number(one.latency_mean_s)};
}

lab::Bin to_bin(const Json& json) {
  return {json.at(0).get<std::uint32_t>(), json.at(1).get<std::uint32_t>(), to_number(json.at(2))};
}

Json milestone(const lab::Milestone& one) {
  return {core::to_ns(one.at), one.node.value, one.text};
}

lab::Milestone to_milestone(const Json& json) {
  return {to_moment(json.at(0)), to_node(json.at(1)), json.at(2).get<std::string>()};
}

Json link(const lab::LinkPicture& one) {
  return {one.from, one.to, one.proven};
}

lab::LinkPicture to_link(const Json& json) {
  return {json.at(0).get<std::string>(), json.at(1).get<std::string>(), json.at(2).get<bool>()};
}

Json stage(const lab::StageResult& one) {
  return {one.name,
          one.agents,
          one.items,
          stored_number(one.work_mean_s),
          stored_number(one.wait_mean_s),
          stored_number(one.hop_mean_s),
          stored_number(one.latency_p50_s),
          stored_number(one.latency_p99_s),
          stored_number(one.in_use),
          one.peak,
          one.breaks,
          one.slow};
}

Json agent(const lab::AgentResult& one) {
  return {one.name, one.strategy, one.tasks, stored_number(one.profit_loss_dollars)};
}

lab::AgentResult to_agent(const Json& json) {
  return {json.at(0).get<std::string>(), json.at(1).get<std::string>(),
          json.at(2).get<std::uint64_t>(), to_number(json.at(3))};
}

lab::StageResult to_stage(const Json& json) {
  return {json.at(0).get<std::string>(),
          json.at(1).get<std::uint64_t>(),
          json.at(2).get<std::uint64_t>(),
          to_number(json.at(3)),
          to_number(json.at(4)),
          to_number(json.at(5)),
          to_number(json.at(6)),
          to_number(json.at(7)),
          to_number(json.at(8)),
          json.at(9).get<std::uint64_t>(),
          json.at(10).get<std::uint64_t>(),
          json.at(11).get<bool>()};
}

Json detector(const lab::DetectorScore& one) {
  Json delays = Json::array();
  for (const core::Duration delay : one.score.delays) {
    delays.push_back(delay.count());
  }
  return {one.name,
          one.score.faults,
          one.score.found,
          one.score.true_alarms,
          one.score.false_alarms,
          one.score.observed.count(),
          std::move(delays),
          stored_number(one.score.raw)};
}

lab::DetectorScore to_detector(const Json& json) {
  lab::DetectorScore one;
  json.at(0).get_to(one.name);
  json.at(1).get_to(one.score.faults);
  json.at(2).get_to(one.score.found);
  json.at(3).get_to(one.score.true_alarms);
  json.at(4).get_to(one.score.false_alarms);
  one.score.observed = core::Duration(json.at(5).get<std::int64_t>());
  for (const Json& delay : json.at(6)) {
    one.score.delays.emplace_back(delay.get<std::int64_t>());
  }
  one.score.raw = to_number(json.at(7));
  return one;
}

Json metrics(const lab::Metrics& values) {
  Json object = Json::object();
  for (const auto& [name, value] : values) {
    object[name] = stored_number(value);
  }
  return object;
}

lab::Metrics to_metrics(const Json& json) {
  lab::Metrics values;
  for (const auto& [name, value] : json.items()) {
    values[name] = to_number(value);
  }
  return values;
}

// Older records left out what was due and did not come.
void complete_old(lab::Metrics& values) {
  const auto above_zero = [&](std::string_view metric) {
    const auto found = values.find(metric);
    return found != values.end() && found->second > 0;
  };
  const bool offered = above_zero("offered");
  const bool unrecovered = above_zero("unrecovered");
  for (const scenario::Metric& metric : scenario::metrics()) {
    const bool due =
        (offered && scenario::may_exceed_deadline(metric.name)) ||
        (unrecovered && (metric.name == "recovery_time" || metric.name == "recovery_p95"));
    if (due) {
      values.try_emplace(std::string(metric.name), HUGE_VAL);
    }
  }
}

Json estimate(const lab::MetricEstimate& one) {
  const auto bound = [](const std::optional<double>& value) {
    return value ? stored_number(*value) : Json();
  };
  return {stored_number(one.value), bound(one.ci_low), bound(one.ci_high), one.n, one.infinite};
}

lab::MetricEstimate to_estimate(const Json& json) {
  const auto bound = [](const Json& value) {
    return value.is_null() ? std::optional<double>() : to_number(value);
  };
  const std::uint64_t infinite = json.size() > 4 ? json.at(4).get<std::uint64_t>() : 0;
  return {to_number(json.at(0)), bound(json.at(1)), bound(json.at(2)),
          json.at(3).get<std::uint64_t>(), infinite};
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Parses, reads, and turns what nlohmann-json throws into an error.
template <class Value, class Read>
core::Result<Value> parsed(std::string_view text, std::string_view what, const Read& read) {
  try {
    Value value;
    read(Json::parse(text), value);
    return value;
  } catch (const std::exception& error) {
    return core::fail(core::Code::kCorrupt,
                      "a stored " + std::string(what) + " cannot be read: " + error.what());
  }
}

const auto read_text = [](const Json& json) { return json.get<std::string>(); };

void read_run(const Json& json, lab::RunResult& run) {
  json.at("scenario").get_to(run.scenario);
  json.at("run").get_to(run.run);
  // Younger than the first databases.
  run.arm = json.value("arm", "");
  run.schedule_name = json.value("schedule_name", "");
  run.component = json.value("component", "");
  run.prices = json.value("prices", "");
  run.regions = json.value("regions", "");
  run.edition = json.value("edition", "");
  json.at("found_as").get_to(run.found_as);
  json.at("build").get_to(run.build);
  json.at("seed").get_to(run.seed);
  json.at("fingerprint").get_to(run.fingerprint);
  json.at("schedule").get_to(run.schedule);
  run.stopped = to_stop_reason(json.at("stopped"));
  json.at("complete").get_to(run.complete);
  run.virtual_s = to_number(json.at("virtual_s"));
  json.at("events").get_to(run.events);
  run.wall_s = to_number(json.at("wall_s"));
  run.account = to_account(json.at("account"));
  run.metrics = to_metrics(json.at("metrics"));
  complete_old(run.metrics);
  run.invariants = to_list<check::Invariant>(json.at("invariants"), to_invariant);
  run.faults = to_list<lab::FaultRecord>(json.at("faults"), to_fault);
  run.alerts = to_list<lab::AlertRecord>(json.at("alerts"), to_alert);
  if (json.contains("detectors")) {  // younger than the first databases
    run.detectors = to_list<lab::DetectorScore>(json.at("detectors"), to_detector);
  }
  run.milestones = to_list<lab::Milestone>(json.at("milestones"), to_milestone);
  run.bins = to_list<lab::Bin>(json.at("bins"), to_bin);
  run.links = to_list<lab::LinkPicture>(json.at("links"), to_link);
  if (json.contains("agents")) {  // older records have none
    run.agents = to_list<lab::AgentResult>(json.at("agents"), to_agent);
  }
  if (json.contains("stages")) {  // records from before there were rings have none
    run.stages = to_list<lab::StageResult>(json.at("stages"), to_stage);
  }
  run.node_names = to_list<std::string>(json.at("node_names"), read_text);
  run.provenance = to_list<std::string>(json.at("provenance"), read_text);
  run.checks = to_list<lab::CheckResult>(json.at("checks"), to_check_result);
  json.at("spof").get_to(run.spof);
  run.spof_nodes = json.value("spof_nodes", std::vector<std::string>());
  run.verdict = to_enum<lab::Verdict>(json.at("verdict"));
  json.at("reason").get_to(run.reason);
}

void read_case(const Json& json, lab::CaseResult& result) {
  json.at("pattern").get_to(result.pattern);
  json.at("case").get_to(result.case_name);
  json.at("scenario").get_to(result.scenario);
  json.at("path").get_to(result.path);
  json.at("description").get_to(result.description);
  result.verdict = to_enum<lab::Verdict>(json.at("verdict"));
  json.at("reason").get_to(result.reason);
  json.at("fingerprint").get_to(result.fingerprint);
  result.virtual_s = to_number(json.at("virtual_s"));
  result.wall_s = to_number(json.at("wall_s"));
  result.checks = to_list<lab::CheckResult>(json.at("checks"), to_check_result);
  for (const auto& [name, value] : json.at("metrics").items()) {
    result.metrics[name] = to_estimate(value);
  }
  result.account = to_account(json.at("account"));
}

Json run_json(const lab::RunResult& run) {
  const auto text = [](const std::string& value) { return Json(value); };
  return {{"scenario", run.scenario},
          {"run", run.run},
          {"arm", run.arm},
          {"schedule_name", run.schedule_name},
          {"component", run.component},
          {"prices", run.prices},
          {"regions", run.regions},
          {"found_as", run.found_as},
          {"build", run.build},
          {"edition", run.edition},
          {"seed", run.seed},
          {"fingerprint", run.fingerprint},
          {"schedule", run.schedule},
          {"stopped", world_sim::name_of(run.stopped)},
          {"complete", run.complete},
          {"virtual_s", stored_number(run.virtual_s)},
          {"events", run.events},
          {"wall_s", stored_number(run.wall_s)},
          {"account", account(run.account)},
          {"metrics", metrics(run.metrics)},
          {"invariants", list(run.invariants, invariant)},
          {"faults", list(run.faults, fault)},
          {"alerts", list(run.alerts, alert)},
          {"detectors", list(run.detectors, detector)},
          {"milestones", list(run.milestones, milestone)},
          {"bins", list(run.bins, bin)},
          {"links", list(run.links, link)},
          {"stages", list(run.stages, stage)},
          {"agents", list(run.agents, agent)},
          {"node_names", list(run.node_names, text)},
          {"provenance", list(run.provenance, text)},
          {"checks", list(run.checks, check_result)},
          {"spof", run.spof},
          {"spof_nodes", run.spof_nodes},
          {"verdict", lab::name_of(run.verdict)},
          {"reason", run.reason}};
}

Json case_json(const lab::CaseResult& result) {
  Json estimates = Json::object();
  for (const auto& [name, value] : result.metrics) {
    estimates[name] = estimate(value);
  }
  return {{"pattern", result.pattern},
          {"case", result.case_name},
          {"scenario", result.scenario},
          {"path", result.path},
          {"description", result.description},
          {"verdict", lab::name_of(result.verdict)},
          {"reason", result.reason},
          {"fingerprint", result.fingerprint},
          {"virtual_s", stored_number(result.virtual_s)},
          {"wall_s", stored_number(result.wall_s)},
          {"checks", list(result.checks, check_result)},
          {"metrics", std::move(estimates)},
          {"account", account(result.account)}};
}

void read_suite(const Json& object, lab::SuiteResult& suite) {
  const Json& json = object.contains("records") ? object.at("records") : object;
  if (json.at("muster_results") != kSuiteFormat) {
    throw std::invalid_argument("it has another format than this program writes");
  }
  json.at("suite").get_to(suite.suite);
  json.at("build").get_to(suite.build);
  json.at("world").get_to(suite.world);
  json.at("seed").get_to(suite.seed);
  json.at("seeds").get_to(suite.seeds);
  json.at("fingerprint").get_to(suite.fingerprint);
  suite.wall_s = to_number(json.at("wall_s"));
  suite.verdict = to_enum<lab::Verdict>(json.at("verdict"));
  json.at("interrupted").get_to(suite.interrupted);
  suite.cases = to_list<lab::CaseResult>(json.at("cases"), [](const Json& item) {
    lab::CaseResult result;
    read_case(item, result);
    result.runs = to_list<lab::RunResult>(item.at("runs"), [](const Json& one) {
      lab::RunResult run;
      read_run(one, run);
      return run;
    });
    return result;
  });
}

}  // namespace

std::string run_record(const lab::RunResult& run) {
  return text_of(run_json(run));
}

core::Result<lab::RunResult> run_of_record(std::string_view text) {
  return parsed<lab::RunResult>(text, "run", read_run);
}

std::string case_record(const lab::CaseResult& result) {
  return text_of(case_json(result));
}

core::Result<lab::CaseResult> case_of_record(std::string_view text) {
  return parsed<lab::CaseResult>(text, "case", read_case);
}

std::string suite_record(const lab::SuiteResult& suite) {
  Json cases = list(suite.cases, [](const lab::CaseResult& result) {
    Json one = case_json(result);
    one["runs"] = list(result.runs, run_json);
    return one;
  });
  return text_of({{"muster_results", kSuiteFormat},
                  {"suite", suite.suite},
                  {"build", suite.build},
                  {"world", suite.world},
                  {"seed", suite.seed},
                  {"seeds", suite.seeds},
                  {"fingerprint", suite.fingerprint},
                  {"wall_s", stored_number(suite.wall_s)},
                  {"verdict", lab::name_of(suite.verdict)},
                  {"interrupted", suite.interrupted},
                  {"cases", std::move(cases)}});
}

core::Result<lab::SuiteResult> suite_of_record(std::string_view text) {
  return parsed<lab::SuiteResult>(text, "suite", read_suite);
}

}  // namespace report
