// campaign: one scenario over many seeds.
#include "report/campaign.h"

#include <algorithm>
#include <cstdio>
#include <thread>

#include "build.h"
#include "commands.h"
#include "console.h"
#include "files.h"
#include "interrupts.h"
#include "lab/schedule.h"
#include "parallel.h"
#include "report/replay.h"
#include "wall_clock.h"

namespace cli {
namespace {

std::string duration(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  return whole < 120 ? std::to_string(whole) + " s" : std::to_string((whole + 30) / 60) + " min";
}

lab::SuiteOptions options_for(const CampaignFlags& flags) {
  lab::SuiteOptions options;
  options.suite = "campaign " + flags.file;
  options.build = build_identity();
  options.seed = flags.seed;
  options.seeds = flags.seeds;
  options.timeout_s = flags.timeout_s;
  options.clock_s = wall_clock_s;
  options.interrupted = interrupted;
  const std::size_t jobs =
      flags.jobs != 0 ? flags.jobs : std::max(1U, std::thread::hardware_concurrency());
  options.for_each = [jobs](std::size_t count, const std::function<void(std::size_t)>& body) {
    for_each(jobs, count, body);
  };
  const double begin = wall_clock_s();
  options.progress = [begin](std::size_t done, std::size_t total, const lab::RunResult& latest) {
    const double each_s = (wall_clock_s() - begin) / static_cast<double>(done);
    show_progress(std::to_string(done) + "/" + std::to_string(total) + "  " +
                  duration(each_s * static_cast<double>(total - done)) + " left  " + latest.id() +
                  "  " + std::string(name_of(latest.verdict)));
  };
  return options;
}

void print(const report::CampaignResult& made, const CampaignFlags& flags) {
  for (const lab::RunResult& run : made.first_failures) {
    std::printf("FAILED %s\n  what   %s\n  replay %s\n", run.id().c_str(), run.reason.c_str(),
                report::replay_command(run, "muster").c_str());
  }
  for (const lab::CheckResult& check : made.checks) {
    std::fputs(check_line(check).c_str(), stdout);
  }
  std::printf(
      "%s%s: %llu runs, %llu of them stored before, %llu failed, %llu inconclusive\n",
      made.interrupted ? "INTERRUPTED, partial; the same command goes on: " : "",
      std::string(name_of(made.verdict)).c_str(), static_cast<unsigned long long>(made.runs),
      static_cast<unsigned long long>(made.resumed), static_cast<unsigned long long>(made.failed),
      static_cast<unsigned long long>(made.inconclusive));
  if (made.failed == 0 && !made.reason.empty()) {
    std::printf("  what   %s\n", made.reason.c_str());
  }
  std::printf("stored  suite %lld in %s\n", static_cast<long long>(made.id), flags.store.c_str());
}

core::Result<int> campaigned(const CampaignFlags& flags) {
  lab::Case source = TRY(find_case(flags.file));
  // Many seeds of what is run every day.
  std::erase_if(source.file.runs, [](const scenario::Scenario& run) { return run.full; });
  TRY_VOID(lab::enumerate_components(source.file));
  report::Store store = TRY(report::Store::open(flags.store, report::Store::Access::kWrite));
  auto result = report::run_campaign(store, source, options_for(flags), utc_now());
  clear_progress();
  const report::CampaignResult made = TRY(std::move(result));
  if (flags.json) {
    std::puts(report::campaign_json(made).c_str());
  } else {
    print(made, flags);
  }
  return made.interrupted ? interrupt_exit_code() : exit_code(made.verdict);
}

}  // namespace

int campaign(const CampaignFlags& flags) {
  const auto code = campaigned(flags);
  return code ? *code : report_error(code.error());
}

}  // namespace cli
