#include "report/explore.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "charts.h"
#include "lab/deployment.h"
#include "markup.h"
#include "report/explanation.h"
#include "report/replay.h"
#include "scenario/metrics.h"

namespace report {
namespace {

std::string text_of_value(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json moment_value(const std::optional<core::Time>& at) {
  return at ? Json(since_load(*at)) : Json();
}

Json node_value(world::NodeId node) {
  return node ? Json(node.value) : Json();
}

Json listed_value(const ListedRun& run) {
  return {{"id", run.id},          {"suite", run.suite},       {"stored_at", run.stored_at},
          {"world", run.world},    {"build", run.build},       {"pattern", run.pattern},
          {"case", run.case_name}, {"scenario", run.scenario}, {"variant", run.variant},
          {"seed", run.seed},      {"name", run.name},         {"verdict", run.verdict},
          {"reason", run.reason}};
}

// Who and what a stored run is.
Json identity_value(const StoredRun& stored) {
  const lab::RunResult& run = stored.run;
  return {{"id", stored.id},
          {"name", run.id()},
          {"suite", stored.suite.id},
          {"suite_name", stored.suite.suite},
          {"stored_at", stored.suite.stored_at},
          {"world", stored.suite.world},
          {"build", run.build},
          {"pattern", stored.of.pattern},
          {"case", stored.of.case_name},
          {"scenario", run.scenario},
          {"variant", run.run},
          {"seed", std::to_string(run.seed)},
          {"fingerprint", hex16(run.fingerprint)},
          {"schedule", hex16(run.schedule)},
          {"verdict", name_of(run.verdict)},
          {"reason", run.reason}};
}

Json metric_value(const scenario::Metric& metric) {
  return {{"name", metric.name},
          {"unit", name_of(metric.unit)},
          {"better", name_of(metric.better)},
          {"meaning", metric.meaning}};
}

std::string metric_text(double value, const scenario::Metric& metric) {
  return std::isinf(value) ? std::string(scenario::text_of_infinite(metric.name))
                           : with_unit(value, metric.unit);
}

// Of every metric of the catalogue that one of the runs has: its value and text in each.
Json metrics_value(const std::vector<StoredRun>& runs) {
  Json list = Json::array();
  for (const scenario::Metric& metric : scenario::metrics()) {
    Json values = Json::array();
    Json texts = Json::array();
    bool known = false;
    for (const StoredRun& stored : runs) {
      const auto found = stored.run.metrics.find(metric.name);
      const bool has = found != stored.run.metrics.end();
      values.push_back(has ? finite(found->second) : Json());
      texts.push_back(has ? Json(metric_text(found->second, metric)) : Json());
      known = known || has;
    }
    if (known) {
      Json one = metric_value(metric);
      one["values"] = std::move(values);
      one["texts"] = std::move(texts);
      list.push_back(std::move(one));
    }
  }
  return list;
}

Json account_value(const check::Account& account) {
  return {{"offered", account.offered}, {"done", account.done},
          {"failed", account.failed},   {"lost", account.lost},
          {"traded", account.traded},   {"duplicated", account.duplicated}};
}

Json checks_value(const std::vector<lab::CheckResult>& checks) {
  Json list = Json::array();
  for (const lab::CheckResult& check : checks) {
    list.push_back({{"text", check.text},
                    {"objective", check.objective},
                    {"passed", check.passed},
                    {"observed", check.observed}});
  }
  return list;
}

Json violation_value(const check::Violation& violation) {
  return {{"at", since_load(violation.at)},
          {"node", node_value(violation.who)},
          {"what", violation.what}};
}

Json invariants_value(const lab::RunResult& run) {
  Json list = Json::array();
  for (const check::Invariant& invariant : run.invariants) {
    Json first = Json::array();
    for (const check::Violation& violation : invariant.first) {
      first.push_back(violation_value(violation));
    }
    list.push_back({{"name", invariant.name},
                    {"checked", invariant.checked},
                    {"violated", invariant.violated},
                    {"applies", invariant.applies},
                    {"holds", invariant.holds()},
                    {"first", std::move(first)}});
  }
  return list;
}

Json faults_value(const lab::RunResult& run) {
  Json list = Json::array();
  for (const lab::FaultRecord& fault : run.faults) {
    Json targets = Json::array();
    for (const world::NodeId target : fault.targets) {
      targets.push_back(target.value);
    }
    list.push_back({{"kind", fault.kind},
                    {"from", moment_value(fault.began)},
                    {"to", moment_value(fault.ended)},
                    {"targets", std::move(targets)},
                    {"acted", fault.acted},
                    {"on_leader", fault.on_leader},
                    {"detected", moment_value(fault.detected)},
                    {"decided", moment_value(fault.decided)},
                    {"recovered", moment_value(fault.recovered)}});
  }
  return list;
}

Json milestones_value(const lab::RunResult& run) {
  Json list = Json::array();
  for (const lab::Milestone& milestone : run.milestones) {
    list.push_back({{"at", since_load(milestone.at)},
                    {"node", node_value(milestone.node)},
                    {"who", milestone.node ? Json(run.node_name(milestone.node)) : Json()},
                    {"text", milestone.text}});
  }
  return list;
}

Json alerts_value(const lab::RunResult& run) {
  Json list = Json::array();
  for (const lab::AlertRecord& alert : run.alerts) {
    const bool named = alert.node && alert.node.value <= run.node_names.size();
    list.push_back({{"from", since_load(alert.raised)},
                    {"to", moment_value(alert.cleared)},
                    {"node", node_value(alert.node)},
                    {"who", named ? Json(run.node_name(alert.node)) : Json(alert.subject)},
                    {"kind", alert.kind},
                    {"text", alert.text}});
  }
  return list;
}

Json chart_value(const lab::RunResult& run) {
  return run.bins.empty() ? Json() : chart_data(run);
}

// From a second before to half a second after.
std::string trace_command(const lab::RunResult& run, core::Time around, std::string_view program) {
  const auto shown = [](core::Duration since_load) {
    return nine_digits(static_cast<double>(since_load / core::milliseconds(1)) / 1e3);
  };
  const core::Duration at = lab::since_load(around);
  const core::Duration from = std::max(-lab::kSettle, at - core::seconds(1));
  return std::string(program) + " trace " + shell_word(run.id()) + " --from " + shown(from) +
         " --until " + shown(at + core::milliseconds(500));
}

Json explanation_value(const lab::RunResult& run, std::string_view program) {
  if (run.verdict == lab::Verdict::kPass) {
    return {};
  }
  const Explanation found = explain(run);
  Json worst;
  if (found.worst) {
    worst = {{"from", since_load(found.worst->from)},
             {"to", since_load(found.worst->to)},
             {"due", found.worst->due},
             {"missed", found.worst->missed}};
  }
  const std::optional<core::Time> around = found.when    ? found.when
                                           : found.worst ? std::optional(found.worst->from)
                                                         : std::nullopt;
  return {{"what", found.what},
          {"when", moment_value(found.when)},
          {"who", found.who},
          {"worst", std::move(worst)},
          {"fault", found.fault ? Json(*found.fault) : Json()},
          {"replay", replay_command(run, program)},
          {"trace", around ? Json(trace_command(run, *around, program)) : Json()}};
}

}  // namespace

core::Result<std::string> explored_runs(const Store& store, const RunFilter& filter) {
  const RunPage page = TRY(store.find_runs(filter));
  const RunFacets facets = TRY(store.facets());
  Json runs = Json::array();
  for (const ListedRun& run : page.runs) {
    runs.push_back(listed_value(run));
  }
  Json cases = Json::array();
  for (const auto& [pattern, name] : facets.cases) {
    cases.push_back({{"pattern", pattern}, {"case", name}});
  }
  return text_of_value({{"stored", page.stored},
                        {"found", page.found},
                        {"skip", filter.skip},
                        {"runs", std::move(runs)},
                        {"cases", std::move(cases)},
                        {"builds", facets.builds}});
}

std::string explored_run(const StoredRun& stored, std::string_view program) {
  const lab::RunResult& run = stored.run;
  Json value = identity_value(stored);
  value["description"] = stored.of.description;
  value["complete"] = run.complete;
  value["virtual_s"] = finite(run.virtual_s);
  value["events"] = run.events;
  value["spof"] = run.spof;
  value["nodes"] = run.node_names;
  value["explanation"] = explanation_value(run, program);
  value["account"] = account_value(run.account);
  value["checks"] = checks_value(run.checks);
  value["invariants"] = invariants_value(run);
  value["metrics"] = metrics_value({stored});
  value["faults"] = faults_value(run);
  value["milestones"] = milestones_value(run);
  value["alerts"] = alerts_value(run);
  value["chart"] = chart_value(run);
  value["provenance"] = run.provenance;
  value["replay"] = replay_command(run, program);
  return text_of_value(value);
}

std::string explored_comparison(const std::vector<StoredRun>& runs, std::string_view program) {
  core::check(!runs.empty(), "a comparison has runs");
  Json list = Json::array();
  for (const StoredRun& stored : runs) {
    Json value = identity_value(stored);
    value["chart"] = chart_value(stored.run);
    value["checks"] = checks_value(stored.run.checks);
    value["account"] = account_value(stored.run.account);
    value["replay"] = replay_command(stored.run, program);
    list.push_back(std::move(value));
  }
  return text_of_value({{"runs", std::move(list)}, {"metrics", metrics_value(runs)}});
}

std::string explored_error(std::string_view message) {
  return text_of_value({{"error", message}});
}

// ---- The film ----

namespace {

Json event_value(core::Time at, lab::FilmKind kind, world::NodeId node, world::NodeId peer,
                 std::uint64_t value, std::string_view text) {
  return Json::array({since_load(at), name_of(kind), node.value, peer.value, value, text});
}

Json cast_value(const lab::CastMember& one) {
  return {{"name", one.name},
          {"role", one.role},
          {"pool", one.pool},
          {"member", one.member},
          {"voter", one.voter}};
}

Json traffic_value(const lab::Film& film) {
  Json links = Json::array();
  for (const auto& [link, slots] : film.traffic()) {
    Json flat = Json::array();
    for (const auto& [slot, traffic] : slots) {
      flat.push_back(slot);
      flat.push_back(traffic.arrived);
      flat.push_back(traffic.lost);
    }
    links.push_back(Json::array({link.first.value, link.second.value, std::move(flat)}));
  }
  return {{"slot", core::to_seconds(lab::Film::kSlot)}, {"links", std::move(links)}};
}

Json links_value(const lab::RunResult& run) {
  std::map<std::string_view, std::size_t> number;
  for (std::size_t i = 0; i < run.node_names.size(); ++i) {
    number.emplace(run.node_names[i], i + 1);
  }
  Json links = Json::array();
  for (const lab::LinkPicture& link : run.links) {
    if (number.contains(link.from) && number.contains(link.to)) {
      links.push_back(Json::array({number.at(link.from), number.at(link.to), link.proven}));
    }
  }
  return links;
}

// What film and record have in common; `run` is the one that was filmed, or the stored one.
Json film_value(const lab::RunResult& run) {
  return {{"begin", since_load(core::Time{})},
          {"end", since_load(core::Time{}) + (std::isfinite(run.virtual_s) ? run.virtual_s : 0)},
          {"links", links_value(run)},
          {"faults", faults_value(run)},
          {"milestones", milestones_value(run)},
          {"alerts", alerts_value(run)},
          {"chart", chart_value(run)}};
}

// Milestones say who led and who was there; of links and breakers a record knows no more than the
// declaration.
std::optional<lab::FilmKind> kind_of_milestone(std::string_view text) {
  using lab::FilmKind;
  if (text.starts_with("leads ")) {
    return FilmKind::kLeads;
  }
  if (text.starts_with("halts")) {
    return FilmKind::kDown;
  }
  constexpr std::array<std::pair<std::string_view, FilmKind>, 7> kTexts = {{
      {"steps down", FilmKind::kStepsDown},
      {"boots again", FilmKind::kUp},
      {"hangs", FilmKind::kHangs},
      {"resumes", FilmKind::kResumes},
      {"drains", FilmKind::kDrains},
      {"leaves idle", FilmKind::kLeaves},
      {"is given up", FilmKind::kLeaves},
  }};
  for (const auto& [begin, kind] : kTexts) {
    if (text == begin) {
      return kind;
    }
  }
  return {};
}

Json events_of_record(const lab::RunResult& run) {
  Json events = Json::array();
  for (std::size_t i = 0; i < run.node_names.size(); ++i) {
    const world::NodeId node(static_cast<std::uint32_t>(i + 1));
    events.push_back(event_value(core::Time{}, lab::FilmKind::kUp, node, {}, 0, {}));
  }
  for (const lab::Milestone& milestone : run.milestones) {
    if (const auto kind = kind_of_milestone(milestone.text); kind && milestone.node) {
      const std::string why = milestone.text.starts_with("halts: ") ? milestone.text.substr(7) : "";
      events.push_back(event_value(milestone.at, *kind, milestone.node, {}, 0, why));
    }
  }
  return events;
}

}  // namespace

std::string explored_film(const lab::RunResult& stored, const lab::Filmed& filmed) {
  Json value = film_value(filmed.run);
  Json cast = Json::array();
  for (const lab::CastMember& one : filmed.cast) {
    cast.push_back(cast_value(one));
  }
  Json events = Json::array();
  for (const lab::FilmEvent& event : filmed.film.events()) {
    events.push_back(
        event_value(event.at, event.kind, event.node, event.peer, event.value, event.text));
  }
  value["source"] = "replay";
  value["same"] = filmed.run.fingerprint == stored.fingerprint;
  value["fingerprint"] = hex16(filmed.run.fingerprint);
  value["complete"] = filmed.film.events_complete();
  value["cast"] = std::move(cast);
  value["pools"] = filmed.pools;
  value["events"] = std::move(events);
  value["traffic"] = filmed.film.traffic_complete() ? traffic_value(filmed.film) : Json();
  return text_of_value(value);
}

std::string explored_film(const lab::RunResult& stored, std::string_view why_not) {
  Json value = film_value(stored);
  std::set<std::string_view> linked;
  for (const lab::LinkPicture& link : stored.links) {
    linked.insert(link.from);
    linked.insert(link.to);
  }
  Json cast = Json::array();
  for (const std::string& name : stored.node_names) {
    cast.push_back(cast_value({name, "", "", linked.contains(name), false}));
  }
  value["source"] = "record";
  value["why"] = why_not;
  value["complete"] = true;
  value["cast"] = std::move(cast);
  value["pools"] = Json::array();
  value["events"] = events_of_record(stored);
  value["traffic"] = Json();
  return text_of_value(value);
}

}  // namespace report
