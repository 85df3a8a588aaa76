#include "report/junit.h"

#include <gmock/gmock.h>

#include "report/explanation.h"
#include "sample.h"

namespace report {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string sample_xml() {
  return suite_junit(sample_suite());
}

TEST(SuiteJunit, CountsWhatPassedFailedAndDecidedNothing) {
  EXPECT_THAT(
      sample_xml(),
      HasSubstr(R"(<testsuites tests="3" failures="1" errors="0" skipped="1" time="1.500">)"));
  EXPECT_THAT(sample_xml(), HasSubstr(R"(<testsuite name="muster sample" tests="3")"));
  EXPECT_THAT(sample_xml(), HasSubstr(R"(<property name="seed" value="1"/>)"));
}

TEST(SuiteJunit, APassedCaseIsOneLineAndAnInconclusiveOneIsSkipped) {
  EXPECT_THAT(sample_xml(),
              HasSubstr(R"(<testcase classname="Star Topology" name="The hub fails over to a )"
                        R"(standby" time="0.810"/>)"));
  EXPECT_THAT(sample_xml(), HasSubstr(R"(<skipped message="inconclusive: interrupted"/>)"));
}

TEST(SuiteJunit, AFailureHasTheFiveLinesAndNoMarkupOfAStranger) {
  const std::string xml = sample_xml();
  for (const char* line :
       {"  what   because of ", "  when   ", "  who    ", "  fault  ", "  replay muster replay "}) {
    EXPECT_THAT(xml, HasSubstr(line));
  }
  EXPECT_THAT(xml, Not(HasSubstr("<script>")));
  EXPECT_THAT(xml, HasSubstr("\xEF\xBF\xBD")) << "bytes that are no UTF-8";
}

TEST(Explanation, NamesTheLastFaultBeforeTheFirstViolation) {
  lab::CaseResult result = sample_suite().cases[2];
  result.runs[0].faults.resize(1);
  const std::string text = explanation(result, "./run");
  EXPECT_EQ(std::ranges::count(text, '\n'), 5);
  EXPECT_THAT(text, HasSubstr("  fault  crash at "));
  EXPECT_THAT(text, HasSubstr("  replay ./run replay "));
}

TEST(Explanation, ADoubledTradeNamesTheFaultBeforeIt) {
  lab::CaseResult result = sample_suite().cases[0];
  lab::RunResult& run = result.runs[0];
  run.verdict = lab::Verdict::kFail;
  result.reason = "requirement duplicated at most 0: 1";
  run.account.findings = {
      {core::at(lab::kSettle + core::milliseconds(12'300)), {}, "key 77 has 2 accepted orders"}};
  EXPECT_EQ(explanation(result, "muster"),
            "  what   requirement duplicated at most 0: 1\n"
            "  when   12.300 s\n"
            "  who    key 77 has 2 accepted orders\n"
            "  fault  crash at 10.000 s\n"
            "  replay muster replay star-failover@1\n");
}

TEST(Explanation, WithoutARunToBlameGivesTheCommandThatRunsTheCase) {
  lab::CaseResult result;
  result.reason = "objective latency_p99 at most 1 ms: fail";
  result.path = "my scenarios/one.yaml";
  EXPECT_EQ(explanation(result, "muster"),
            "  what   objective latency_p99 at most 1 ms: fail\n"
            "  replay muster run 'my scenarios/one.yaml'\n");
}

}  // namespace
}  // namespace report
