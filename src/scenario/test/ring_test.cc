// Rings as a file declares them, and what is refused of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loading.h"

namespace scenario {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kStages =
    "topology:\n"
    "  kind: ring\n"
    "  stages:\n"
    "    - {pool: a, does: [collect]}\n"
    "    - {pool: b, does: [analyse, approve]}\n"
    "    - {pool: c, does: [execute]}\n";
constexpr std::string_view kPools =
    "pools:\n"
    "  - {name: a, capabilities: [collect]}\n"
    "  - {name: b, capabilities: [analyse, approve]}\n"
    "  - {name: c, capabilities: [execute]}\n";

std::string ring_with(std::string_view more) {
  return std::string(kStages) + std::string(kPools) + std::string(more);
}

void expect_refused(const std::string& yaml, const std::string& where, const std::string& what) {
  const std::string error = load_error(yaml);
  EXPECT_THAT(error, StartsWith("dir/case.yaml:" + where + ": "));
  EXPECT_THAT(error, HasSubstr(what));
  EXPECT_THAT(error, HasSubstr(";")) << "an error says what to do";
}

TEST(Rings, AreInOrderWhereEveryStageHasOneAgent) {
  EXPECT_TRUE(load_ok(ring_with("")).runs.front().topology.ring->ordered);
  const std::string two = std::string(kStages) +
                          "pools:\n  - {name: a, capabilities: [collect]}\n"
                          "  - {name: b, size: 2, capabilities: [analyse, approve]}\n"
                          "  - {name: c, capabilities: [execute]}\n";
  EXPECT_FALSE(load_ok(two).runs.front().topology.ring->ordered);
}

TEST(Rings, TakeNoScaling) {
  expect_refused(ring_with("scaling: {pool: b, min: 1, max: 3}\n"), "11:10: scaling",
                 "does not work over a ring");
}

TEST(Rings, TakeNoBlueGreenAndNoCanary) {
  for (const std::string_view kind : {"blue_green", "canary"}) {
    const std::string yaml = std::string(kStages) + std::string(kPools) +
                             "  - {name: d, version: 2, capabilities: [analyse, approve]}\n"
                             "rollout: {kind: " +
                             std::string(kind) + "}\n";
    expect_refused(yaml, "12:10: rollout", "does not work over a ring");
  }
}

TEST(Rings, TakeNoUpgrade) {
  expect_refused(ring_with("upgrade: {begins: 5s}\n"), "11:10: upgrade",
                 "does not work over a ring");
}

TEST(Rings, RefuseAnOrderThatSkipsTheApproval) {
  const std::string yaml =
      "topology:\n  kind: ring\n  stages:\n    - {pool: a, does: [collect]}\n"
      "    - {pool: b, does: [analyse]}\n    - {pool: c, does: [execute]}\n" +
      std::string(kPools);
  expect_refused(yaml, "4:5: topology.stages", "must do collect, analyse, approve and execute");
}

TEST(Rings, RefuseASpareThatCanStandInForNoStage) {
  const std::string yaml = "topology:\n  kind: ring\n  spares: [d]\n" +
                           std::string(kStages.substr(kStages.find("  stages"))) +
                           std::string(kPools) + "  - {name: d, capabilities: [analyse]}\n";
  expect_refused(yaml, "3:12: topology.spares[0]", "can stand in for no stage");
}

TEST(Rings, RefuseOrderOverTwoAgentsOfAStage) {
  const std::string yaml = "topology:\n  kind: ring\n  ordered: true\n" +
                           std::string(kStages.substr(kStages.find("  stages"))) +
                           "pools:\n  - {name: a, capabilities: [collect]}\n"
                           "  - {name: b, size: 2, capabilities: [analyse, approve]}\n"
                           "  - {name: c, capabilities: [execute]}\n";
  expect_refused(yaml, "3:12: topology.ordered", "cannot be kept over a stage with 2 agents");
}

}  // namespace
}  // namespace scenario
