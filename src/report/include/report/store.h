// The results database: every suite's runs, kept in one SQLite file (.muster/results.db).
//
// A suite is stored whole in one transaction; a campaign piece by piece. Several programs may write
// at the same time: each waits for the others. A file that is damaged, that another program wrote
// or that a newer Muster wrote is refused and left as it is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "lab/suite.h"

namespace report {

// A row of the list of suites.
struct StoredSuite {
  std::int64_t id = 0;    // "suite 12": what selectors name
  std::string stored_at;  // "2026-11-22T08:05:00Z"
  std::string suite;      // "built-in"
  std::string source;     // of a campaign: what was run, as campaign_source() has it; else empty
  std::string build;
  std::string world;
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  lab::Verdict verdict = lab::Verdict::kInconclusive;
  bool interrupted = false;
  std::uint64_t runs = 0;
  std::uint64_t fingerprint = 0;  // of all its runs; 0 until a campaign is concluded
  double wall_s = 0;
};

// Which runs a person looks for. Texts are parts of names, in any case; empty: all.
struct RunFilter {
  std::int64_t suite = 0;  // 0: of all suites
  std::string pattern{};
  std::string case_name{};
  std::string seed{};     // whole
  std::string verdict{};  // whole: "fail"
  std::string build{};
  std::string text{};  // in any name of the run, or in its reason
  std::uint64_t skip = 0;
  std::uint64_t most = 100;
};

// A row of the list of runs.
struct ListedRun {
  std::int64_t id = 0;
  std::int64_t suite = 0;
  std::string stored_at;
  std::string world;
  std::string build;
  std::string pattern;
  std::string case_name;
  std::string scenario;
  std::string variant;
  std::string seed;
  std::string name;  // what replay takes
  std::string verdict;
  std::string reason;
};

struct RunPage {
  std::vector<ListedRun> runs;  // of the latest suite first, in the suite's order
  std::uint64_t found = 0;      // with those beyond the page
  std::uint64_t stored = 0;     // whatever the filter
};

// What filters can be set to.
struct RunFacets {
  std::vector<std::pair<std::string, std::string>> cases;  // pattern and case
  std::vector<std::string> builds;                         // the latest first
};

// One run, with what its suite and case say of it.
struct StoredRun {
  std::int64_t id = 0;
  StoredSuite suite;
  lab::CaseResult of;  // without runs
  lab::RunResult run;
};

class Store {
 public:
  enum class Access : std::uint8_t { kRead, kWrite };

  // For writing, a file that is not there is made, with its folder. kNotFound: none to read;
  // kCorrupt: not a results database, or a damaged one; kUnavailable: written by a newer Muster;
  // kIo: the operating system refuses.
  [[nodiscard]] static core::Result<Store> open(const std::string& path, Access access);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  // All of it or nothing. `stored_at` is the date in UTC, as StoredSuite has it. Returns its id.
  core::Result<std::int64_t> save(const lab::SuiteResult& suite, std::string_view stored_at);

  // The latest first.
  [[nodiscard]] core::Result<std::vector<StoredSuite>> suites() const;
  // kNotFound: no suite has this id.
  [[nodiscard]] core::Result<StoredSuite> suite(std::int64_t id) const;
  // As saved, but for latencies of single tasks. kNotFound: no suite has this id.
  [[nodiscard]] core::Result<lab::SuiteResult> load(std::int64_t id) const;

  [[nodiscard]] core::Result<RunPage> find_runs(const RunFilter& filter) const;
  [[nodiscard]] core::Result<RunFacets> facets() const;
  // kNotFound: no run has this id.
  [[nodiscard]] core::Result<StoredRun> load_run(std::int64_t id) const;

  // The campaign of the same source, build and first seed, or a new one.
  core::Result<std::int64_t> begin_campaign(const StoredSuite& header);
  // Adds runs of one case; those that are stored already are left as they are.
  core::Result<void> add_runs(std::int64_t id, const lab::CaseResult& piece);
  // Replaces what is said of suite and cases, and keeps the runs.
  core::Result<void> conclude(std::int64_t id, const lab::SuiteResult& suite);

 private:
  struct Database;
  explicit Store(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace report
