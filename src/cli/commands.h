// The commands: each takes its parsed flags and returns the exit code.
//
// 0 pass, 1 fail, 2 usage, 3 inconclusive, 4 environment, 130/143 interrupted.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "lab/suite.h"

namespace cli {

inline constexpr int kExitPass = 0;
inline constexpr int kExitFail = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitInconclusive = 3;
inline constexpr int kExitEnvironment = 4;

// Prints the error and returns the exit code that fits it.
int report_error(const core::Error& error);
[[nodiscard]] int exit_code(const lab::SuiteResult& suite);

struct TestFlags {
  std::string world = "sim";
  std::string pattern;
  std::string case_name;
  std::string file;  // `run FILE`: this one instead of the suite
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  std::uint32_t jobs = 0;         // 0: as many as there are CPUs
  std::uint32_t timeout_s = 120;  // of one run
  bool ci = false;                // plain output, no progress
  bool json = false;
  std::string report = ".muster/report.html";
  std::string junit;  // write JUnit XML here; empty: nowhere
};
int test(const TestFlags& flags);
int run(const TestFlags& flags);

struct ReplayFlags {
  std::string run;  // scenario[:variant]@seed[#build]
  bool json = false;
};
int replay(const ReplayFlags& flags);

struct TraceFlags {
  std::string run;
  double from_s = 0;
  double until_s = 1e9;
  std::string perfetto;  // write here; empty: one line per state change on standard output
};
int trace(const TraceFlags& flags);

int doctor(bool json);

struct NewFlags {
  std::string pattern;
  std::string file;  // empty: PATTERN.yaml
};
int make_new(const NewFlags& flags);

}  // namespace cli
