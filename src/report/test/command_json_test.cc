// What single commands say in JSON.
#include "report/command_json.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "lab/deployment.h"
#include "sample.h"

namespace report {
namespace {

using Json = nlohmann::json;

core::Time after_load(core::Duration since) {
  return core::at(lab::kSettle + since);
}

TEST(TraceJson, HasEachRecordOfTheWindowWithItsFieldsAsText) {
  const lab::RunResult run = sample_suite().cases[0].runs[0];
  lab::Window window(after_load(core::seconds(1)), after_load(core::seconds(3)));
  const auto ended = world::make_trace(world::FaultEnded{0, 7});
  window.receive({after_load(core::milliseconds(500)), world::NodeId(1), {}, ended});
  window.receive({after_load(core::milliseconds(1'500)), world::NodeId(1), {}, ended});
  window.receive({after_load(core::seconds(2)), world::NodeId(1), {}, {0x0999, {}}});
  window.receive({after_load(core::seconds(3)), world::NodeId(1), {}, ended});
  const Json trace = Json::parse(trace_json(run, window));
  EXPECT_EQ(trace["run"], run.id());
  ASSERT_EQ(trace["records"].size(), 2U) << "one is before the window and one after it";
  const Json& first = trace["records"][0];
  EXPECT_EQ(first["at_s"], 1.5);
  EXPECT_EQ(first["node"], run.node_names[0]);
  EXPECT_EQ(first["kind"], world::FaultEnded::kName);
  EXPECT_EQ(first["fields"]["fault"], "0");
  EXPECT_EQ(first["fields"]["acted"], "7");
  EXPECT_EQ(trace["records"][1]["kind"], "record 0x0999");
  EXPECT_EQ(trace["records"][1]["fields"], Json::object());
}

TEST(TraceJson, OfAnEmptyWindowIsStillAnObject) {
  const lab::Window window(after_load(core::seconds(1)), after_load(core::seconds(3)));
  const Json trace = Json::parse(trace_json(sample_suite().cases[0].runs[0], window));
  EXPECT_EQ(trace["records"], Json::array());
  EXPECT_FALSE(trace.contains("warnings"));
}

TEST(TraceJson, SaysWhyItMayBeAnotherRun) {
  const lab::RunResult run = sample_suite().cases[0].runs[0];
  const lab::Window window(after_load(core::seconds(1)), after_load(core::seconds(3)));
  const std::vector<std::string> warnings = {"\"mine\".yaml has changed since"};
  for (const std::string& said :
       {trace_json(run, window, warnings), trace_file_json(run, "trace.json", warnings)}) {
    EXPECT_EQ(Json::parse(said)["warnings"], Json(warnings));
  }
}

TEST(NewJson, NamesTheFileAndAShellTakesItsCommand) {
  const Json said = Json::parse(new_json("ring", "my \"own\" ring.yaml"));
  EXPECT_EQ(said["wrote"], "my \"own\" ring.yaml");
  EXPECT_EQ(said["next"], "muster run 'my \"own\" ring.yaml'");
}

}  // namespace
}  // namespace report
