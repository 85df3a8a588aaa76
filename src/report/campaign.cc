#include "report/campaign.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/codec.h"
#include "core/hash.h"
#include "json_value.h"
#include "markup.h"

namespace report {
namespace {

// So many seeds are run before they are stored: what an interrupt may cost.
constexpr std::uint64_t kPiece = 16;

bool says_something(const lab::RunResult& run) {
  return run.stopped != world_sim::StopReason::kInterrupted;
}

// Seeds of which every variant is stored.
std::set<std::uint64_t> stored_seeds(const lab::SuiteResult& suite, std::size_t variants) {
  std::map<std::uint64_t, std::size_t> counts;
  for (const lab::CaseResult& result : suite.cases) {
    for (const lab::RunResult& run : result.runs) {
      ++counts[run.seed];
    }
  }
  std::set<std::uint64_t> seeds;
  for (const auto& [seed, count] : counts) {
    if (count >= variants) {
      seeds.insert(seed);
    }
  }
  return seeds;
}

struct Piece {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

std::vector<Piece> missing_pieces(const std::set<std::uint64_t>& stored,
                                  const lab::SuiteOptions& options) {
  std::vector<Piece> pieces;
  for (std::uint64_t i = 0; i < options.seeds; ++i) {
    const std::uint64_t seed = options.seed + i;
    if (stored.contains(seed)) {
      continue;
    }
    const bool joins = !pieces.empty() && pieces.back().first + pieces.back().count == seed &&
                       pieces.back().count < kPiece;
    if (joins) {
      ++pieces.back().count;
    } else {
      pieces.push_back({seed, 1});
    }
  }
  return pieces;
}

void count(CampaignResult& made, const lab::SuiteResult& suite, const lab::SuiteOptions& options) {
  for (const lab::CaseResult& result : suite.cases) {
    for (const lab::RunResult& run : result.runs) {
      if (run.seed < options.seed || run.seed - options.seed >= options.seeds) {
        continue;
      }
      ++made.runs;
      made.inconclusive += run.verdict == lab::Verdict::kInconclusive ? 1U : 0U;
      if (run.verdict == lab::Verdict::kFail) {
        ++made.failed;
        if (made.first_failures.size() < kFailuresListed) {
          made.first_failures.push_back(run);
        }
      }
    }
  }
  made.verdict = made.failed > 0 ? lab::Verdict::kFail
                 : made.interrupted || made.inconclusive > 0 || made.runs == 0
                     ? lab::Verdict::kInconclusive
                     : lab::Verdict::kPass;
}

// Sums what the pieces said of the case.
void sum_up(lab::SuiteResult& suite, const CampaignResult& made, const lab::SuiteOptions& options) {
  suite.verdict = made.verdict;
  suite.interrupted = made.interrupted;
  suite.seeds = std::max(suite.seeds, options.seeds);
  suite.fingerprint = 0;
  for (lab::CaseResult& result : suite.cases) {
    result.verdict = made.verdict;
    result.reason = made.first_failures.empty()
                        ? std::string()
                        : made.first_failures[0].id() + ": " + made.first_failures[0].reason;
    result.account = {};
    result.metrics.clear();
    result.checks.clear();
    for (const lab::RunResult& run : result.runs) {
      suite.fingerprint += core::mix64(run.fingerprint);
      result.account.offered += run.account.offered;
      result.account.done += run.account.done;
      result.account.failed += run.account.failed;
      result.account.lost += run.account.lost;
      result.account.duplicated += run.account.duplicated;
    }
  }
}

}  // namespace

std::string campaign_source(const lab::Case& source) {
  return valid_text(source.file.base.name) + " " + hex16(core::digest(source.file));
}

core::Result<CampaignResult> run_campaign(Store& store, const lab::Case& source,
                                          const lab::SuiteOptions& options,
                                          std::string_view stored_at) {
  StoredSuite header;
  header.stored_at = stored_at;
  header.suite = options.suite;
  header.source = campaign_source(source);
  header.build = options.build;
  header.world = "sim";
  header.seed = options.seed;
  header.seeds = options.seeds;
  header.interrupted = true;  // until it is concluded
  CampaignResult made;
  made.id = TRY(store.begin_campaign(header));
  const std::size_t variants = source.file.runs.size();
  const auto stored = stored_seeds(TRY(store.load(made.id)), variants);
  const std::vector<Piece> pieces = missing_pieces(stored, options);
  std::size_t total = 0;
  for (const Piece& piece : pieces) {
    total += piece.count * variants;
  }
  std::size_t before = 0;
  for (const Piece& piece : pieces) {
    lab::SuiteOptions part = options;
    part.seed = piece.first;
    part.seeds = piece.count;
    part.progress = [&](std::size_t done, std::size_t, const lab::RunResult& latest) {
      if (options.progress) {
        options.progress(before + done, total, latest);
      }
    };
    lab::SuiteResult suite = TRY(lab::run_suite({source}, part));
    for (lab::CaseResult& result : suite.cases) {
      std::erase_if(result.runs, [](const lab::RunResult& run) { return !says_something(run); });
      TRY_VOID(store.add_runs(made.id, result));
    }
    before += piece.count * variants;
    if (suite.interrupted) {
      made.interrupted = true;
      break;
    }
  }
  lab::SuiteResult all = TRY(store.load(made.id));
  count(made, all, options);
  made.resumed = made.runs - std::min<std::uint64_t>(made.runs, before);
  sum_up(all, made, options);
  TRY_VOID(store.conclude(made.id, all));
  return made;
}

std::string campaign_json(const CampaignResult& made) {
  Json failures = Json::array();
  for (const lab::RunResult& run : made.first_failures) {
    failures.push_back({{"run", run.id()}, {"reason", run.reason}});
  }
  const Json object = {{"suite", made.id},
                       {"verdict", lab::name_of(made.verdict)},
                       {"interrupted", made.interrupted},
                       {"runs", made.runs},
                       {"resumed", made.resumed},
                       {"failed", made.failed},
                       {"inconclusive", made.inconclusive},
                       {"first_failures", std::move(failures)}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace report
