// report: what the results database has, as a page, as Markdown, as JSON.
#include <cstdio>

#include "commands.h"
#include "files.h"
#include "report/html.h"
#include "report/json.h"
#include "report/markdown.h"
#include "report/selection.h"
#include "report/store.h"
#include "report/table.h"

namespace cli {
namespace {

core::Result<void> list(const report::Store& store) {
  report::Table table({"suite", "stored", "name", "build", "seeds", "runs", "verdict"});
  for (const report::StoredSuite& suite : TRY(store.suites())) {
    table.add({std::to_string(suite.id), suite.stored_at, suite.suite, suite.build,
               std::to_string(suite.seeds), std::to_string(suite.runs),
               std::string(name_of(suite.verdict)) + (suite.interrupted ? ", partial" : "")});
  }
  std::fputs(table.text().c_str(), stdout);
  return {};
}

core::Result<int> reported(const ReportFlags& flags) {
  const report::Store store = TRY(report::Store::open(flags.store, report::Store::Access::kRead));
  if (flags.list) {
    TRY_VOID(list(store));
    return kExitPass;
  }
  const std::vector<std::int64_t> found = TRY(report::find_suites(store, flags.suite));
  const lab::SuiteResult suite = TRY(store.load(found.front()));
  if (flags.json) {
    std::puts(report::stored_json(suite).c_str());
    return kExitPass;
  }
  if (!flags.html.empty()) {
    TRY_VOID(write_file(flags.html, report::suite_html(suite)));
    std::printf("report  %s\n", flags.html.c_str());
  }
  if (!flags.markdown.empty()) {
    TRY_VOID(write_file(flags.markdown, report::suite_markdown(suite)));
    std::printf("tables  %s\n", flags.markdown.c_str());
  }
  return kExitPass;
}

}  // namespace

int report(const ReportFlags& flags) {
  const auto code = reported(flags);
  return code ? *code : report_error(code.error());
}

}  // namespace cli
