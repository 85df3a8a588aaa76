#include "report/campaign.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/codec.h"
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

core::Result<void> run_pieces(Store& store, const lab::Case& source,
                              const lab::SuiteOptions& options, const std::vector<Piece>& pieces,
                              CampaignResult& made) {
  const std::size_t variants = source.file.runs.size();
  std::size_t total = 0;
  for (const Piece& piece : pieces) {
    total += piece.count * variants;
  }
  std::size_t before = 0;
  for (const Piece& piece : pieces) {
    lab::SuiteOptions part = options;
    part.seed = piece.first;
    part.seeds = piece.count;
    part.drawn_seed = options.seed;
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
  return {};
}

void count(const lab::CaseResult& judged, CampaignResult& made) {
  made.runs = judged.runs.size();
  for (const lab::RunResult& run : judged.runs) {
    made.inconclusive += run.verdict == lab::Verdict::kInconclusive ? 1U : 0U;
    if (run.verdict != lab::Verdict::kFail) {
      continue;
    }
    ++made.failed;
    if (made.first_failures.size() < kFailuresListed) {
      made.first_failures.push_back(run);
    }
  }
}

// Judges the case over all stored runs, for the store and for the caller.
core::Result<void> conclude(Store& store, const lab::Case& source, const lab::SuiteOptions& options,
                            CampaignResult& made) {
  lab::SuiteResult all = TRY(store.load(made.id));
  std::uint64_t unfinished = 0;
  for (const Piece& piece : missing_pieces(stored_seeds(all, source.file.runs.size()), options)) {
    unfinished += piece.count;
  }
  std::erase_if(all.cases, [](const lab::CaseResult& one) { return one.runs.empty(); });
  for (lab::CaseResult& judged : all.cases) {
    judged = lab::conclude_case(source, std::move(judged.runs));
    made.reason = judged.reason;
    made.checks = judged.checks;
    count(judged, made);
  }
  all.interrupted = made.interrupted;
  all.seeds = std::max(all.seeds, options.seeds);
  lab::conclude_suite(all);
  if (unfinished > 0 && all.verdict != lab::Verdict::kFail) {
    all.verdict = lab::Verdict::kInconclusive;
    made.reason =
        std::to_string(unfinished) + " of " + std::to_string(options.seeds) +
        " seeds have a run that did not end: " +
        (made.interrupted ? "interrupted" : "it took longer than one run may (--timeout)");
    for (lab::CaseResult& judged : all.cases) {
      judged.verdict = all.verdict;
      judged.reason = made.reason;
    }
  }
  made.verdict = all.verdict;
  return store.conclude(made.id, all);
}

Json check_json(const lab::CheckResult& check) {
  const lab::Verdict said = !check.passed        ? lab::Verdict::kFail
                            : check.inconclusive ? lab::Verdict::kInconclusive
                                                 : lab::Verdict::kPass;
  return {{"kind", check.objective ? "objective" : "requirement"},
          {"text", check.text},
          {"verdict", lab::name_of(said)},
          {"observed", check.observed}};
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
  std::vector<Piece> pieces;
  {
    const lab::SuiteResult earlier = TRY(store.load(made.id));
    for (const lab::CaseResult& result : earlier.cases) {
      made.resumed += result.runs.size();
    }
    pieces = missing_pieces(stored_seeds(earlier, source.file.runs.size()), options);
  }
  TRY_VOID(run_pieces(store, source, options, pieces, made));
  TRY_VOID(conclude(store, source, options, made));
  return made;
}

std::string campaign_json(const CampaignResult& made) {
  Json failures = Json::array();
  for (const lab::RunResult& run : made.first_failures) {
    failures.push_back({{"run", run.id()}, {"reason", run.reason}});
  }
  Json checks = Json::array();
  for (const lab::CheckResult& check : made.checks) {
    checks.push_back(check_json(check));
  }
  const Json object = {{"suite", made.id},
                       {"verdict", lab::name_of(made.verdict)},
                       {"reason", made.reason},
                       {"interrupted", made.interrupted},
                       {"runs", made.runs},
                       {"resumed", made.resumed},
                       {"failed", made.failed},
                       {"inconclusive", made.inconclusive},
                       {"first_failures", std::move(failures)},
                       {"checks", std::move(checks)}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace report
