#include "figures.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

#include "lab/deployment.h"
#include "pareto_picture.h"
#include "published.h"
#include "report/html.h"
#include "report/json.h"
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

std::size_t column(std::string_view metric, Under under) {
  const auto found = std::ranges::find_if(kFigureColumns, [&](const FigureColumn& one) {
    return one.metric == metric && one.under == under;
  });
  return static_cast<std::size_t>(found - kFigureColumns.begin());
}

lab::RunResult scheduled(const std::string& arm, const std::string& schedule, std::uint64_t seed,
                         lab::Metrics metrics) {
  lab::RunResult run = variant(arm + "." + schedule, 0, 0);
  run.arm = arm;
  run.schedule_name = schedule;
  run.schedule = schedule == "S0" ? 10 : 11;
  run.seed = seed;
  run.prices = "e2b, read 2026-08";
  run.metrics = std::move(metrics);
  return run;
}

// Star, mesh and the canary over the star, three seeds each under S0 and S1.
lab::SuiteResult study() {
  lab::SuiteResult suite = comparison();
  auto& runs = suite.cases[0].runs;
  runs.clear();
  for (const auto& [arm, reliability] :
       {std::pair{"star", 0.9}, std::pair{"mesh", 0.95}, std::pair{"canary", 0.88}}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const double luck = 0.01 * static_cast<double>(seed);
      runs.push_back(scheduled(arm, "S0", seed, {{"latency_p99", 0.1}, {"reliability", 1}}));
      runs.push_back(scheduled(arm, "S1", seed,
                               {{"reliability", reliability + luck}, {"latency_p99", HUGE_VAL}}));
    }
  }
  lab::RunResult lost = scheduled("star", "S2", 1, {{"spof_outage", 45}});
  lost.component = "node-hub";
  runs.push_back(lost);
  return suite;
}

TEST(Figures, AColumnIsTakenFromTheScheduleThatItSpeaksOf) {
  const Across across = across_patterns(study());
  ASSERT_EQ(across.rows.size(), 3U);
  const PatternFigures& star = across.rows[0];
  EXPECT_EQ(star.name, "Star Topology");
  EXPECT_EQ(runs_text(star), "3, observed");
  EXPECT_NEAR(star.values[column("reliability", Under::kFaults)]->estimate.value, 0.92, 1e-9);
  EXPECT_NEAR(star.values[column("latency_p99", Under::kCalm)]->estimate.value, 0.1, 1e-9);
  EXPECT_FALSE(star.values[column("capacity", Under::kCapacity)]) << "was not measured";
  EXPECT_EQ(star.schedules, "S0 000000000000000a, S1 000000000000000b, S2 000000000000000b");
  EXPECT_EQ(star.spof, "Partial: 1/1 (node-hub), worst outage 45 s");
}

TEST(Figures, ProseInMarkdownHasLinesOfAtMost120Columns) {
  std::istringstream lines(suite_markdown(study()));
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) {
    longest = line.starts_with('|') ? longest : std::max(longest, line.size());
  }
  EXPECT_LE(longest, 120U);
  EXPECT_GT(longest, 80U) << "there is prose to wrap";
}

TEST(Figures, EachNamesTheScheduleThatItTrulyCameFrom) {
  lab::SuiteResult suite = study();
  for (lab::RunResult& run : suite.cases[0].runs) {
    run.schedule_name += run.schedule_name == "S2" ? "" : "s";
  }
  const Across across = across_patterns(suite);
  EXPECT_EQ(across.rows[0].values[column("reliability", Under::kFaults)]->schedule, "S1s");
  EXPECT_EQ(across.differences[0].values[column("reliability", Under::kFaults)]->schedule, "S1s");
  EXPECT_EQ(heading(across.rows, column("latency_p99", Under::kCalm)), "p99 (S0s)");
  EXPECT_THAT(suite_json(suite), HasSubstr(R"("metric":"reliability","under":"S1s")"));
  EXPECT_THAT(suite_json(suite), Not(HasSubstr(R"("under":"S1")")));
  EXPECT_THAT(suite_markdown(suite), HasSubstr("| reliability (S1s) |"));
  EXPECT_THAT(suite_markdown(suite), Not(HasSubstr("(S1)")));
  EXPECT_THAT(suite_html(suite), HasSubstr("<th>p99 (S0s)</th>"));
  EXPECT_THAT(suite_html(suite), HasSubstr("reliability (S1s) against latency p99 (S0s)"));
}

TEST(Figures, OfSeveralFormsEachCellNamesItsOwnAndNothingIsSubtractedAcrossThem) {
  lab::SuiteResult suite = study();
  for (lab::RunResult& run : suite.cases[0].runs) {
    run.schedule_name += run.arm == "canary" ? "s" : "";
  }
  const Across across = across_patterns(suite);
  const std::size_t reliability = column("reliability", Under::kFaults);
  EXPECT_EQ(heading(across.rows, reliability), "reliability (S1, S1s)");
  EXPECT_EQ(cell_text(across.rows, across.rows[0], reliability), "92 % (S1)");
  EXPECT_EQ(cell_text(across.rows, across.rows[2], reliability), "90 % (S1s)");
  EXPECT_FALSE(across.differences[0].values[reliability]) << "the star was not run under S1s";
}

// The study, and a second comparison whose agents are in two regions.
lab::SuiteResult with_regions() {
  lab::SuiteResult suite = study();
  lab::CaseResult far = suite.cases[0];
  far.case_name = "Far apart";
  far.scenario = "far";
  for (lab::RunResult& run : far.runs) {
    run.regions = "eu–us 80 ms; no such quorum, split brain undefined";
    run.metrics["latency_home_p50"] = 0.3;
    run.metrics["latency_remote_p50"] = 0.7;
  }
  suite.cases.push_back(std::move(far));
  return suite;
}

TEST(Figures, RegionsAreAComparisonOfTheirOwnWithTheirLatenciesApart) {
  const lab::SuiteResult suite = with_regions();
  const std::vector<Across> compared = comparisons(suite);
  ASSERT_EQ(compared.size(), 2U);
  EXPECT_TRUE(columns_of(FigureTable::kRegions, compared[0].rows).empty());
  EXPECT_EQ(columns_of(FigureTable::kRegions, compared[1].rows).size(), 8U);
  const PatternFigures& star = compared[1].rows[0];
  EXPECT_NEAR(star.values[column("latency_home_p50", Under::kFaults)]->estimate.value, 0.3, 1e-9);
  EXPECT_NEAR(star.values[column("latency_remote_p50", Under::kFaults)]->estimate.value, 0.7, 1e-9);
  for (const std::string& text : {suite_markdown(suite), suite_html(suite)}) {
    EXPECT_THAT(text, HasSubstr("Across patterns: Far apart"));
    EXPECT_THAT(text, HasSubstr("p50 elsewhere, faults (S1)"));
    EXPECT_THAT(text, HasSubstr("eu–us 80 ms; no such quorum, split brain undefined"));
  }
  EXPECT_THAT(suite_json(suite), HasSubstr(R"("further_comparisons":[{"title":"Far apart")"));
}

// The star at its own load, and in several sizes.
lab::SuiteResult with_other_tables() {
  lab::SuiteResult suite = study();
  auto& runs = suite.cases[0].runs;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    runs.push_back(scheduled("star", "S0-own", seed, {{"latency_p99", 0.4}}));
    runs.push_back(scheduled("star", "S1-own", seed, {{"own_rate", 7.2}, {"reliability", 0.8}}));
    runs.push_back(scheduled("star", "scalability", seed,
                             {{"capacity_10", 30}, {"scalability", 5.5}, {"usl_sigma", -0.02}}));
  }
  return suite;
}

TEST(Figures, WhatWasNotMeasuredHasNoColumnAndNoTable) {
  const Across less = across_patterns(study());
  EXPECT_THAT(columns_of(FigureTable::kSameLoad, less.rows),
              testing::Contains(column("latency_p99", Under::kCalm)));
  EXPECT_THAT(columns_of(FigureTable::kSameLoad, less.rows),
              Not(testing::Contains(column("capacity", Under::kCapacity))));
  EXPECT_TRUE(columns_of(FigureTable::kOwnLoad, less.rows).empty());
  for (const std::string& text : {suite_markdown(study()), suite_html(study())}) {
    EXPECT_THAT(text, Not(HasSubstr("own capacity")));
    EXPECT_THAT(text, Not(HasSubstr("Scalability")));
  }
}

TEST(Figures, OwnLoadAndScalabilityAreTablesOfTheirOwnWithTheirDefinition) {
  const Across across = across_patterns(with_other_tables());
  const PatternFigures& star = across.rows[0];
  EXPECT_NEAR(star.values[column("reliability", Under::kOwnFaults)]->estimate.value, 0.8, 1e-9);
  EXPECT_NEAR(star.values[column("reliability", Under::kFaults)]->estimate.value, 0.92, 1e-9)
      << "and not mixed with those under the common load";
  EXPECT_EQ(figure_text(star, column("usl_sigma", Under::kSizes)), "-0.02");
  EXPECT_EQ(figure_text(across.rows[1], column("usl_sigma", Under::kSizes)), "–");
  for (const std::string& text :
       {suite_markdown(with_other_tables()), suite_html(with_other_tables())}) {
    EXPECT_THAT(text, HasSubstr("of each pattern"));
    EXPECT_THAT(text, HasSubstr("C(n) = γ n / (1 + σ (n - 1) + κ n (n - 1))"));
    EXPECT_THAT(text, HasSubstr("C(10)/C(2)"));
    EXPECT_THAT(text, HasSubstr("7.2 /s"));
  }
}

TEST(Figures, APercentileThatSomeRunsHaveBeyondTheDeadlineIsNoMeanOverTheOthers) {
  const Across across = across_patterns(study());
  EXPECT_EQ(figure_text(across.rows[0], column("latency_p99", Under::kFaults)),
            "> deadline in 3 of 3");
  EXPECT_THAT(pareto_svg(across), HasSubstr("<title>Star Topology</title>"));
}

TEST(Figures, WhatNeverCameIsToldApartFromWhatDoesNotApply) {
  lab::SuiteResult suite = study();
  double next = 0;
  for (lab::RunResult& run : suite.cases[0].runs) {
    if (run.arm == "star" && run.schedule_name == "S1" && next < 2) {
      run.metrics["recovery_time"] = ++next > 1 ? 5 : HUGE_VAL;
    }
  }
  const Across across = across_patterns(suite);
  EXPECT_EQ(figure_text(across.rows[0], column("recovery_time", Under::kFaults)),
            "never in 1 of 3, none in 1 of 3, else 5 s");
}

TEST(Figures, PoliciesAreReadAsTheDifferenceFromTheirBase) {
  const Across across = across_patterns(study());
  ASSERT_EQ(across.differences.size(), 1U) << "topologies have no base";
  EXPECT_EQ(across.differences[0].name, "Canary less Star Topology");
  EXPECT_NEAR(across.differences[0].values[column("reliability", Under::kFaults)]->estimate.value,
              -0.02, 1e-9);
  EXPECT_EQ(across.order, "observed, no ranking: Mesh Topology ≈ Star Topology")
      << "three runs tell them not apart";
  EXPECT_THAT(suite_markdown(study()), HasSubstr("Prices: e2b, read 2026-08."));
  EXPECT_THAT(suite_html(study()), HasSubstr("creation and egress are not counted."));
  EXPECT_THAT(suite_html(study()), HasSubstr("Policies as the difference from their base"));
}

TEST(Figures, ATopologyBesideThePatternsIsNoPolicy) {
  lab::SuiteResult suite = study();
  for (lab::RunResult& run : suite.cases[0].runs) {
    run.arm = run.arm == "mesh" ? "star_alone" : run.arm;
  }
  const Across across = across_patterns(suite);
  ASSERT_EQ(across.differences.size(), 1U);
  EXPECT_EQ(across.differences[0].arm, "canary");
  EXPECT_EQ(across.rows[1].name, "Star without standbys");
}

TEST(Figures, WithoutAComparisonEachPatternStandsByItsFirstCase) {
  const Across across = across_patterns(sample_suite());
  EXPECT_FALSE(across.same_load);
  ASSERT_EQ(across.rows.size(), 2U);
  EXPECT_EQ(across.rows[0].name, "Star Topology");
}

TEST(Figures, RecoveryIsSplitAndCountsThoseThatNeverCame) {
  lab::SuiteResult suite = sample_suite();
  suite.cases[0].runs[1].faults[0].recovered.reset();
  suite.cases[0].runs[1].faults[0].decided.reset();
  const std::vector<Recovery> list = recoveries(suite, "Star Topology");
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].faults, 2U);
  EXPECT_EQ(list[0].schedule, "");
  EXPECT_EQ(list[0].open, 1U);
  EXPECT_NEAR(*list[0].detect_s, 0.31, 1e-9);
  EXPECT_NEAR(*list[0].decide_s, 0.15, 1e-9);
  EXPECT_NEAR(*list[0].total_s, 0.9, 1e-9) << "half of them within this time";
  suite.cases[0].runs[0].faults[0].recovered.reset();
  EXPECT_FALSE(recoveries(suite, "Star Topology")[0].total_s);
}

TEST(Figures, WithoutAFaultThatActedThereIsNoTableOfRecoveriesAndNoHeadingOfOne) {
  lab::SuiteResult suite = sample_suite();
  const std::string heading = "How long faults took to be dealt with";
  EXPECT_THAT(suite_markdown(suite), HasSubstr(heading));
  EXPECT_THAT(suite_markdown(suite), HasSubstr("S1s for 1 s."));
  for (lab::CaseResult& result : suite.cases) {
    for (lab::RunResult& run : result.runs) {
      run.faults.clear();
    }
  }
  EXPECT_THAT(suite_markdown(suite), Not(HasSubstr(heading)));
  EXPECT_THAT(suite_html(suite), Not(HasSubstr(heading)));
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

TEST(Markdown, NamesTheCommandOfLongSchedulesToo) {
  lab::SuiteResult suite = sample_suite();
  const auto command = [&suite](const std::string& name) {
    suite.suite = name;
    const std::string text = suite_markdown(suite);
    const std::size_t begin = text.find("`muster") + 1;
    return text.substr(begin, text.find('`', begin) - begin);
  };
  EXPECT_EQ(command("my study.yaml --full"),
            "muster run 'my study.yaml' --full --seed 1 --seeds 2");
  EXPECT_EQ(command("built-in --pattern ring --full"),
            "muster test --pattern ring --full --seed 1 --seeds 2");
}

TEST(Markdown, KeepsNamesOfScenariosInTheirCells) {
  lab::SuiteResult suite = sample_suite();
  suite.cases[0].case_name = "a | b\n# c <script> `d`";
  const std::string text = suite_markdown(suite);
  EXPECT_THAT(text, HasSubstr("a \\| b # c &lt;script&gt; \\`d\\`"));
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
}

TEST(Figures, SafetyIsOfAllOrdersTogetherWithItsBound) {
  lab::SuiteResult suite = comparison();
  for (lab::RunResult& run : suite.cases[0].runs) {
    run.metrics["orders"] = 15'000;
  }
  const Across across = across_patterns(suite);
  const std::size_t safety = column(lab::kSafetyMetric, Under::kFaults);
  EXPECT_THAT(figure_text(across.rows[0], safety), testing::StartsWith("0 [0, 199."));
  suite.cases[0].runs[0].account.duplicated = 3;
  EXPECT_THAT(figure_text(across_patterns(suite).rows[0], safety), testing::StartsWith("200 [0, "));
  EXPECT_THAT(suite_html(suite, {}), HasSubstr("3 in 45000 orders, below "));
  EXPECT_THAT(suite_markdown(suite), HasSubstr("3 in 45000 orders, below "));
}

TEST(Figures, DetectorsAreSummedOverRunsInPageMarkdownAndJson) {
  lab::SuiteResult suite = sample_suite();
  EXPECT_THAT(suite_html(suite, {}), Not(HasSubstr("data-detector")));
  for (int i = 0; i < 2; ++i) {
    monitor::Score score;
    score.faults = 4;
    score.found = 3;
    score.true_alarms = 3;
    score.false_alarms = 1;
    score.observed = core::minutes(30);
    score.delays = {core::seconds(2), core::seconds(4), core::seconds(6)};
    suite.cases[0].runs[0].detectors.push_back({i == 0 ? "S-H-ESD" : "plain threshold", score});
  }
  suite.cases[0].runs.push_back(suite.cases[0].runs[0]);
  EXPECT_THAT(suite_html(suite, {}), HasSubstr("data-detector"));
  EXPECT_THAT(suite_markdown(suite),
              HasSubstr("| S-H-ESD | 2 | 8 | 6 | 75 % | 75 % | 4 s | 2 | 1 |"));
  EXPECT_THAT(suite_json(suite),
              HasSubstr("\"detectors\":[{\"detector\":\"S-H-ESD\",\"runs\":2,\"faults\":8"));
}

TEST(Figures, ADetectorWithoutARunLongEnoughForItSaysSoAndTheComparisonDoesNotCount) {
  lab::SuiteResult suite = sample_suite();
  monitor::Score watched;
  watched.faults = 4;
  watched.observed = core::minutes(30);
  suite.cases[0].runs[0].detectors = {{"S-H-ESD", watched}, {"half-space trees", {}}};
  EXPECT_THAT(suite_html(suite, {}), HasSubstr("not watched long enough"));
  EXPECT_THAT(suite_markdown(suite),
              HasSubstr("| half-space trees | not watched long enough | – |"));
  EXPECT_THAT(suite_json(suite), HasSubstr("{\"detector\":\"half-space trees\",\"runs\":0}"));
  suite.cases[0].pattern = "Performance Summary";
  EXPECT_THAT(suite_html(suite, {}), Not(HasSubstr("data-detector")));
  EXPECT_THAT(suite_json(suite), Not(HasSubstr("half-space trees")));
}

}  // namespace
}  // namespace report
