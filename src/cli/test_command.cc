#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <thread>

#include "build.h"
#include "commands.h"
#include "console.h"
#include "files.h"
#include "interrupts.h"
#include "lab/coverage.h"
#include "lab/schedule.h"
#include "parallel.h"
#include "report/coverage.h"
#include "report/html.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/store.h"
#include "report/telemetry.h"
#include "wall_clock.h"
#include "watch.h"

namespace cli {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool contains(const std::string& text, const std::string& part) {
  return lower(text).find(lower(part)) != std::string::npos;
}

// Of a case that keeps long schedules for published figures, either these or the others.
core::Result<void> keep_wanted(lab::Case& one, const TestFlags& flags) {
  auto& runs = one.file.runs;
  const bool has_full = std::ranges::any_of(runs, &scenario::Scenario::full);
  std::erase_if(runs,
                [&](const scenario::Scenario& run) { return has_full && run.full != flags.full; });
  one.seeds = flags.seeds != 0 ? flags.seeds : one.file.seeds;
  return lab::enumerate_components(one.file);
}

core::Result<std::vector<lab::Case>> select(const TestFlags& flags) {
  std::vector<lab::Case> cases;
  if (!flags.file.empty()) {
    cases.push_back(TRY(find_case(flags.file)));
    TRY_VOID(keep_wanted(cases.back(), flags));
    return cases;
  }
  std::string names;
  for (lab::Case& candidate : TRY(load_suite())) {
    const scenario::Scenario& first = candidate.file.runs.front();
    const std::string pattern = lab::pattern_title(first.pattern);
    names += "\n  " + pattern + " / " + first.case_name;
    if (contains(pattern, flags.pattern) && contains(first.case_name, flags.case_name)) {
      TRY_VOID(keep_wanted(candidate, flags));
      cases.push_back(std::move(candidate));
    }
  }
  if (cases.empty()) {
    return core::fail(core::Code::kInvalid,
                      "no case matches; the suite has (--pattern / --case match parts):" + names);
  }
  return cases;
}

// As a shell takes it for one word.
std::string word(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  }
  const bool as_it_is = std::ranges::all_of(
      text, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
  return as_it_is ? text : quoted + "'";
}

// With the flags that say what of it is run, so that a report can name the command.
std::string suite_name(const TestFlags& flags) {
  std::string name = flags.file.empty() ? "built-in" : flags.file;
  const auto add = [&name](std::string_view flag, const std::string& value) {
    if (!value.empty()) {
      name += " " + std::string(flag) + " " + word(value);
    }
  };
  if (flags.file.empty()) {
    add("--pattern", flags.pattern);
    add("--case", flags.case_name);
  }
  return name + (flags.full ? " --full" : "");
}

lab::SuiteOptions options_for(const TestFlags& flags) {
  lab::SuiteOptions options;
  options.suite = suite_name(flags);
  options.build = build_identity();
  options.seed = flags.seed;
  options.seeds = std::max<std::uint64_t>(1, flags.seeds);
  options.timeout_s = flags.timeout_s;
  options.clock_s = wall_clock_s;
  options.interrupted = interrupted;
  const std::size_t jobs =
      flags.jobs != 0 ? flags.jobs : std::max(1U, std::thread::hardware_concurrency());
  options.for_each = [jobs](std::size_t count, const std::function<void(std::size_t)>& body) {
    for_each(jobs, count, body);
  };
  options.progress = [](std::size_t done, std::size_t total, const lab::RunResult& latest) {
    show_progress(std::to_string(done) + "/" + std::to_string(total) + "  " + latest.id() + "  " +
                  std::string(name_of(latest.verdict)));
  };
  return options;
}

// For a person: the table, and what failed.
void print(const lab::SuiteResult& suite) {
  std::fputs(table(suite).c_str(), stdout);
  for (const lab::CaseResult& result : suite.cases) {
    if (result.verdict != lab::Verdict::kPass) {
      std::fputs(("\n" + explain(result)).c_str(), stdout);
    }
  }
  std::size_t runs = 0;
  for (const lab::CaseResult& result : suite.cases) {
    runs += result.runs.size();
  }
  std::printf("\n%s%s: %zu cases, %zu runs, seed %llu",
              suite.interrupted ? "INTERRUPTED, partial: " : "",
              tinted(name_of(suite.verdict),
                     suite.verdict == lab::Verdict::kPass ? Tone::kGood : Tone::kBad)
                  .c_str(),
              suite.cases.size(), runs, static_cast<unsigned long long>(suite.seed));
  std::printf(", %.1f s, fingerprint %016llx\n", suite.wall_s,
              static_cast<unsigned long long>(suite.fingerprint));
}

core::Result<lab::SuiteResult> execute(const TestFlags& flags) {
  if (flags.ci) {
    stay_plain();
  }
  if (flags.world != "sim" && flags.world != "mock") {
    return core::fail(core::Code::kInvalid,
                      "world '" + flags.world + "' is not there yet; use --world sim");
  }
  const std::vector<lab::Case> cases = TRY(select(flags));
  auto suite = lab::run_suite(cases, options_for(flags));
  clear_progress();
  return suite;
}

core::Result<void> keep(const lab::SuiteResult& suite, const TestFlags& flags) {
  if (flags.store.empty()) {
    return {};
  }
  report::Store store = TRY(report::Store::open(flags.store, report::Store::Access::kWrite));
  const std::int64_t id = TRY(store.save(suite, utc_now()));
  if (!flags.json) {
    std::printf("stored  suite %lld in %s\n", static_cast<long long>(id), flags.store.c_str());
  }
  return {};
}

core::Result<void> write_coverage(const lab::SuiteResult& suite, const TestFlags& flags) {
  if (!flags.coverage) {
    return {};
  }
  const lab::Coverage coverage = lab::coverage_of(suite);
  TRY_VOID(write_file(".muster/coverage.html", report::coverage_html(coverage)));
  TRY_VOID(write_file(".muster/coverage.json", report::coverage_json(coverage) + "\n"));
  if (!flags.json) {
    std::printf(
        "coverage %zu of %llu cells, .muster/coverage.html\n"
        "(a cell: a pattern, a kind of fault that acted, a check that looked; of all kinds with\n"
        "each check that a run of the pattern had)\n",
        coverage.cells.size(), static_cast<unsigned long long>(coverage.possible()));
  }
  return {};
}

std::string page_of(const lab::SuiteResult& suite) {
  return report::suite_html(suite);
}

int conclude(const lab::SuiteResult& suite, const TestFlags& flags) {
  if (flags.json) {
    std::puts(report::suite_json(suite).c_str());
  }
  // What was run is kept before it is shown: a page that cannot be written costs no results.
  core::Result<void> first = keep(suite, flags);
  const auto also = [&first](const core::Result<void>& one) { first = first ? one : first; };
  also(write_coverage(suite, flags));
  for (const auto& [path, make] :
       {std::pair{flags.report, &page_of}, std::pair{flags.junit, &report::suite_junit},
        std::pair{flags.prometheus, &report::suite_prometheus}}) {
    if (path.empty()) {
      continue;
    }
    const auto written = write_file(path, make(suite));
    also(written);
    if (written && !flags.json && path == flags.report) {
      std::printf("report  %s\n", path.c_str());
    }
  }
  if (!first) {
    return report_error(first.error());
  }
  return suite.interrupted ? interrupt_exit_code() : exit_code(suite.verdict);
}

}  // namespace

int report_error(const core::Error& error) {
  std::fprintf(stderr, "muster: %s\n", error.message.c_str());
  const bool environment = error.code == core::Code::kIo ||
                           error.code == core::Code::kUnavailable ||
                           error.code == core::Code::kCorrupt;
  return environment ? kExitEnvironment : kExitUsage;
}

int exit_code(lab::Verdict verdict) {
  switch (verdict) {
    case lab::Verdict::kPass:
      return kExitPass;
    case lab::Verdict::kFail:
      return kExitFail;
    case lab::Verdict::kInconclusive:
      break;
  }
  return kExitInconclusive;
}

namespace {

int test_once(const TestFlags& flags) {
  const auto suite = execute(flags);
  if (!suite) {
    return report_error(suite.error());
  }
  if (!flags.json) {
    print(*suite);
  }
  return conclude(*suite, flags);
}

int run_once(const TestFlags& flags) {
  const auto suite = execute(flags);
  if (!suite) {
    return report_error(suite.error());
  }
  if (!flags.json) {
    for (const lab::CaseResult& result : suite->cases) {
      for (const lab::RunResult& one : result.runs) {
        std::fputs(details(one).c_str(), stdout);
      }
      for (const lab::CheckResult& check : result.checks) {
        std::fputs(check_line(check).c_str(), stdout);
      }
    }
    std::puts("");
    print(*suite);
  }
  return conclude(*suite, flags);
}

// The folder whose files decide what is run.
core::Result<std::filesystem::path> watched_folder(const TestFlags& flags) {
  if (flags.file.empty()) {
    return TRY(home()) / "scenarios" / "suite";
  }
  const std::filesystem::path path = TRY(find_case(flags.file)).path;
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// A scenario with a mistake ends no watch: the next change may mend it.
int again_and_again(const TestFlags& flags, int (*once)(const TestFlags&)) {
  const auto folder = watched_folder(flags);
  if (!folder) {
    return report_error(folder.error());
  }
  auto watch = Watch::of(*folder);
  if (!watch) {
    return report_error(watch.error());
  }
  while (true) {
    once(flags);
    if (interrupted()) {
      return interrupt_exit_code();
    }
    std::printf("watching %s\n", folder->c_str());
    std::fflush(stdout);
    const auto changed = watch->wait();
    if (!changed) {
      return report_error(changed.error());
    }
    if (!*changed) {
      return interrupt_exit_code();
    }
  }
}

}  // namespace

int test(const TestFlags& flags) {
  return flags.watch ? again_and_again(flags, test_once) : test_once(flags);
}

int run(const TestFlags& flags) {
  return flags.watch ? again_and_again(flags, run_once) : run_once(flags);
}

}  // namespace cli
