#include "report/junit.h"

#include <algorithm>
#include <charconv>

#include "markup.h"
#include "report/explanation.h"

namespace report {
namespace {

std::string attribute_of(double seconds) {
  char text[48];
  const auto end =
      std::to_chars(text, text + sizeof text, seconds, std::chars_format::fixed, 3).ptr;
  return {text, end};
}

// ` name="value"`
std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + escaped(value) + "\"";
}

std::string property(std::string_view name, std::string_view value) {
  return "    <property" + attribute("name", name) + attribute("value", value) + "/>\n";
}

std::string test_case(const lab::CaseResult& result) {
  std::string text = "    <testcase" + attribute("classname", result.pattern) +
                     attribute("name", result.case_name) +
                     attribute("time", attribute_of(result.wall_s));
  switch (result.verdict) {
    case lab::Verdict::kPass:
      return text + "/>\n";
    case lab::Verdict::kFail:
      text += ">\n      <failure" + attribute("message", result.reason) + ">\n" +
              escaped(explanation(result, "muster")) + "      </failure>\n";
      break;
    case lab::Verdict::kInconclusive:
      text += ">\n      <skipped" + attribute("message", "inconclusive: " + result.reason) + "/>\n";
      break;
  }
  return text + "    </testcase>\n";
}

std::string counted(const lab::SuiteResult& suite, lab::Verdict verdict) {
  return std::to_string(std::ranges::count(suite.cases, verdict, &lab::CaseResult::verdict));
}

}  // namespace

std::string suite_junit(const lab::SuiteResult& suite) {
  const std::string counts = attribute("tests", std::to_string(suite.cases.size())) +
                             attribute("failures", counted(suite, lab::Verdict::kFail)) +
                             attribute("errors", "0") +
                             attribute("skipped", counted(suite, lab::Verdict::kInconclusive)) +
                             attribute("time", attribute_of(suite.wall_s));
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + counts + ">\n";
  text += "  <testsuite" + attribute("name", "muster " + suite.suite) + counts + ">\n";
  text += "    <properties>\n";
  for (const auto& [name, value] : std::initializer_list<std::pair<std::string_view, std::string>>{
           {"build", suite.build},
           {"world", suite.world},
           {"seed", std::to_string(suite.seed)},
           {"seeds", std::to_string(suite.seeds)},
           {"fingerprint", hex16(suite.fingerprint)},
           {"interrupted", suite.interrupted ? "true" : "false"}}) {
    text += "  " + property(name, value);
  }
  text += "    </properties>\n";
  for (const lab::CaseResult& result : suite.cases) {
    text += test_case(result);
  }
  return text + "  </testsuite>\n</testsuites>\n";
}

}  // namespace report
