#include "report/telemetry.h"

#include <cmath>
#include <map>

#include "core/hash.h"
#include "json_value.h"
#include "markup.h"
#include "scenario/metrics.h"

namespace report {
namespace {

std::string label(std::string_view name, std::string_view value) {
  std::string text = std::string(name) + "=\"";
  for (const char c : valid_text(value)) {
    text += c == '\n' ? "\\n" : c == '"' ? "\\\"" : c == '\\' ? "\\\\" : std::string(1, c);
  }
  return text + "\"";
}

std::string labels(const lab::RunResult& run) {
  return label("scenario", run.scenario) + "," + label("variant", run.run) + "," +
         label("seed", std::to_string(run.seed)) + "," + label("build", run.build);
}

std::string sample(const std::string& name, const std::string& all, double value) {
  const std::string number = std::isnan(value)   ? "NaN"
                             : std::isinf(value) ? (value > 0 ? "+Inf" : "-Inf")
                                                 : nine_digits(value);
  return name + "{" + all + "} " + number + "\n";
}

// A family has one head, and its samples stand together.
class Family {
 public:
  Family(std::string name, std::string_view help, std::string_view type = "gauge")
      : name_(std::move(name)),
        head_("# HELP " + name_ + " " + std::string(help) + "\n# TYPE " + name_ + " " +
              std::string(type) + "\n") {}
  void add(const std::string& all, double value) { samples_ += sample(name_, all, value); }
  [[nodiscard]] std::string text() const { return samples_.empty() ? "" : head_ + samples_; }

 private:
  std::string name_;
  std::string head_;
  std::string samples_;
};

template <class Body>
void each_run(const lab::SuiteResult& suite, const Body& body) {
  for (const lab::CaseResult& result : suite.cases) {
    for (const lab::RunResult& run : result.runs) {
      body(run);
    }
  }
}

std::string unit_suffix(scenario::Unit unit) {
  switch (unit) {
    case scenario::Unit::kSeconds:
      return "_seconds";
    case scenario::Unit::kShare:
      return "_ratio";
    case scenario::Unit::kPerSecond:
      return "_per_second";
    case scenario::Unit::kDollars:
      return "_dollars";
    case scenario::Unit::kCount:
      break;
  }
  return "";
}

std::string nanoseconds(core::Time at) {
  return std::to_string(core::to_ns(at));
}

Json text_attribute(std::string_view key, std::string_view value) {
  return {{"key", key}, {"value", {{"stringValue", valid_text(value)}}}};
}

Json whole_attribute(std::string_view key, std::uint64_t value) {
  return {{"key", key}, {"value", {{"intValue", std::to_string(value)}}}};
}

std::uint64_t hash_of(std::string_view text, std::uint64_t more) {
  core::Hasher hasher(more);
  for (const char c : text) {
    hasher.word(static_cast<unsigned char>(c));
  }
  // An identifier of zeros is invalid.
  return hasher.value() == 0 ? 1 : hasher.value();
}

Json span_object(const lab::RunResult& run, const lab::Span& span, core::Time last) {
  constexpr int kServer = 2;
  constexpr int kClient = 3;
  constexpr int kOk = 1;
  constexpr int kError = 2;
  const std::string name = run.id();
  Json object = {{"traceId", hex16(hash_of(name, 0)) + hex16(hash_of(name, span.task.value))},
                 {"spanId", hex16(hash_of(name, core::mix64(span.id)))}};
  if (span.parent != 0) {
    object["parentSpanId"] = hex16(hash_of(name, core::mix64(span.parent)));
  }
  object["name"] = span.name;
  object["kind"] = span.parent == 0 ? kClient : kServer;
  object["startTimeUnixNano"] = nanoseconds(span.begin);
  object["endTimeUnixNano"] = nanoseconds(std::max(span.begin, span.end.value_or(last)));
  object["attributes"] = Json::array({whole_attribute("muster.task", span.task.value),
                                      text_attribute("muster.outcome", span.outcome)});
  if (!span.end) {
    object["attributes"].push_back(
        {{"key", "muster.unfinished"}, {"value", {{"boolValue", true}}}});
  }
  object["status"] = {{"code", span.failed || !span.end ? kError : kOk}};
  return object;
}

}  // namespace

std::string suite_prometheus(const lab::SuiteResult& suite) {
  std::string text;
  for (const scenario::Metric& metric : scenario::metrics()) {
    Family family("muster_" + std::string(metric.name) + unit_suffix(metric.unit), metric.meaning);
    each_run(suite, [&](const lab::RunResult& run) {
      const auto found = run.metrics.find(metric.name);
      if (found != run.metrics.end()) {
        family.add(labels(run), found->second);
      }
    });
    text += family.text();
  }
  Family passed("muster_run_passed", "1 where the run's verdict is pass, else 0");
  Family checked("muster_invariant_checked_total", "evaluations of an invariant", "counter");
  Family violated("muster_invariant_violated_total", "violations of an invariant", "counter");
  Family acted("muster_fault_acted_total", "what a planned fault hit", "counter");
  each_run(suite, [&](const lab::RunResult& run) {
    const std::string all = labels(run);
    passed.add(all, run.verdict == lab::Verdict::kPass ? 1 : 0);
    for (const check::Invariant& invariant : run.invariants) {
      const std::string with_name = all + "," + label("invariant", invariant.name);
      checked.add(with_name, static_cast<double>(invariant.checked));
      violated.add(with_name, static_cast<double>(invariant.violated));
    }
    for (const lab::FaultRecord& fault : run.faults) {
      acted.add(
          all + "," + label("kind", fault.kind) + "," + label("index", std::to_string(fault.index)),
          static_cast<double>(fault.acted));
    }
  });
  return text + passed.text() + checked.text() + violated.text() + acted.text();
}

std::string run_otlp(const lab::RunResult& run, const lab::Spans& spans) {
  std::map<world::NodeId, Json> by_node;
  for (const lab::Span& span : spans.spans()) {
    Json& list = by_node[span.node];
    list = list.is_null() ? Json::array() : list;
    list.push_back(span_object(run, span, spans.last()));
  }
  Json resources = Json::array();
  for (auto& [node, list] : by_node) {
    const Json attributes = Json::array({text_attribute("service.name", run.node_name(node)),
                                         text_attribute("service.namespace", run.scenario),
                                         text_attribute("muster.run", run.id())});
    resources.push_back({{"resource", {{"attributes", attributes}}},
                         {"scopeSpans", Json::array({{{"scope", {{"name", "muster"}}},
                                                      {"spans", std::move(list)}}})}});
  }
  const Json object = {{"resourceSpans", std::move(resources)}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace report
