// report_sample FOLDER: writes the sample suite there as report.json and report.html, and stores it
// in results.db.
#include <cstdio>
#include <fstream>

#include "report/html.h"
#include "report/json.h"
#include "report/store.h"
#include "sample.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("report_sample FOLDER\n", stderr);
    return 2;
  }
  const std::string folder = argv[1];
  const lab::SuiteResult suite = report::sample_suite();
  std::ofstream json(folder + "/report.json");
  json << report::suite_json(suite);
  std::ofstream html(folder + "/report.html");
  html << report::suite_html(suite, {"./run", "0.1.0"});
  json.close();
  html.close();
  auto store = report::Store::open(folder + "/results.db", report::Store::Access::kWrite);
  const bool stored = store && store->save(suite, "2026-11-22T08:05:00Z");
  return json.good() && html.good() && stored ? 0 : 1;
}
