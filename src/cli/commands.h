// The commands: each takes its parsed flags and returns the exit code.
//
// 0 pass, 1 fail, 2 usage, 3 inconclusive, 4 environment, 130/143 interrupted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "lab/deployment.h"
#include "lab/suite.h"

namespace cli {

inline constexpr int kExitPass = 0;
inline constexpr int kExitFail = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitInconclusive = 3;
inline constexpr int kExitEnvironment = 4;

// Prints the error and returns the exit code that fits it.
int report_error(const core::Error& error);
[[nodiscard]] int exit_code(lab::Verdict verdict);

struct TestFlags {
  std::string world = "sim";
  std::string pattern;
  std::string case_name;
  std::string file;  // `run FILE`: this one instead of the suite
  std::uint64_t seed = 1;
  std::uint64_t seeds = 0;        // 0: as many as each case wants
  bool full = false;              // the schedules that a case keeps for published figures
  std::uint32_t jobs = 0;         // 0: as many as there are CPUs
  std::uint32_t timeout_s = 120;  // of one run
  bool ci = false;                // plain output, no progress
  bool json = false;
  std::string report = ".muster/report.html";
  std::string junit;                         // write JUnit XML here; empty: nowhere
  std::string store = ".muster/results.db";  // keep the runs here; empty: nowhere
  std::string prometheus;                    // write metrics here; empty: nowhere
  bool watch = false;                        // again whenever a scenario file changes
  bool coverage = false;                     // also write .muster/coverage.html and .json
};
int test(const TestFlags& flags);
int run(const TestFlags& flags);

struct ReplayFlags {
  std::string run;  // scenario[:variant]@seed[#build[.edition]]
  bool json = false;
};
int replay(const ReplayFlags& flags);

struct TraceFlags {
  std::string run;
  double from_s = -core::to_seconds(lab::kSettle);  // since the load began
  double until_s = 1e9;
  bool windowed = false;  // one of the two was given
  std::string otlp;       // write the whole run's tasks here as OTLP/JSON; empty: nowhere
  std::string perfetto;   // write here; empty: one line per state change on standard output
  bool json = false;      // one JSON object instead of lines
};
int trace(const TraceFlags& flags);

int doctor(bool json);

struct NewFlags {
  std::string pattern;
  std::string file;  // empty: PATTERN.yaml
  bool json = false;
};
int make_new(const NewFlags& flags);

struct CompareFlags {
  std::string a;
  std::string b;
  std::string store = ".muster/results.db";
  std::vector<std::string> metrics;  // empty: those that say how good a deployment is
  bool all = false;                  // also what does not differ
  bool json = false;
};
int compare(const CompareFlags& flags);

struct ReportFlags {
  std::string suite = "latest";
  std::string store = ".muster/results.db";
  std::string html = ".muster/report.html";  // write here; empty: nowhere
  std::string markdown;                      // write here; empty: nowhere
  bool list = false;                         // what there is, instead
  bool json = false;                         // the runs themselves, for compare
};
int report(const ReportFlags& flags);

struct CampaignFlags {
  std::string file;
  std::uint64_t seed = 1;
  std::uint64_t seeds = 100;
  std::uint32_t jobs = 0;
  std::uint32_t timeout_s = 120;
  std::string store = ".muster/results.db";
  bool json = false;
};
int campaign(const CampaignFlags& flags);

struct RecommendFlags {
  std::string preset = "algorithmic";
  std::string suite = "latest";
  std::string scenario;  // empty: the comparison across patterns
  std::string store = ".muster/results.db";
  bool json = false;
};
int recommend(const RecommendFlags& flags);

struct ExploreFlags {
  std::string store = ".muster/results.db";
  std::uint16_t port = 0;  // 0: any free one
  bool json = false;       // where the page is, as one JSON object
};
int explore(const ExploreFlags& flags);

}  // namespace cli
