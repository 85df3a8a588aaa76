// One scenario over many seeds, kept as it goes: a campaign that was interrupted goes on where it
// was, as long as scenario and build are the same. It is judged over all of its runs, those of
// earlier calls included, as one suite of them is: each run by itself, requirements that compare
// variants, objectives.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/suite.h"
#include "report/store.h"

namespace report {

struct CampaignResult {
  std::int64_t id = 0;        // in the store
  std::uint64_t runs = 0;     // with those of earlier
  std::uint64_t resumed = 0;  // of these: stored before
  std::uint64_t failed = 0;
  std::uint64_t inconclusive = 0;
  std::vector<lab::RunResult> first_failures;  // by seed, at most kFailuresListed
  std::vector<lab::CheckResult> checks;        // that compare variants, or judge objectives
  bool interrupted = false;
  lab::Verdict verdict = lab::Verdict::kInconclusive;
  std::string reason;  // empty: it passed
};
inline constexpr std::size_t kFailuresListed = 5;

// "NAME DIGEST" of the scenario with all of its variants.
[[nodiscard]] std::string campaign_source(const lab::Case& source);

// Runs the seeds of `options` that the store does not have yet; options.progress counts them. A run
// that took longer than options.timeout_s is not stored, and leaves the campaign inconclusive.
core::Result<CampaignResult> run_campaign(Store& store, const lab::Case& source,
                                          const lab::SuiteOptions& options,
                                          std::string_view stored_at);

// One line.
[[nodiscard]] std::string campaign_json(const CampaignResult& made);

}  // namespace report
