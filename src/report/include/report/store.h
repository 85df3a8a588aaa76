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
  // As saved, but for latencies of single tasks. kNotFound: no suite has this id.
  [[nodiscard]] core::Result<lab::SuiteResult> load(std::int64_t id) const;

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
