// replay and trace: a run by its name, SCENARIO[:VARIANT]@SEED[#BUILD[.EDITION]].
#include <cstdio>

#include "build.h"
#include "commands.h"
#include "console.h"
#include "files.h"
#include "interrupts.h"
#include "lab/spans.h"
#include "lab/window.h"
#include "parallel.h"
#include "report/command_json.h"
#include "report/json.h"
#include "report/telemetry.h"
#include "run_name.h"
#include "wall_clock.h"

namespace cli {
namespace {

// Why what follows may not be the run that was named.
std::vector<std::string> warnings_of(const FoundRun& found) {
  const std::string here(build_identity());
  if (!found.build.empty() && found.build != here) {
    return {"this run is of build " + found.build + ", and this program is build " + here +
            ": other sources, so what follows may differ. To see the same run, build the sources "
            "it is of."};
  }
  if (found.changed) {
    return {changed_text(found)};
  }
  return {};
}

struct Named {
  FoundRun run;
  std::vector<std::string> warnings;
};

// As find_run(), with warnings, which are printed.
core::Result<Named> find(std::string_view text) {
  Named named{TRY(find_run(text)), {}};
  named.warnings = warnings_of(named.run);
  for (const std::string& warning : named.warnings) {
    std::fprintf(stderr, "muster: %s\n", warning.c_str());
  }
  return named;
}

}  // namespace

int replay(const ReplayFlags& flags) {
  const auto named = find(flags.run);
  if (!named) {
    return report_error(named.error());
  }
  const FoundRun& found = named->run;
  lab::Case one = found.source;
  one.file.runs = {found.scenario()};
  lab::SuiteOptions options;
  options.suite = flags.run;
  options.build = build_identity();
  options.seed = found.seed;
  options.clock_s = wall_clock_s;
  options.interrupted = interrupted;
  options.for_each = [](std::size_t count, const std::function<void(std::size_t)>& body) {
    for_each(1, count, body);
  };
  const auto suite = lab::run_suite({one}, options);
  if (!suite) {
    return report_error(suite.error());
  }
  if (flags.json) {
    std::puts(report::suite_json(*suite, named->warnings).c_str());
  } else {
    if (suite->interrupted) {
      std::puts("INTERRUPTED, partial:");
    }
    for (const lab::CaseResult& replayed : suite->cases) {
      std::fputs(details(replayed.runs.front()).c_str(), stdout);
    }
  }
  return suite->interrupted ? interrupt_exit_code() : exit_code(suite->verdict);
}

namespace {

int write_otlp(const Named& named, const std::string& path, bool json) {
  const FoundRun& found = named.run;
  lab::Spans spans;
  lab::RunOptions options;
  options.seed = found.seed;
  options.interrupted = interrupted;
  options.sink = &spans;
  auto result = lab::run(found.source.file, found.scenario(), options);
  if (!result) {
    return report_error(result.error());
  }
  result->build = build_identity();
  result->found_as = found.source.found_as;
  const auto written = write_file(path, report::run_otlp(*result, spans) + "\n");
  if (!written) {
    return report_error(written.error());
  }
  if (json) {
    std::puts(report::trace_file_json(*result, path, named.warnings).c_str());
  } else {
    std::printf("wrote %s: %zu spans\n", path.c_str(), spans.spans().size());
  }
  return interrupted() ? interrupt_exit_code() : kExitPass;
}

}  // namespace

int trace(const TraceFlags& flags) {
  if (!flags.otlp.empty() && (!flags.perfetto.empty() || flags.windowed)) {
    return report_error({core::Code::kInvalid,
                         "--otlp writes the tasks of the whole run: leave out --from and --until, "
                         "and for --perfetto run trace again"});
  }
  const auto named = find(flags.run);
  if (!named) {
    return report_error(named.error());
  }
  if (!flags.otlp.empty()) {
    return write_otlp(*named, flags.otlp, flags.json);
  }
  const auto at = [](double seconds) {
    return core::at(lab::kSettle + core::Duration(static_cast<std::int64_t>(seconds * 1e9)));
  };
  constexpr double kBoot = -core::to_seconds(lab::kSettle);
  if (!(flags.from_s >= kBoot && flags.until_s > flags.from_s && flags.until_s <= 1e9)) {
    return report_error({core::Code::kInvalid,
                         "--from must be at least -3, when the nodes boot, and below --until"});
  }
  lab::Window window(at(flags.from_s), at(flags.until_s));
  lab::RunOptions options;
  options.seed = named->run.seed;
  options.interrupted = interrupted;
  options.observer = &window;
  options.observe_from = at(flags.from_s);
  options.observe_until = at(flags.until_s);
  options.sink = &window;
  auto result = lab::run(named->run.source.file, named->run.scenario(), options);
  if (!result) {
    return report_error(result.error());
  }
  result->build = build_identity();
  result->found_as = named->run.source.found_as;
  const int code = interrupted() ? interrupt_exit_code() : kExitPass;
  if (flags.perfetto.empty() && flags.json) {
    std::puts(report::trace_json(*result, window, named->warnings).c_str());
    return code;
  }
  if (flags.perfetto.empty()) {
    std::printf("# %s  fingerprint %016llx\n%s", result->id().c_str(),
                static_cast<unsigned long long>(result->fingerprint), window.text(*result).c_str());
    return code;
  }
  const auto written = write_file(flags.perfetto, window.perfetto(*result));
  if (!written) {
    return report_error(written.error());
  }
  if (flags.json) {
    std::puts(report::trace_file_json(*result, flags.perfetto, named->warnings).c_str());
  } else {
    std::printf("wrote %s; open it at ui.perfetto.dev or chrome://tracing\n",
                flags.perfetto.c_str());
  }
  return code;
}

}  // namespace cli
