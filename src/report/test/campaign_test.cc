#include "report/campaign.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "report/json.h"
#include "scenario/load.h"

namespace report {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Two variants that do the same; what is asked of them is `checks`.
lab::Case two_equals(const std::string& checks) {
  const std::string text =
      "name: equals\npattern: star\nduration: 1s\n"
      "pools: [{name: agent, size: 2, strategy: momentum}]\nworkload: {rate: 20/s}\n"
      "market: {instruments: [{symbol: SYN1, synthetic: {volatility: 20%}}]}\n"
      "checks: {" +
      checks + "}\nruns: {one: {}, other: {}}\n";
  auto file = scenario::load(text, "equals.yaml", {});
  EXPECT_TRUE(file) << file.error().message;
  lab::Case made;
  made.path = "equals.yaml";
  made.file = std::move(*file);
  return made;
}

class CampaignTest : public testing::Test {
 protected:
  CampaignTest() {
    std::string made = (fs::temp_directory_path() / "muster-campaign-XXXXXX").string();
    folder_ = mkdtemp(made.data());
    options_.build = "5f0c2a91";
    options_.for_each = [](std::size_t count, const std::function<void(std::size_t)>& body) {
      for (std::size_t i = 0; i < count; ++i) {
        body(i);
      }
    };
    options_.clock_s = [this] { return clock_s_; };
    options_.interrupted = [this] { return interrupted_; };
  }
  ~CampaignTest() override { fs::remove_all(folder_); }

  CampaignResult campaign(const lab::Case& source, std::uint64_t seeds) {
    options_.seeds = seeds;
    Store store = Store::open(folder_ / "results.db", Store::Access::kWrite).value();
    const auto made = run_campaign(store, source, options_, "2026-11-22T12:00:00Z");
    EXPECT_TRUE(made) << made.error().message;
    return *made;
  }
  [[nodiscard]] lab::SuiteResult stored(const CampaignResult& made) const {
    return Store::open(folder_ / "results.db", Store::Access::kRead)->load(made.id).value();
  }

  lab::SuiteOptions options_;
  double clock_s_ = 0;
  bool interrupted_ = false;

 private:
  fs::path folder_;
};

// Both of them, so that each variant and each piece of the campaign has something to say.
constexpr const char* kAskedTooMuch =
    "requirements: [{metric: goodput, run: one, at_least: 150%, of: goodput, of_run: other}]";

TEST_F(CampaignTest, SaysWhatOneSuiteOfTheSameRunsSays) {
  const lab::Case source = two_equals(std::string(kAskedTooMuch) +
                                      ", objectives: [{metric: latency_p50, at_most: 900ms}]");
  campaign(source, 3);
  const CampaignResult made = campaign(source, 20);  // in pieces
  EXPECT_EQ(made.runs, 40U);
  EXPECT_EQ(made.resumed, 6U);
  EXPECT_EQ(made.failed, 0U) << "no run fails by itself";
  const auto suite = lab::run_suite({source}, options_);
  ASSERT_TRUE(suite);
  const lab::CaseResult& expected = suite->cases[0];
  EXPECT_EQ(expected.verdict, lab::Verdict::kFail);
  EXPECT_EQ(made.verdict, expected.verdict);
  EXPECT_EQ(made.reason, expected.reason);
  EXPECT_THAT(made.reason, HasSubstr("requirement one: goodput"));
  const lab::SuiteResult loaded = stored(made);
  ASSERT_EQ(loaded.cases.size(), 1U);
  EXPECT_EQ(loaded.verdict, suite->verdict);
  EXPECT_EQ(loaded.fingerprint, suite->fingerprint);
  EXPECT_EQ(suite_json(loaded), suite_json([&] {
              lab::SuiteResult same = *suite;
              same.wall_s = loaded.wall_s;
              return same;
            }()))
      << "metrics with their intervals, variants, checks";
  ASSERT_EQ(loaded.cases[0].checks.size(), expected.checks.size());
  for (std::size_t i = 0; i < expected.checks.size(); ++i) {
    EXPECT_EQ(loaded.cases[0].checks[i].observed, expected.checks[i].observed);
  }
  EXPECT_TRUE(loaded.cases[0].runs[32].bins.empty()) << "one seed alone is drawn";
  EXPECT_THAT(campaign_json(made), HasSubstr(R"("kind":"requirement","text":"one: goodput)"));
}

TEST_F(CampaignTest, AnObjectiveThatIsMissedFailsIt) {
  const lab::Case source = two_equals("objectives: [{metric: latency_p50, at_most: 1ms}]");
  EXPECT_EQ(campaign(source, 2).verdict, lab::Verdict::kPass) << "two seeds only observe";
  const CampaignResult made = campaign(source, 20);
  EXPECT_EQ(made.failed, 0U);
  EXPECT_EQ(made.verdict, lab::Verdict::kFail);
  EXPECT_THAT(made.reason, HasSubstr("objective latency_p50"));
  EXPECT_EQ(stored(made).verdict, lab::Verdict::kFail);
}

TEST_F(CampaignTest, ARunThatDoesNotEndLeavesItInconclusive) {
  const lab::Case source = two_equals("requirements: [{metric: lost, at_most: 0}]");
  options_.timeout_s = 1;
  std::uint64_t asked = 0;
  options_.clock_s = [&] { return ++asked > 20 ? clock_s_ += 2 : clock_s_; };
  const CampaignResult late = campaign(source, 8);
  EXPECT_LT(late.runs, 16U);
  EXPECT_GT(late.runs, 0U);
  EXPECT_EQ(late.verdict, lab::Verdict::kInconclusive);
  EXPECT_THAT(late.reason, HasSubstr("took longer than one run may"));
  options_.timeout_s = 0;
  const CampaignResult whole = campaign(source, 8);
  EXPECT_EQ(whole.runs, 16U);
  EXPECT_EQ(whole.resumed, late.runs);
  EXPECT_EQ(whole.verdict, lab::Verdict::kPass);
  EXPECT_EQ(whole.reason, "");
}

TEST_F(CampaignTest, WhatWasInterruptedPassesNothing) {
  const lab::Case source = two_equals("objectives: [{metric: latency_p50, at_most: 900ms}]");
  interrupted_ = true;
  const CampaignResult made = campaign(source, 2);
  EXPECT_TRUE(made.interrupted);
  EXPECT_EQ(made.verdict, lab::Verdict::kInconclusive);
}

}  // namespace
}  // namespace report
