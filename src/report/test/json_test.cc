#include "report/json.h"

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "report/record.h"
#include "sample.h"

namespace report {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

Json schema() {
  std::ifstream file(MUSTER_SOURCE_DIR "/schema/report.schema.json");
  return Json::parse(file);
}

bool has_type(const Json& value, const std::string& type) {
  if (type == "integer") {
    return value.is_number_integer();
  }
  return type == "number" ? value.is_number() : value.type_name() == type;
}

bool has_type_of(const Json& value, const Json& types) {
  if (types.is_string()) {
    return has_type(value, types);
  }
  return std::any_of(types.begin(), types.end(),
                     [&](const Json& type) { return has_type(value, type); });
}

// What the schema's few words say of a value; adds a line for each that does not hold.
class Validator {
 public:
  Validator() : root_(schema()) {}

  std::vector<std::string> errors(const Json& value) {
    errors_.clear();
    validate(value, root_, "$");
    return errors_;
  }

 private:
  void expect(bool holds, const std::string& where, const std::string& what) {
    if (!holds) {
      errors_.push_back(where + ": " + what);
    }
  }

  void validate(const Json& value, const Json& rule, const std::string& where) {
    if (rule.contains("$ref")) {
      validate(value, root_.at(Json::json_pointer(rule["$ref"].get<std::string>().substr(1))),
               where);
      return;
    }
    expect(!rule.contains("type") || has_type_of(value, rule["type"]), where, "type");
    expect(!rule.contains("minimum") || value >= rule["minimum"], where, "minimum");
    if (rule.contains("enum")) {
      const Json& allowed = rule["enum"];
      expect(std::find(allowed.begin(), allowed.end(), value) != allowed.end(), where, "enum");
    }
    if (rule.contains("pattern")) {
      const std::regex pattern(rule["pattern"].get<std::string>());
      expect(std::regex_search(value.get<std::string>(), pattern), where, "pattern");
    }
    if (value.is_array() && rule.contains("items")) {
      for (const Json& item : value) {
        validate(item, rule["items"], where + "[]");
      }
    }
    if (value.is_object()) {
      validate_object(value, rule, where);
    }
  }

  void validate_object(const Json& value, const Json& rule, const std::string& where) {
    for (const Json& key : rule.value("required", Json::array())) {
      expect(value.contains(key.get<std::string>()), where, "lacks " + key.get<std::string>());
    }
    const Json properties = rule.value("properties", Json::object());
    for (const auto& [key, member] : value.items()) {
      const std::string at = where + "." + key;
      if (properties.contains(key)) {
        validate(member, properties[key], at);
      } else if (rule.contains("additionalProperties")) {
        const Json& more = rule["additionalProperties"];
        expect(more.is_object(), at, "unknown key");
        validate(member, more.is_object() ? more : Json::object(), at);
      }
    }
  }

  Json root_;
  std::vector<std::string> errors_;
};

TEST(SuiteJson, HasExactlyTheKeysAndTypesOfTheSchema) {
  Validator validator;
  EXPECT_THAT(validator.errors(Json::parse(suite_json(sample_suite()))), testing::IsEmpty());
}

TEST(SuiteJson, SaysWhyAReplayMayBeAnotherRun) {
  const std::vector<std::string> warnings = {"mine.yaml has changed since"};
  Validator validator;
  const Json object = Json::parse(suite_json(sample_suite(), warnings));
  EXPECT_EQ(object["warnings"], Json(warnings));
  EXPECT_THAT(validator.errors(object), testing::IsEmpty());
}

TEST(SuiteJson, OfAComparisonTooIsAsTheSchemaSays) {
  lab::SuiteResult suite = sample_suite();
  suite.cases[0].pattern = "Performance Summary";
  suite.cases[2].pattern = "Performance Summary";
  Validator validator;
  const Json object = Json::parse(suite_json(suite));
  ASSERT_TRUE(object.contains("comparison"));
  EXPECT_FALSE(object["comparison"]["rows"][0]["values"].empty());
  EXPECT_EQ(object["further_comparisons"].size(), 1U);
  EXPECT_THAT(validator.errors(object), testing::IsEmpty());
}

TEST(StoredJson, IsThatOfTheTestWithItsRecordsWhichAreAsTheSchemaSays) {
  lab::SuiteResult suite = sample_suite();
  suite.cases[0].runs[0].stages = sample_stages();
  Validator validator;
  Json object = Json::parse(stored_json(suite));
  EXPECT_THAT(validator.errors(object), testing::IsEmpty());
  Json unknown = object;
  unknown["records"]["cases"][0]["runs"][0]["mood"] = "fine";
  EXPECT_THAT(validator.errors(unknown), testing::SizeIs(1));
  object.erase("records");
  EXPECT_EQ(object, Json::parse(suite_json(suite)));
}

TEST(StoredJson, GivesBackTheSuiteThatItTellsOf) {
  const lab::SuiteResult suite = sample_suite();
  const auto back = suite_of_record(stored_json(suite));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(suite_record(*back), suite_record(suite));
  EXPECT_EQ(suite_json(*back), suite_json(suite)) << "as test --json said it";
}

TEST(SuiteJson, TheSchemaRefusesWhatIsMissingUnknownOrOfAnotherType) {
  Validator validator;
  const Json good = Json::parse(suite_json(sample_suite()));
  Json missing = good;
  missing["cases"][0]["tasks"].erase("lost");
  Json unknown = good;
  unknown["cases"][0]["mood"] = "fine";
  Json typed = good;
  typed["cases"][0]["metrics"]["goodput"]["value"] = "fast";
  Json hash = good;
  hash["fingerprint"] = "abc";
  for (const Json& bad : {missing, unknown, typed, hash}) {
    EXPECT_THAT(validator.errors(bad), testing::SizeIs(1));
  }
}

TEST(SuiteJson, KeepsKeysInTheirOrder) {
  const auto object = nlohmann::ordered_json::parse(suite_json(sample_suite()));
  std::vector<std::string> keys;
  for (const auto& [key, value] : object["cases"][0].items()) {
    keys.push_back(key);
  }
  EXPECT_THAT(keys, testing::ElementsAre("pattern", "case", "verdict", "reason", "fingerprint",
                                         "virtual_s", "wall_s", "tasks", "metrics", "variants",
                                         "invariants", "faults", "stages", "agents", "alerts"));
}

TEST(SuiteJson, PrintsAtMostNineDigits) {
  const std::string text = suite_json(sample_suite());
  EXPECT_THAT(text, HasSubstr(R"("latency_p50":{"value":0.0301234568,)"));
  EXPECT_THAT(text, HasSubstr(R"("latency_p99":{"value":0.333333333,)"));
  EXPECT_THAT(text, HasSubstr(R"("goodput":{"value":12345.6789,)"));
  const std::regex long_number(R"([:,\[]-?\d*\.?\d*[.]\d{12,})");
  EXPECT_FALSE(std::regex_search(text, long_number));
}

TEST(SuiteJson, IsEqualWhenOnlyDigitsBeyondTheNinthDiffer) {
  const lab::SuiteResult suite = sample_suite();
  lab::SuiteResult other = suite;
  double& value = other.cases[0].metrics["latency_p99"].value;
  value = std::nextafter(value, 1);
  EXPECT_EQ(suite_json(suite), suite_json(other));
}

TEST(SuiteJson, SaysNullWhereANumberDoesNotExist) {
  const Json object = Json::parse(suite_json(sample_suite()));
  const Json& metrics = object["cases"][0]["metrics"];
  EXPECT_TRUE(metrics["share_ratio"]["value"].is_null());
  EXPECT_TRUE(metrics["reliability"]["ci_low"].is_null());
  EXPECT_EQ(metrics["goodput"]["ci_low"], 49.8);
}

TEST(SuiteJson, SumsInvariantsAndCountsFaultsOverRuns) {
  const Json object = Json::parse(suite_json(sample_suite()));
  const Json& star = object["cases"][0];
  EXPECT_EQ(star["invariants"]["shares_conserved"]["checked"], 20'826);
  EXPECT_EQ(star["faults"], Json::parse(R"([{"kind":"crash","planned":2,"acted":2}])"));
  EXPECT_EQ(object["cases"][2]["invariants"]["shares_conserved"]["violated"], 6);
}

TEST(SuiteJson, TellsAlertsWithTheirNumbersAndTimesSinceTheLoadBegan) {
  const Json object = Json::parse(suite_json(sample_suite()));
  const Json& alerts = object["cases"][0]["alerts"];
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_EQ(alerts[0]["subject"], "member 2");
  EXPECT_EQ(alerts[0]["raised_s"], 12);
  EXPECT_EQ(alerts[0]["cleared_s"], 24.5);
  EXPECT_EQ(alerts[0]["worst"], 600);
  EXPECT_TRUE(alerts[1]["cleared_s"].is_null());
}

TEST(SuiteJson, TellsWhatEachAgentDidAndEarned) {
  lab::SuiteResult suite = sample_suite();
  suite.cases[0].runs[0].agents = {{"momentum-1", "momentum", 250, 17.25},
                                   {"pairs-1", "pairs", 0, -3.5}};
  const Json object = Json::parse(suite_json(suite));
  const Json& agents = object["cases"][0]["agents"];
  ASSERT_EQ(agents.size(), 2U);
  EXPECT_EQ(agents[0]["agent"], "momentum-1");
  EXPECT_EQ(agents[0]["tasks"], 250);
  EXPECT_EQ(agents[1]["strategy"], "pairs");
  EXPECT_EQ(agents[1]["profit_loss"], -3.5);
  Validator validator;
  EXPECT_THAT(validator.errors(object), testing::IsEmpty());
}

TEST(SuiteJson, TellsTheStagesOfARingAndWhichIsSlow) {
  lab::SuiteResult suite = sample_suite();
  EXPECT_TRUE(Json::parse(suite_json(suite))["cases"][0]["stages"].empty());
  suite.cases[0].runs[0].stages = sample_stages();
  const Json object = Json::parse(suite_json(suite));
  const Json& stages = object["cases"][0]["stages"];
  ASSERT_EQ(stages.size(), 2U);
  EXPECT_EQ(stages[0]["stage"], "collector");
  EXPECT_EQ(stages[0]["wait_mean_s"], 0.0425);
  EXPECT_EQ(stages[0]["slow"], false);
  EXPECT_EQ(stages[1]["slow"], true);
  EXPECT_EQ(stages[1]["breaker_opens"], 3);
  Validator validator;
  EXPECT_THAT(validator.errors(object), testing::IsEmpty());
}

TEST(SuiteJson, IsOneLineOfTextThatParsesWhateverNamesHold) {
  const std::string text = suite_json(sample_suite());
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  EXPECT_THAT(text, Not(HasSubstr("\xFF")));
  const std::string name = Json::parse(text)["cases"][2]["case"];
  EXPECT_TRUE(name.starts_with("</script><script>"));
}

}  // namespace
}  // namespace report
