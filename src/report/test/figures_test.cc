#include "figures.h"

#include <gmock/gmock.h>

#include "lab/deployment.h"
#include "pareto_picture.h"
#include "published.h"
#include "report/html.h"
#include "report/markdown.h"
#include "sample.h"

namespace report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

lab::RunResult variant(std::string name, double p99, double reliability) {
  lab::RunResult run = sample_suite().cases[0].runs[0];
  run.run = std::move(name);
  run.metrics = {{"latency_p99", p99}, {"reliability", reliability}};
  return run;
}

lab::SuiteResult comparison() {
  lab::SuiteResult suite = sample_suite();
  suite.cases.resize(1);
  suite.cases[0].pattern = "Performance Summary";
  suite.cases[0].runs = {variant("Mesh", 0.05, 0.99), variant("Star", 0.1, 0.98),
                         variant("Ring", 0.04, 0.9)};
  return suite;
}

TEST(Figures, VariantsOfTheComparisonStandForTheSameLoad) {
  const Across across = across_patterns(comparison());
  EXPECT_TRUE(across.same_load);
  ASSERT_EQ(across.rows.size(), 3U);
  EXPECT_EQ(across.rows[0].name, "Mesh");
  EXPECT_THAT(on_front(across), ElementsAre(true, false, true)) << "the star is beaten by the mesh";
  EXPECT_THAT(pareto_svg(across), HasSubstr("<title>Ring</title>"));
}

TEST(Figures, WithoutAComparisonEachPatternStandsByItsFirstCase) {
  const Across across = across_patterns(sample_suite());
  EXPECT_FALSE(across.same_load);
  ASSERT_EQ(across.rows.size(), 2U);
  EXPECT_EQ(across.rows[0].name, "Star Topology");
}

TEST(Figures, RecoveryIsSplitAndCountsThoseThatNeverCame) {
  lab::SuiteResult suite = sample_suite();
  suite.cases[0].runs[1].faults[0].executed.reset();
  suite.cases[0].runs[1].faults[0].decided.reset();
  const std::vector<Recovery> list = recoveries(suite, "Star Topology");
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].faults, 2U);
  EXPECT_EQ(list[0].open, 1U);
  EXPECT_NEAR(*list[0].detect_s, 0.31, 1e-9);
  EXPECT_NEAR(*list[0].decide_s, 0.15, 1e-9);
  EXPECT_NEAR(*list[0].total_s, 0.9, 1e-9) << "half of them within this time";
  suite.cases[0].runs[0].faults[0].executed.reset();
  EXPECT_FALSE(recoveries(suite, "Star Topology")[0].total_s);
}

TEST(Figures, ThePageHasAChapterForEachPatternAndThePublishedFiguresBesideOurs) {
  const std::string page = suite_html(sample_suite());
  EXPECT_THAT(page, HasSubstr("A hub takes and assigns all tasks"));
  EXPECT_THAT(page, HasSubstr("How long faults took to be dealt with"));
  EXPECT_THAT(page, HasSubstr("not measured (constants and random draws)"));
  EXPECT_THAT(page, HasSubstr("must not be ranked"));
  EXPECT_THAT(suite_html(comparison()), HasSubstr("class=\"pareto\""));
}

TEST(Figures, EveryPatternHasAMeaningAndPublishedFigures) {
  for (const char* pattern :
       {"Mesh Topology", "Hierarchical Topology", "Ring Topology", "Star Topology", "Auto-Scaling",
        "Multi-Strategy", "Blue-Green Deployment", "Canary Deployment"}) {
    EXPECT_FALSE(meaning_of_pattern(pattern).empty()) << pattern;
    EXPECT_NE(find_published(pattern), nullptr) << pattern;
  }
  EXPECT_EQ(find_published("Performance Summary"), nullptr);
}

TEST(Markdown, NamesCommandSeedsScheduleAndBuild) {
  lab::SuiteResult suite = sample_suite();
  suite.suite = "built-in";
  const std::string text = suite_markdown(suite);
  EXPECT_THAT(text, HasSubstr("`muster test --seed 1 --seeds 2`"));
  EXPECT_THAT(text, HasSubstr("| seeds | 1 to 2, 4 runs |"));
  EXPECT_THAT(text, HasSubstr("| schedule hash | `"));
  EXPECT_THAT(text, HasSubstr("| build | `5f0c2a91` |"));
  EXPECT_THAT(text, HasSubstr("not measured"));
}

TEST(Markdown, KeepsNamesOfScenariosInTheirCells) {
  lab::SuiteResult suite = sample_suite();
  suite.cases[0].case_name = "a | b\n# c <script> `d`";
  const std::string text = suite_markdown(suite);
  EXPECT_THAT(text, HasSubstr("a \\| b # c &lt;script&gt; \\`d\\`"));
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
}

}  // namespace
}  // namespace report
