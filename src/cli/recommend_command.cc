// recommend: which deployment to take, from stored runs.
#include <cstdio>

#include "commands.h"
#include "lab/recommend.h"
#include "report/recommendation.h"
#include "report/selection.h"

namespace cli {
namespace {

core::Result<int> recommended(const RecommendFlags& flags) {
  const report::Store store = TRY(report::Store::open(flags.store, report::Store::Access::kRead));
  const lab::RunSet runs = TRY(report::select_runs(store, flags.suite));
  const lab::Recommendation made = TRY(lab::recommend(runs, flags.preset, flags.scenario));
  if (flags.json) {
    std::puts(report::recommendation_json(made).c_str());
  } else {
    std::fputs(report::recommendation_text(made).c_str(), stdout);
  }
  // That they cannot be told apart is an answer; that there are too few runs is none.
  return made.ranked ? kExitPass : kExitInconclusive;
}

}  // namespace

int recommend(const RecommendFlags& flags) {
  const auto code = recommended(flags);
  return code ? *code : report_error(code.error());
}

}  // namespace cli
