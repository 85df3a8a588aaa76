#include "report/telemetry.h"

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "sample.h"

namespace report {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

template <class Payload>
world::TraceEntry entry(int milliseconds, std::uint32_t node, const Payload& payload) {
  world::TraceEntry made;
  made.at = core::at(core::milliseconds(milliseconds));
  made.node = world::NodeId{node};
  made.record = {Payload::kKind, core::encode(payload)};
  return made;
}

// Offered by the client (3), queued and assigned by node 1, done by node 2 at the second attempt;
// a second task is never answered.
lab::Spans story() {
  const swarm::TaskId task{7};
  lab::Spans spans;
  swarm::TaskOffered offered;
  offered.task = task;
  offered.intended = core::at(core::milliseconds(10));
  spans.receive(entry(12, 3, offered));
  spans.receive(entry(20, 1, swarm::TaskAccepted{task, 1}));
  swarm::TaskAssigned assigned;
  assigned.task = task;
  assigned.attempt = 1;
  assigned.agent = world::NodeId{2};
  spans.receive(entry(21, 1, assigned));
  spans.receive(entry(22, 2, swarm::AttemptStarted{task, 1}));
  swarm::TaskTakenBack taken;
  taken.task = task;
  taken.attempt = 1;
  spans.receive(entry(50, 1, taken));
  assigned.attempt = 2;
  spans.receive(entry(51, 1, assigned));
  spans.receive(entry(52, 2, swarm::AttemptStarted{task, 2}));
  spans.receive(entry(60, 2, swarm::AttemptReported{task, 2, swarm::AttemptEnd::kFinished}));
  swarm::TaskFinished finished;
  finished.task = task;
  finished.attempt = 2;
  spans.receive(entry(62, 1, finished));
  spans.receive(entry(63, 2, finished));
  swarm::TaskAnswered answered;
  answered.task = task;
  spans.receive(entry(70, 3, answered));
  offered.task = swarm::TaskId{8};
  spans.receive(entry(80, 3, offered));
  spans.receive(entry(90, 1, swarm::TaskAccepted{swarm::TaskId{8}, 1}));
  return spans;
}

const lab::Span& find(const lab::Spans& spans, const std::string& name) {
  for (const lab::Span& span : spans.spans()) {
    if (span.name == name) {
      return span;
    }
  }
  ADD_FAILURE() << "no span " << name;
  return spans.spans().front();
}

TEST(Spans, FollowATaskAcrossItsAttempts) {
  const lab::Spans spans = story();
  const lab::Span& task = find(spans, "task");
  EXPECT_EQ(task.begin, core::at(core::milliseconds(10))) << "from the intended start";
  EXPECT_EQ(task.end, core::at(core::milliseconds(70)));
  EXPECT_EQ(find(spans, "queued").end, core::at(core::milliseconds(21)));
  EXPECT_TRUE(find(spans, "attempt 1").failed);
  EXPECT_EQ(find(spans, "attempt 2").end, core::at(core::milliseconds(62)))
      << "at the first finish";
  EXPECT_EQ(find(spans, "work 2").parent, find(spans, "attempt 2").id);
  EXPECT_EQ(find(spans, "attempt 2").parent, task.id);
  EXPECT_FALSE(find(spans, "work 1").end) << "nobody ever heard of it again";
}

TEST(Otlp, IsOneTraceForEachTaskWithAResourceForEachNode) {
  const Json object = Json::parse(run_otlp(sample_suite().cases[0].runs[0], story()));
  std::map<std::string, std::set<std::string>> ids_of_trace;
  std::set<std::string> services;
  std::vector<Json> all;
  for (const Json& resource : object.at("resourceSpans")) {
    services.insert(resource["resource"]["attributes"][0]["value"]["stringValue"]);
    for (const Json& span : resource.at("scopeSpans").at(0).at("spans")) {
      EXPECT_TRUE(ids_of_trace[span.at("traceId")].insert(span.at("spanId")).second);
      all.push_back(span);
    }
  }
  EXPECT_EQ(ids_of_trace.size(), 2U);
  EXPECT_THAT(services, testing::ElementsAre("hub", "spoke-1", "spoke-2"));
  const std::regex trace("[0-9a-f]{32}");
  const std::regex id("[0-9a-f]{16}");
  for (const Json& span : all) {
    EXPECT_TRUE(std::regex_match(span["traceId"].get<std::string>(), trace));
    EXPECT_TRUE(std::regex_match(span["spanId"].get<std::string>(), id));
    EXPECT_LE(std::stoll(span["startTimeUnixNano"].get<std::string>()),
              std::stoll(span["endTimeUnixNano"].get<std::string>()));
    if (span.contains("parentSpanId")) {
      EXPECT_TRUE(ids_of_trace[span["traceId"]].contains(span["parentSpanId"]));
    } else {
      EXPECT_EQ(span["name"], "task");
    }
  }
}

TEST(Otlp, IsTheSameTwice) {
  const lab::RunResult run = sample_suite().cases[0].runs[0];
  EXPECT_EQ(run_otlp(run, story()), run_otlp(run, story()));
}

TEST(Prometheus, EveryLineIsASampleOrAHead) {
  std::istringstream text(suite_prometheus(sample_suite()));
  const std::regex head("# (HELP|TYPE) muster_[a-z0-9_]+ .+");
  const std::regex sample(
      R"re(muster_[a-z0-9_]+\{([a-z]+="([^"\\\n]|\\["\\n])*",?)+\} (-?[0-9.e+-]+|NaN|[+-]Inf))re");
  std::set<std::string> families;
  std::string line;
  std::size_t samples = 0;
  while (std::getline(text, line)) {
    if (line.starts_with("#")) {
      EXPECT_TRUE(std::regex_match(line, head)) << line;
      if (line.starts_with("# TYPE")) {
        EXPECT_TRUE(families.insert(line).second) << "a family stands together: " << line;
      }
    } else {
      EXPECT_TRUE(std::regex_match(line, sample)) << line;
      ++samples;
    }
  }
  EXPECT_GT(samples, 20U);
}

TEST(Prometheus, HasTheNumbersOfTheRun) {
  const std::string text = suite_prometheus(sample_suite());
  EXPECT_THAT(text,
              HasSubstr("muster_invariant_violated_total{scenario=\"star-failover\",variant="
                        "\"base\",seed=\"2\",build=\"\",invariant=\"shares_conserved\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("muster_fault_acted_total{scenario=\"star-failover\""));
}

}  // namespace
}  // namespace report
