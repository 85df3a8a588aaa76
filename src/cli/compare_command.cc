// compare: two sets of stored runs.
#include <cstdio>

#include "commands.h"
#include "files.h"
#include "lab/compare.h"
#include "report/comparison.h"
#include "report/selection.h"

namespace cli {
namespace {

// Of a file that `report --json` wrote.
constexpr std::size_t kLargestFile = std::size_t{1} << 30U;

core::Result<lab::RunSet> runs_of(const std::string& selector, const CompareFlags& flags) {
  if (selector.ends_with(".json")) {
    return report::runs_of_file(TRY(read_file(selector, kLargestFile)), selector);
  }
  const report::Store store = TRY(report::Store::open(flags.store, report::Store::Access::kRead));
  return report::select_runs(store, selector);
}

core::Result<int> compared(const CompareFlags& flags) {
  const lab::RunSet a = TRY(runs_of(flags.a, flags));
  const lab::RunSet b = TRY(runs_of(flags.b, flags));
  lab::CompareOptions options;
  options.metrics = flags.metrics;
  const lab::Comparison comparison = TRY(lab::compare(a, b, options));
  if (flags.json) {
    std::puts(report::comparison_json(comparison, a, b).c_str());
  } else {
    std::fputs(report::comparison_text(comparison, a, b, flags.all).c_str(), stdout);
  }
  return exit_code(comparison.verdict);
}

}  // namespace

int compare(const CompareFlags& flags) {
  const auto code = compared(flags);
  return code ? *code : report_error(code.error());
}

}  // namespace cli
