#include "report/explore.h"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "lab/deployment.h"
#include "report/explanation.h"
#include "sample.h"

namespace report {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

// The sample suite in a database of its own for each test, gone afterwards.
class ExploreStory : public testing::Test {
 protected:
  ExploreStory() {
    std::string made = (fs::temp_directory_path() / "muster-explore-XXXXXX").string();
    folder_ = mkdtemp(made.data());
    store_.emplace(std::move(*Store::open(path(), Store::Access::kWrite)));
    EXPECT_TRUE(store_->save(sample_suite(), "2026-11-22T12:00:00Z"));
  }
  ~ExploreStory() override {
    store_.reset();
    fs::remove_all(folder_);
  }
  [[nodiscard]] std::string path() const { return folder_ / "results.db"; }

  [[nodiscard]] json list(const RunFilter& filter) const {
    const auto text = explored_runs(*store_, filter);
    EXPECT_TRUE(text) << text.error().message;
    return json::parse(*text);
  }
  [[nodiscard]] std::size_t found(const RunFilter& filter) const {
    const json page = list(filter);
    EXPECT_EQ(page["found"], page["runs"].size());
    return page["runs"].size();
  }
  [[nodiscard]] StoredRun run_of(const RunFilter& filter) const {
    const auto id = list(filter)["runs"].at(0)["id"].get<std::int64_t>();
    auto stored = store_->load_run(id);
    EXPECT_TRUE(stored) << stored.error().message;
    return *stored;
  }
  [[nodiscard]] StoredRun star() const { return run_of({.pattern = "star"}); }
  [[nodiscard]] StoredRun mesh() const { return run_of({.pattern = "mesh"}); }

  fs::path folder_;
  std::optional<Store> store_;
};

TEST_F(ExploreStory, FiltersMatchPartsOfNamesAndWholeVerdictsAndSeeds) {
  EXPECT_EQ(found({}), 4U);
  EXPECT_EQ(found({.pattern = "STAR"}), 2U);
  EXPECT_EQ(found({.case_name = "fails over"}), 2U);
  EXPECT_EQ(found({.seed = "2"}), 1U);
  EXPECT_EQ(found({.verdict = "fail"}), 2U);
  EXPECT_EQ(found({.verdict = "fai"}), 0U);
  EXPECT_EQ(found({.build = "5f0c"}), 4U);
  EXPECT_EQ(found({.text = "Shares_Conserved"}), 2U) << "in the reason";
  EXPECT_EQ(found({.text = "50/s"}), 1U) << "in the variant";
  EXPECT_EQ(found({.suite = 1}), 4U);
  EXPECT_EQ(found({.suite = 2}), 0U);
}

TEST_F(ExploreStory, AFilterIsTextAndNeverSql) {
  for (const char* text : {"' OR 1=1 --", "%", "_", "\"", "x' UNION SELECT 1"}) {
    EXPECT_EQ(found({.pattern = text}), 0U) << text;
  }
  EXPECT_EQ(found({.text = "<script>"}), 2U);
}

TEST_F(ExploreStory, ALongListComesInPages) {
  const json first = list({.most = 3});
  EXPECT_EQ(first["found"], 4);
  EXPECT_EQ(first["stored"], 4);
  EXPECT_EQ(first["runs"].size(), 3U);
  const json second = list({.skip = 3, .most = 3});
  EXPECT_EQ(second["runs"].size(), 1U);
  EXPECT_EQ(second["skip"], 3);
  EXPECT_EQ(first["builds"], json({"5f0c2a91"}));
  EXPECT_EQ(first["cases"].size(), 3U);
}

TEST_F(ExploreStory, ADamagedRecordSpoilsNeitherTheListNorItsNeighbours) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, "UPDATE run SET record = '{' WHERE seed = '2'", nullptr, nullptr,
                         nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  EXPECT_EQ(found({.text = "star"}), 2U);
  const auto id = list({.seed = "2"})["runs"].at(0)["id"].get<std::int64_t>();
  const auto broken = store_->load_run(id);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, core::Code::kCorrupt);
  EXPECT_EQ(store_->load_run(99).error().code, core::Code::kNotFound);
}

TEST_F(ExploreStory, ARunHasItsFiguresFaultsAndTimesSinceTheLoadBegan) {
  const StoredRun stored = star();
  const json run = json::parse(explored_run(stored, "muster"));
  EXPECT_EQ(run["name"], "star-failover@1");
  EXPECT_EQ(run["verdict"], "pass");
  EXPECT_EQ(run["explanation"], nullptr);
  EXPECT_EQ(run["replay"], "muster replay star-failover@1");
  EXPECT_EQ(run["faults"][0]["from"], 10.0);
  EXPECT_EQ(run["faults"][0]["targets"], json({1}));
  EXPECT_EQ(run["milestones"][0]["who"], "hub");
  EXPECT_NEAR(run["milestones"][0]["at"].get<double>(), -2.58, 1e-9);
  EXPECT_EQ(run["alerts"][0]["who"], "spoke-1");
  EXPECT_EQ(run["alerts"][1]["to"], nullptr);
  EXPECT_EQ(run["chart"]["goodput"].size(), 150U);
  for (const json& metric : run["metrics"]) {
    const auto name = metric["name"].get<std::string>();
    EXPECT_EQ(metric["values"][0], json(stored.run.metrics.find(name)->second)) << name;
  }
}

TEST_F(ExploreStory, AFailureIsExplainedWithTheCommandsThatShowIt) {
  const json why = json::parse(explored_run(mesh(), "muster"))["explanation"];
  EXPECT_EQ(why["what"], "invariant shares_conserved violated 3 times");
  EXPECT_EQ(why["when"], 12.5);
  EXPECT_THAT(why["who"].get<std::string>(), HasSubstr("100 shares more than before"));
  EXPECT_EQ(why["fault"], 0);
  EXPECT_THAT(why["replay"].get<std::string>(), HasSubstr("muster replay "));
  EXPECT_THAT(why["trace"].get<std::string>(), HasSubstr(" --from 11.5 --until 13"));
}

TEST(Explained, ARunWithoutASingleMomentNamesItsLongestOutageAndTheFaultBefore) {
  lab::RunResult run = sample_suite().cases[0].runs[0];
  run.verdict = lab::Verdict::kFail;
  run.reason = "reliability at least 99.9 %: 96 %";
  const Explanation found = explain(run);
  EXPECT_FALSE(found.when);
  ASSERT_TRUE(found.worst);
  EXPECT_EQ(found.worst->from, core::at(lab::kSettle + core::seconds(10)));
  EXPECT_EQ(found.worst->to, core::at(lab::kSettle + core::seconds(11)));
  EXPECT_EQ(found.worst->due - found.worst->missed, 24U);
  EXPECT_EQ(found.fault, 0U);
}

TEST_F(ExploreStory, AComparisonHasTheSameFiguresAsItsRuns) {
  StoredRun a = star();
  StoredRun b = star();
  a.run.metrics = {{"goodput", 50}, {"lost", 0}};
  b.run.metrics = {{"goodput", 40}, {"latency_p99", HUGE_VAL}};
  const json made = json::parse(explored_comparison({a, b}, "muster"));
  EXPECT_EQ(made["runs"].size(), 2U);
  json by_name;
  for (const json& metric : made["metrics"]) {
    by_name[metric["name"].get<std::string>()] = metric;
  }
  EXPECT_EQ(by_name.size(), 3U);
  EXPECT_EQ(by_name["goodput"]["values"], json({50, 40}));
  EXPECT_EQ(by_name["goodput"]["better"], "higher");
  EXPECT_EQ(by_name["lost"]["values"], json({0, nullptr}));
  EXPECT_EQ(by_name["lost"]["texts"][1], nullptr);
  EXPECT_EQ(by_name["latency_p99"]["values"], json({nullptr, nullptr})) << "JSON has no infinity";
  EXPECT_NE(by_name["latency_p99"]["texts"][1], nullptr);
}

TEST_F(ExploreStory, WithoutAFilmTheRecordTellsWhoLedAndWhoWasThere) {
  const json film = json::parse(explored_film(star().run, "of another build"));
  EXPECT_EQ(film["source"], "record");
  EXPECT_EQ(film["why"], "of another build");
  EXPECT_EQ(film["begin"], -3.0);
  EXPECT_EQ(film["end"], 33.5);
  EXPECT_EQ(
      film["cast"][0],
      json({{"name", "hub"}, {"role", ""}, {"pool", ""}, {"member", true}, {"voter", false}}));
  EXPECT_EQ(film["cast"][7]["member"], false) << "the client";
  EXPECT_EQ(film["links"][0], json({1, 2, true}));
  std::vector<std::string> kinds;
  for (const json& event : film["events"]) {
    if (event[1] != "up") {
      kinds.push_back(event[1]);
    }
  }
  EXPECT_THAT(kinds, ElementsAre("leads", "down", "leads"));
  EXPECT_EQ(film["traffic"], nullptr);
}

TEST_F(ExploreStory, AFilmHasWhatChangedAndSaysWhetherItIsTheSameRun) {
  const lab::RunResult stored = star().run;
  lab::Filmed filmed;
  filmed.run = stored;
  filmed.cast = {{std::string(kHostile), "hub", "", true, true}};
  filmed.pools = {"spoke"};
  filmed.film.receive({core::at(core::seconds(4)), world::NodeId(1), world::Incarnation(1),
                       world::make_trace(world::NodeHalted{world::HaltReason::kOutOfMemory})});
  world::Message message;
  message.from = world::NodeId(1);
  message.to = world::NodeId(2);
  filmed.film.on_delivery({}, core::at(core::milliseconds(450)), message);
  json film = json::parse(explored_film(stored, filmed));
  EXPECT_EQ(film["source"], "replay");
  EXPECT_EQ(film["same"], true);
  EXPECT_EQ(film["events"], json::array({{1.0, "down", 1, 0, 0, "out of memory"}}));
  EXPECT_EQ(film["traffic"]["links"], json::array({{1, 2, {2, 1, 0}}}));
  ++filmed.run.fingerprint;
  film = json::parse(explored_film(stored, filmed));
  EXPECT_EQ(film["same"], false);
}

TEST(ExplorerPage, IsMadeOfFilesThatLoadNothingFromElsewhere) {
  const auto page = explorer_file("index.html");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
  EXPECT_THAT(std::string(page->text), testing::Not(HasSubstr("http")));
  for (const char* name : {"app.js", "film.js", "explore.css", "report.css", "chart.min.js"}) {
    const auto file = explorer_file(name);
    ASSERT_TRUE(file) << name;
    EXPECT_GT(file->text.size(), 500U);
  }
  EXPECT_FALSE(explorer_file("../index.html"));
  EXPECT_FALSE(explorer_file(""));
}

}  // namespace
}  // namespace report
