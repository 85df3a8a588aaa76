// The committed JSON Schema is what the loader's tables say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "scenario/load.h"
#include "scenario/metrics.h"

namespace scenario {
namespace {

TEST(Schema, TheCommittedFileIsUpToDate) {
  std::ifstream file(MUSTER_SOURCE_DIR "/schema/scenario.schema.json");
  std::stringstream committed;
  committed << file.rdbuf();
  EXPECT_EQ(committed.str(), json_schema()) << "write json_schema() to schema/scenario.schema.json";
}

TEST(Schema, NamesEveryMetricAndEveryFault) {
  const auto schema = nlohmann::json::parse(json_schema());
  const auto& fault = schema["properties"]["faults"]["items"];
  EXPECT_EQ(fault["allOf"].size(), 21U);
  EXPECT_EQ(fault["properties"]["kind"]["enum"].size(), 21U);
  const auto& checks = schema["properties"]["checks"]["properties"];
  EXPECT_EQ(checks["objectives"]["items"]["properties"]["metric"]["enum"].size(), metrics().size());
}

TEST(Schema, RefusesUnknownKeysAndStatesDefaults) {
  const auto schema = nlohmann::json::parse(json_schema());
  EXPECT_EQ(schema["additionalProperties"], false);
  EXPECT_EQ(schema["properties"]["duration"]["default"], "30s");
  EXPECT_EQ(schema["properties"]["sandbox"]["properties"]["vcpu"]["default"], 2);
  EXPECT_TRUE(schema["properties"].contains("runs"));
  EXPECT_FALSE(schema["$defs"]["run"]["properties"].contains("runs"));
}

}  // namespace
}  // namespace scenario
