#include "report/selection.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "report/comparison.h"
#include "report/record.h"
#include "report/table.h"
#include "sample.h"

namespace report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SelectionTest : public testing::Test {
 protected:
  SelectionTest() {
    std::string made = (std::filesystem::temp_directory_path() / "muster-pick-XXXXXX").string();
    folder_ = mkdtemp(made.data());
    store_.emplace(Store::open(folder_ / "results.db", Store::Access::kWrite).value());
    lab::SuiteResult suite = sample_suite();
    EXPECT_EQ(store_->save(suite, "2026-11-20T10:00:00Z"), 1);
    suite.build = "aaaa0000";
    EXPECT_EQ(store_->save(suite, "2026-11-21T10:00:00Z"), 2);
    EXPECT_EQ(store_->save(suite, "2026-11-21T11:00:00Z"), 3);
  }
  ~SelectionTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::vector<std::int64_t> find(std::string_view selector) {
    return find_suites(*store_, selector).value_or(std::vector<std::int64_t>{});
  }

  std::filesystem::path folder_;
  std::optional<Store> store_;
};

TEST_F(SelectionTest, TakesNumbersDatesBuildsAndTheLatest) {
  EXPECT_THAT(find("2"), ElementsAre(2));
  EXPECT_THAT(find("latest"), ElementsAre(3));
  EXPECT_THAT(find("latest~2"), ElementsAre(1));
  EXPECT_THAT(find("2026-11-21"), ElementsAre(3, 2));
  EXPECT_THAT(find("build:5f0c"), ElementsAre(1));
  EXPECT_THAT(find("build:aaaa0000"), ElementsAre(3, 2));
}

TEST_F(SelectionTest, WhatNamesNothingIsToldWithWhatThereIs) {
  for (const char* selector : {"9", "latest~3", "latest~x", "latestly", "2025-01-01",
                               "build:", "build:ffff", "", "' OR 1=1 --", "%"}) {
    const auto found = find_suites(*store_, selector);
    ASSERT_FALSE(found) << selector;
    EXPECT_EQ(found.error().code, core::Code::kNotFound);
    EXPECT_THAT(found.error().message, HasSubstr("3  2026-11-21T11:00:00Z  build:aaaa0000"));
  }
}

TEST_F(SelectionTest, RunsOfManySuitesAreCountedOnce) {
  const auto one = select_runs(*store_, "3");
  const auto both = select_runs(*store_, "2026-11-21");
  ASSERT_TRUE(one && both);
  EXPECT_EQ(one->size(), 4U);
  EXPECT_EQ(both->size(), 4U);
}

TEST_F(SelectionTest, AFileHasTheSameRuns) {
  const auto stored = select_runs(*store_, "3");
  const auto read = runs_of_file(suite_record(store_->load(3).value()), "runs.json");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->size(), stored->size());
  EXPECT_EQ(runs_of_file("{}", "x.json").error().code, core::Code::kInvalid);
  EXPECT_EQ(runs_of_file("", "x.json").error().code, core::Code::kInvalid);
}

TEST_F(SelectionTest, AComparisonNamesBothSetsAndItsVerdict) {
  const auto a = select_runs(*store_, "1");
  const auto b = select_runs(*store_, "latest");
  const auto comparison = lab::compare(*a, *b);
  ASSERT_TRUE(comparison) << comparison.error().message;
  const std::string text = comparison_text(*comparison, *a, *b, true);
  EXPECT_THAT(text, HasSubstr("A  1 (4 runs"));
  EXPECT_THAT(comparison_json(*comparison, *a, *b), HasSubstr("\"verdict\":\"inconclusive\""));
}

TEST(Table, KeepsColumnsAndTakesNoEscapes) {
  Table table({"a", "b"});
  table.add({"naïve", "1"});
  table.add({"x\x1b[31m", "22"});
  EXPECT_EQ(table.text(), "a       b\nnaïve   1\nx\xEF\xBF\xBD[31m  22\n");
  EXPECT_EQ(Table({"a"}).text(), "");
}

}  // namespace
}  // namespace report
