#include <nlohmann/json.hpp>

#include "scenario/load.h"
#include "scenario/metrics.h"
#include "tables.h"
#include "values.h"

namespace scenario {
namespace {

using Json = nlohmann::ordered_json;

// In a run, null takes a key of the file away.
enum class Null { kRefused, kAllowed };

Json object_schema(KeyList keys, Null null);

Json words_schema(const std::vector<std::string>& words) {
  return {{"type", "string"}, {"enum", words}};
}

Json pattern_schema(std::string_view pattern) {
  return {{"type", "string"}, {"pattern", pattern}};
}

Json metric_schema() {
  std::vector<std::string> names;
  for (const Metric& metric : metrics()) {
    names.emplace_back(metric.name);
  }
  return words_schema(names);
}

Json text_schema(const Key& key) {
  switch (key.shape) {
    case Shape::kSlug:
      return pattern_schema("^[a-z0-9-]{1,64}$");
    case Shape::kName:
      return pattern_schema("^[a-z0-9_-]{1,64}$");
    case Shape::kSymbol:
      return pattern_schema("^[A-Z][A-Z0-9.]{0,11}$");
    case Shape::kText:
      return {{"type", {"string", "number", "boolean"}}, {"maxLength", key.high}};
    default:
      return {{"type", {"string", "number"}}};
  }
}

Json value_schema(const Key& key) {
  switch (key.shape) {
    case Shape::kList:
      return Json::object();
    case Shape::kWord:
      return words_schema(key.words());
    case Shape::kMetric:
      return metric_schema();
    case Shape::kInteger:
      return {{"type", "integer"}, {"minimum", key.low}, {"maximum", key.high}};
    case Shape::kFlag:
      return {{"type", "boolean"}};
    case Shape::kDuration:
      return pattern_schema(R"(^-?[0-9]+(\.[0-9]+)?(ns|us|ms|s|min|h|d)$)");
    case Shape::kRate:
      return pattern_schema(R"(^[0-9]+(\.[0-9]+)?/s$)");
    case Shape::kSize:
      return pattern_schema(R"(^[0-9]+(\.[0-9]+)?(B|KiB|MiB|GiB|KB|MB|GB)$)");
    case Shape::kByteRate:
      return pattern_schema(R"(^[0-9]+(\.[0-9]+)?(B|KiB|MiB|GiB|KB|MB|GB)/s$)");
    case Shape::kPercent:
      return pattern_schema(R"(^-?[0-9]+(\.[0-9]+)?%$)");
    default:
      return text_schema(key);
  }
}

// What a file may write for the key's default, as a JSON value.
Json default_of(const Key& key) {
  switch (key.shape) {
    case Shape::kInteger:
      return parse_integer(key.otherwise).value();
    case Shape::kFlag:
      return key.otherwise == "true";
    default:
      return key.otherwise;
  }
}

std::string description_of(const Key& key) {
  std::string text(key.meaning);
  switch (key.shape) {
    case Shape::kDuration:
      return text + " (" + duration_text(key.low) + " to " + duration_text(key.high) + ")";
    case Shape::kRate:
      return text + " (" + rate_text(key.low) + " to " + rate_text(key.high) + ")";
    case Shape::kSize:
      return text + " (" + size_text(key.low) + " to " + size_text(key.high) + ")";
    case Shape::kPercent:
      return text + " (" + percent_text(key.low) + " to " + percent_text(key.high) + ")";
    case Shape::kList:
      return key.otherwise.empty() ? text : text + "; default: " + std::string(key.otherwise);
    default:
      return text;
  }
}

// A fault of one kind takes the keys of its rule and no others.
Json fault_rules_schema() {
  Json rules = Json::array();
  for (const std::string& word : words_of<FaultKind>()) {
    const FaultRule rule = fault_rule(value_of<FaultKind>(word));
    Json then{{"propertyNames", {{"enum", fault_keys(rule)}}}, {"required", rule.required}};
    rules.push_back({{"if", {{"properties", {{"kind", {{"const", word}}}}}}}, {"then", then}});
  }
  return rules;
}

Json key_schema(const Key& key, Null null) {
  Json schema;
  if (key.shape == Shape::kObject) {
    schema = object_schema(key.keys, null);
  } else if (key.shape == Shape::kList) {
    schema = {{"type", "array"},
              {"minItems", key.low},
              {"maxItems", key.high},
              {"items", key_schema(*key.element, Null::kRefused)}};
    if (key.name == "faults") {
      schema["items"]["allOf"] = fault_rules_schema();
    }
  } else if (key.shape == Shape::kRuns) {
    schema = {{"type", "object"},
              {"propertyNames", {{"pattern", "^[a-z0-9_-]{1,64}$"}}},
              {"minProperties", 1},
              {"additionalProperties", {{"$ref", "#/$defs/run"}}}};
  } else {
    schema = value_schema(key);
    if (!key.otherwise.empty()) {
      schema["default"] = default_of(key);
    }
  }
  schema["description"] = description_of(key);
  if (null == Null::kAllowed) {
    return {{"anyOf", {schema, {{"type", "null"}}}}};
  }
  return schema;
}

Json object_schema(KeyList keys, Null null) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Key& key : keys) {
    properties[std::string(key.name)] = key_schema(key, null);
    if (key.required) {
      required.push_back(key.name);
    }
  }
  Json schema{{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
  if (!required.empty()) {
    schema["required"] = required;
  }
  return schema;
}

}  // namespace

std::string json_schema() {
  Json schema{
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "A Muster scenario"},
      {"description", "What to deploy, what to load it with, what to break, what must hold."}};
  schema.update(object_schema(file_keys(), Null::kRefused));
  Json run = object_schema(run_keys(), Null::kAllowed);
  run["type"] = {"object", "null"};
  schema["$defs"] = {{"run", run}};
  return schema.dump(2) + "\n";
}

}  // namespace scenario
