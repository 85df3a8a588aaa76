#include "report/html.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "charts.h"
#include "markup.h"
#include "sample.h"
#include "topology_picture.h"

namespace report {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

TEST(SuiteHtml, EscapesEveryNameOfAScenario) {
  const std::string page = suite_html(sample_suite());
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("<script>document")));
  EXPECT_THAT(page, HasSubstr("&lt;/script&gt;&lt;script&gt;document.title=&#39;broken&#39;"));
  EXPECT_THAT(page, Not(HasSubstr("\xFF")));
}

TEST(SuiteHtml, HasAsManyScriptsAsItWrote) {
  const std::string page = suite_html(sample_suite());
  const std::size_t drawn = 3;  // runs with time series
  EXPECT_EQ(count(page, "<script"), drawn + 2);
  EXPECT_EQ(count(page, "</script>"), drawn + 2);
}

TEST(SuiteHtml, AllowsItsOwnScriptsAndNothingElse) {
  const std::string page = suite_html(sample_suite());
  const std::regex policy(
      R"re(Content-Security-Policy" content="default-src 'none'; base-uri 'none'; )re"
      R"re(form-action 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; )re"
      R"re(script-src 'sha256-[A-Za-z0-9+/]{43}=' 'sha256-[A-Za-z0-9+/]{43}='")re");
  EXPECT_TRUE(std::regex_search(page.substr(0, 1'000), policy));
  EXPECT_THAT(page, Not(HasSubstr(" style=\"")));
  EXPECT_THAT(page, Not(HasSubstr(" src=\"")));
}

TEST(SuiteHtml, SaysTheSameTwice) {
  EXPECT_EQ(suite_html(sample_suite()), suite_html(sample_suite()));
}

TEST(SuiteHtml, GivesTheCommandThatReplaysEachRun) {
  const std::string page = suite_html(sample_suite(), {"./run", "0.1.0"});
  EXPECT_THAT(page, HasSubstr("<code>./run replay star-failover@1</code>"));
  EXPECT_THAT(page, HasSubstr("<code>./run replay star-failover@2</code>"));
  EXPECT_THAT(page, HasSubstr(escaped("./run replay 'mesh '\\''$(reboot):50-s@1#5f0c2a91'")));
}

TEST(SuiteHtml, ShowsVerdictsReasonsAndViolations) {
  const std::string page = suite_html(sample_suite());
  EXPECT_THAT(page, HasSubstr("<h1>fail</h1><p>1 of 3 cases passed</p>"));
  EXPECT_THAT(page, HasSubstr("<p class=\"reason\">interrupted</p>"));
  EXPECT_THAT(page, HasSubstr("SYN1: 100 shares more than before"));
  EXPECT_THAT(page, HasSubstr("fit of data/index.csv (2015-01-02 to 2024-12-31)"));
}

TEST(SuiteHtml, ListsAlertsByTheNameOfWhomTheyAreAbout) {
  const std::string page = suite_html(sample_suite());
  EXPECT_THAT(page, HasSubstr("<summary>2 alerts</summary>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"num\">12.00 s</td><td class=\"num\">24.50 s</td>"
                              "<td>spoke-1</td><td>failure rate 40.0 % is above 15.0 %</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"num\">–</td><td>swarm</td>"));
}

TEST(SuiteHtml, HasATableOfARingsStages) {
  lab::SuiteResult suite = sample_suite();
  EXPECT_THAT(suite_html(suite), Not(HasSubstr("To the next, ms")));
  suite.cases[0].runs[0].stages = sample_stages();
  const std::string page = suite_html(suite);
  EXPECT_THAT(page, HasSubstr("<tr><td>collector</td><td class=\"num\">1</td>"
                              "<td class=\"num\">900</td><td class=\"num\">21.00</td>"));
  EXPECT_THAT(page, HasSubstr(" <strong>slow</strong></td><td class=\"num\">2</td>"));
}

TEST(SuiteHtml, OfAnEmptySuiteIsStillAPage) {
  const std::string page = suite_html({});
  EXPECT_THAT(page, HasSubstr("0 of 0 cases passed"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
}

TEST(ChartData, IsSafeInAScriptAndStaysJson) {
  lab::RunResult run = sample_suite().cases[2].runs[0];
  const std::string data = chart_json(run);
  EXPECT_THAT(data, Not(HasSubstr("<")));
  EXPECT_THAT(data, HasSubstr("\\u2028"));
  const auto parsed = nlohmann::json::parse(data);
  EXPECT_TRUE(parsed["bands"][1]["text"].get<std::string>().starts_with("</script>"));
  EXPECT_EQ(parsed["bands"][1]["to"], 30.0) << "a fault without an end lasts to the end";
}

TEST(ChartData, MergesBinsUntilTheyHoldTenTasks) {
  lab::RunResult run;
  run.bins.assign(20, {5, 4, 0.02});
  run.bins[1] = {5, 2, 0.08};
  const auto data = nlohmann::json::parse(chart_json(run));
  EXPECT_EQ(data["step"], 0.2);
  EXPECT_EQ(data["offered"][0], 50.0);
  EXPECT_EQ(data["goodput"][0], 30.0);
  EXPECT_EQ(data["latency"][0], 40.0) << "weighted by tasks: (4 x 20 + 2 x 80) / 6 ms";
  EXPECT_EQ(data["late"][0], 4) << "the others, late or never done";
  EXPECT_EQ(data["late"][1], 2);
}

TEST(ChartData, TheCaptionCountsWhoeverWasNotDoneByTheDeadline) {
  lab::SuiteResult suite = sample_suite();
  lab::RunResult& run = suite.cases[0].runs[0];
  run.bins.assign(20, {5, 4, 0.02});
  EXPECT_THAT(suite_html(suite),
              HasSubstr("at the top edge, &gt; D: those not done by the deadline, 20<"));
  for (auto& one : suite.cases) {
    for (lab::RunResult& other : one.runs) {
      other.bins.assign(20, {5, 5, 0.02});
    }
  }
  EXPECT_THAT(suite_html(suite), Not(HasSubstr("at the top edge, &gt;")));
}

TEST(ChartData, HasNoLatencyWhereNothingWasDone) {
  lab::RunResult run;
  run.bins.assign(2, {10, 0, 0});
  const auto data = nlohmann::json::parse(chart_json(run));
  EXPECT_TRUE(data["latency"][0].is_null());
  EXPECT_EQ(data["goodput"][0], 0.0);
}

TEST(TopologyPicture, PutsTheHubInTheCentreAndMarksWhoLedAndWhoWasHit) {
  const std::string svg = topology_svg(sample_suite().cases[0].runs[0]);
  EXPECT_THAT(svg, HasSubstr("<title>hub, led when the load began, hit by a fault</title>"));
  EXPECT_THAT(svg, HasSubstr("class=\"member leads\" cx=\"210.0\" cy=\"135.0\""));
  EXPECT_EQ(count(svg, "<line class=\"link\""), 5U);
}

TEST(TopologyPicture, DrawsEveryLinkOfAMeshAndDashesTheUnproven) {
  const std::string svg = topology_svg(sample_suite().cases[2].runs[0]);
  EXPECT_EQ(count(svg, "<line class=\"link\""), 20U);
  EXPECT_EQ(count(svg, "<line class=\"link unproven\""), 1U);
  EXPECT_EQ(count(svg, "<title>"), 7U);
}

TEST(TopologyPicture, ShortensLongNamesAndKeepsThemAsTitles) {
  lab::RunResult run;
  run.links = {{"mean-reversion-12", "statistical-arbitrage-12", true}};
  const std::string svg = topology_svg(run);
  EXPECT_THAT(svg, HasSubstr(">mean-reversion-12</text>"));
  EXPECT_THAT(svg, HasSubstr(">statistic…age-12</text>"));
  EXPECT_THAT(svg, HasSubstr("<title>statistical-arbitrage-12</title>"));
}

TEST(TopologyPicture, IsEmptyWithoutLinks) {
  EXPECT_EQ(topology_svg({}), "");
}

TEST(Markup, ReplacesWhatIsNoText) {
  EXPECT_EQ(escaped("a\x01"
                    "b\xC0\xAF\xED\xA0\x80"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(escaped("naïve – 🐝"), "naïve – 🐝");
  EXPECT_EQ(escaped("\xF0\x9F"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Markup, NeverSaysAllOfAlmostAll) {
  EXPECT_EQ(with_unit(0.99999, scenario::Unit::kShare), "> 99.99 %");
  EXPECT_EQ(with_unit(1, scenario::Unit::kShare), "100 %");
  EXPECT_EQ(with_unit(0.0412345, scenario::Unit::kSeconds), "41.23 ms");
  EXPECT_EQ(with_unit(123'456'789, scenario::Unit::kCount), "123456789");
  EXPECT_EQ(with_unit(-1'234.5, scenario::Unit::kDollars), "-$1235");
}

}  // namespace
}  // namespace report
