#include "report/store.h"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "report/html.h"
#include "report/json.h"
#include "report/record.h"
#include "sample.h"

namespace report {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kNoon = "2026-11-22T12:00:00Z";

// A folder of its own for each test, gone afterwards.
class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string made = (fs::temp_directory_path() / "muster-store-XXXXXX").string();
    folder_ = mkdtemp(made.data());
  }
  ~StoreTest() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string path() const { return folder_ / "sub" / "results.db"; }

  [[nodiscard]] Store open(Store::Access access = Store::Access::kWrite) const {
    auto store = Store::open(path(), access);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }

  [[nodiscard]] core::Error refusal(Store::Access access = Store::Access::kWrite) const {
    const auto store = Store::open(path(), access);
    return store ? core::Error{core::Code::kInvalid, "it was opened"} : store.error();
  }

  [[nodiscard]] std::string bytes() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& text) const {
    fs::create_directories(fs::path(path()).parent_path());
    std::ofstream(path(), std::ios::binary) << text;
  }
  void execute(const char* sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }

 private:
  fs::path folder_;
};

TEST_F(StoreTest, ASuiteComesBackAsItWas) {
  const lab::SuiteResult suite = sample_suite();
  const auto id = open().save(suite, kNoon);
  ASSERT_TRUE(id) << id.error().message;
  const auto loaded = open(Store::Access::kRead).load(*id);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(suite_json(*loaded), suite_json(suite));
  // Bytes that are no UTF-8 are replaced when they are stored, so the page is of what was loaded.
  Store store = open();
  const auto again = store.load(store.save(*loaded, kNoon).value());
  EXPECT_EQ(suite_html(*again), suite_html(*loaded)) << "charts, events and pictures too";
  lab::SuiteResult plain = suite;
  plain.cases.resize(1);
  EXPECT_EQ(suite_html(*store.load(store.save(plain, kNoon).value())), suite_html(plain));
}

TEST_F(StoreTest, ListsSuitesWithTheirRunsTheLatestFirst) {
  Store store = open();
  lab::SuiteResult other = sample_suite();
  other.suite = "other";
  other.cases.resize(1);
  EXPECT_EQ(store.save(sample_suite(), kNoon), 1);
  EXPECT_EQ(store.save(other, kNoon), 2);
  const auto list = store.suites();
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ(list->at(0).suite, "other");
  EXPECT_EQ(list->at(0).runs, 2U);
  EXPECT_EQ(list->at(1).runs, 4U);
  EXPECT_EQ(list->at(1).build, "5f0c2a91");
  EXPECT_EQ(list->at(1).stored_at, kNoon);
  EXPECT_EQ(list->at(1).verdict, lab::Verdict::kFail);
}

TEST_F(StoreTest, WhatIsNotThereIsSaid) {
  EXPECT_EQ(refusal(Store::Access::kRead).code, core::Code::kNotFound);
  EXPECT_FALSE(fs::exists(path())) << "reading makes nothing";
  EXPECT_EQ(open().load(7).error().code, core::Code::kNotFound);
}

TEST_F(StoreTest, RefusesAFileThatIsNoDatabaseAndLeavesIt) {
  write("This was a diary, not a database. " + std::string(2'000, 'x'));
  const std::string before = bytes();
  for (const auto access : {Store::Access::kRead, Store::Access::kWrite}) {
    EXPECT_EQ(refusal(access).code, core::Code::kCorrupt);
    EXPECT_THAT(refusal(access).message, HasSubstr("left as it is"));
  }
  EXPECT_EQ(bytes(), before);
}

TEST_F(StoreTest, RefusesADatabaseThatWasCutShortAndLeavesIt) {
  ASSERT_TRUE(open().save(sample_suite(), kNoon));
  write(bytes().substr(0, bytes().size() / 2));
  const std::string before = bytes();
  EXPECT_EQ(refusal().code, core::Code::kCorrupt);
  EXPECT_EQ(bytes(), before);
}

TEST_F(StoreTest, RefusesTheDatabaseOfAnotherProgram) {
  fs::create_directories(fs::path(path()).parent_path());
  execute("CREATE TABLE diary(entry TEXT)");
  EXPECT_THAT(refusal().message, HasSubstr("another program"));
}

TEST_F(StoreTest, RefusesANewerVersion) {
  ASSERT_TRUE(open().save(sample_suite(), kNoon));
  execute("PRAGMA user_version = 2");
  for (const auto access : {Store::Access::kRead, Store::Access::kWrite}) {
    EXPECT_EQ(refusal(access).code, core::Code::kUnavailable);
    EXPECT_THAT(refusal(access).message, HasSubstr("newer Muster"));
  }
}

TEST_F(StoreTest, ADamagedRecordIsAnErrorNotACrash) {
  ASSERT_TRUE(open().save(sample_suite(), kNoon));
  for (const char* record : {"{", "[]", "{\"scenario\":7}", ""}) {
    execute(("UPDATE run SET record = '" + std::string(record) + "'").c_str());
    const auto loaded = open(Store::Access::kRead).load(1);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, core::Code::kCorrupt);
  }
}

TEST_F(StoreTest, ManyWritersAtOnceAllSucceed) {
  constexpr int kWriters = 4;
  constexpr int kEach = 5;
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([this] {
        for (int n = 0; n < kEach; ++n) {
          EXPECT_TRUE(open().save(sample_suite(), kNoon));
        }
      });
    }
  }
  const auto list = open(Store::Access::kRead).suites();
  ASSERT_TRUE(list);
  EXPECT_EQ(list->size(), static_cast<std::size_t>(kWriters * kEach));
}

TEST_F(StoreTest, ACampaignGoesOnWhereItWas) {
  lab::SuiteResult suite = sample_suite();
  suite.cases.resize(1);
  StoredSuite header;
  header.source = "star-failover 0123";
  header.build = "5f0c2a91";
  header.world = "sim";
  Store store = open();
  const std::int64_t id = store.begin_campaign(header).value();
  lab::CaseResult piece = suite.cases[0];
  piece.runs.resize(1);
  ASSERT_TRUE(store.add_runs(id, piece));
  EXPECT_EQ(store.begin_campaign(header), id) << "the same campaign";
  header.build = "other";
  EXPECT_NE(store.begin_campaign(header), id) << "another program's runs are not ours";
  ASSERT_TRUE(store.add_runs(id, suite.cases[0]));
  ASSERT_TRUE(store.conclude(id, suite));
  const auto loaded = store.load(id);
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_EQ(loaded->cases.size(), 1U);
  EXPECT_EQ(loaded->cases[0].runs.size(), 2U) << "a run that is there is not stored again";
  EXPECT_EQ(loaded->verdict, suite.verdict);
}

TEST(RunRecord, KeepsInfinityAndWhatNeverHappened) {
  lab::RunResult run = sample_suite().cases[0].runs[0];
  run.metrics["share_ratio"] = HUGE_VAL;
  run.faults[0].decided.reset();
  run.stages = sample_stages();
  run.agents = {{"momentum-1", "momentum", 250, -17.25}};
  run.build = "5f0c2a91";
  run.edition = "3f2a91c0";
  const auto again = run_of_record(run_record(run));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->metrics, run.metrics);
  EXPECT_FALSE(again->faults[0].decided);
  ASSERT_EQ(again->stages.size(), 2U);
  EXPECT_EQ(again->stages[0].wait_mean_s, run.stages[0].wait_mean_s);
  EXPECT_TRUE(again->stages[1].slow);
  ASSERT_EQ(again->agents.size(), 1U);
  EXPECT_EQ(again->agents[0].profit_loss_dollars, -17.25);
  EXPECT_EQ(run_record(*again), run_record(run));
  EXPECT_EQ(again->id(), run.id());
}

TEST(RunRecord, OfAProgramThatKnewNoEditionsStillReads) {
  std::string record = run_record(sample_suite().cases[0].runs[0]);
  const std::string edition = "\"edition\":\"\",";
  ASSERT_THAT(record, HasSubstr(edition));
  record.erase(record.find(edition), edition.size());
  const auto again = run_of_record(record);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->id(), sample_suite().cases[0].runs[0].id());
}

TEST(RunRecord, OlderOnesThatLeftOutWhatNeverCameAreReadAsSuch) {
  lab::RunResult run = sample_suite().cases[0].runs[0];
  run.metrics = {{"offered", 100}, {"latency_p50", 0.03}, {"unrecovered", 1}};
  const auto again = run_of_record(run_record(run));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->metrics.at("latency_p50"), 0.03);
  EXPECT_EQ(again->metrics.at("latency_p99"), HUGE_VAL);
  EXPECT_EQ(again->metrics.at("recovery_time"), HUGE_VAL);
  EXPECT_FALSE(again->metrics.contains("failover_time")) << "it may not have been due";
}

TEST(CaseRecord, KeepsInHowManyRunsAMeanIsInfinite) {
  lab::CaseResult result = sample_suite().cases[0];
  result.metrics["recovery_time"] = {HUGE_VAL, {}, {}, 60, 32};
  const auto again = case_of_record(case_record(result));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->metrics.at("recovery_time").infinite, 32U);
  EXPECT_THAT(suite_html([&] {
                lab::SuiteResult suite = sample_suite();
                suite.cases[0] = *again;
                return suite;
              }()),
              testing::HasSubstr("never in 32 of 60"));
}

}  // namespace
}  // namespace report
