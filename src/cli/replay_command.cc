// replay and trace: a run by its name, SCENARIO[:VARIANT]@SEED[#BUILD].
#include <charconv>
#include <cstdio>

#include "build.h"
#include "commands.h"
#include "console.h"
#include "files.h"
#include "lab/spans.h"
#include "lab/window.h"
#include "report/json.h"
#include "report/telemetry.h"
#include "session.h"

namespace cli {
namespace {

struct RunName {
  std::string scenario;
  std::string variant;  // empty: the first
  std::uint64_t seed = 0;
  std::string build;  // empty: not said
};

core::Result<RunName> parse(std::string_view text) {
  RunName name;
  const std::size_t at = text.rfind('@');
  const auto bad = [&] {
    return core::fail(core::Code::kInvalid,
                      "'" + std::string(text) +
                          "' is not a run; runs are SCENARIO@SEED or SCENARIO:VARIANT@SEED#BUILD, "
                          "as the report prints them");
  };
  if (at == std::string_view::npos) {
    return bad();
  }
  const std::size_t hash = text.find('#', at);
  name.build = hash == std::string_view::npos ? "" : text.substr(hash + 1);
  const std::string_view digits = text.substr(at + 1, hash - at - 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), name.seed);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) {
    return bad();
  }
  const std::string_view scenario = text.substr(0, at);
  const std::size_t colon = scenario.rfind(':');
  // A path may have a colon of its own; a variant has no slash.
  const bool has_variant =
      colon != std::string_view::npos && scenario.find('/', colon) == std::string_view::npos;
  name.scenario = scenario.substr(0, has_variant ? colon : scenario.size());
  name.variant = has_variant ? scenario.substr(colon + 1) : "";
  return name;
}

void warn_of_another_build(const RunName& name) {
  const std::string_view here = build_identity();
  if (!name.build.empty() && name.build != here) {
    std::fprintf(stderr,
                 "muster: this run is of build %s, and this program is build %.*s: other sources, "
                 "so what follows may differ. To see the same run, build the sources it is of.\n",
                 name.build.c_str(), static_cast<int>(here.size()), here.data());
  }
}

struct Found {
  lab::Case source;
  std::size_t variant = 0;
  std::uint64_t seed = 0;
  [[nodiscard]] const scenario::Scenario& scenario() const { return source.file.runs[variant]; }
};

core::Result<Found> find(std::string_view text) {
  const RunName name = TRY(parse(text));
  warn_of_another_build(name);
  Found found{TRY(find_case(name.scenario)), 0, name.seed};
  if (name.variant.empty()) {
    return found;
  }
  std::string known;
  for (; found.variant < found.source.file.runs.size(); ++found.variant) {
    const std::string word = lab::variant_word(found.scenario().run);
    if (word == name.variant) {
      return found;
    }
    known += (known.empty() ? "" : ", ") + word;
  }
  return core::fail(core::Code::kInvalid,
                    name.scenario + " has no variant '" + name.variant + "'; it has: " + known);
}

}  // namespace

int replay(const ReplayFlags& flags) {
  const auto found = find(flags.run);
  if (!found) {
    return report_error(found.error());
  }
  lab::Case one = found->source;
  one.file.runs = {found->scenario()};
  lab::SuiteOptions options;
  options.suite = flags.run;
  options.build = build_identity();
  options.seed = found->seed;
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
    std::puts(report::suite_json(*suite).c_str());
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

int write_otlp(const Found& found, const std::string& path) {
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
  std::printf("wrote %s: %zu spans\n", path.c_str(), spans.spans().size());
  return interrupted() ? interrupt_exit_code() : kExitPass;
}

}  // namespace

int trace(const TraceFlags& flags) {
  const auto found = find(flags.run);
  if (!found) {
    return report_error(found.error());
  }
  if (!flags.otlp.empty()) {
    return write_otlp(*found, flags.otlp);
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
  options.seed = found->seed;
  options.interrupted = interrupted;
  options.observer = &window;
  options.observe_from = at(flags.from_s);
  options.observe_until = at(flags.until_s);
  options.sink = &window;
  auto result = lab::run(found->source.file, found->scenario(), options);
  if (!result) {
    return report_error(result.error());
  }
  result->build = build_identity();
  result->found_as = found->source.found_as;
  const int code = interrupted() ? interrupt_exit_code() : kExitPass;
  if (flags.perfetto.empty()) {
    std::printf("# %s  fingerprint %016llx\n%s", result->id().c_str(),
                static_cast<unsigned long long>(result->fingerprint), window.text(*result).c_str());
    return code;
  }
  const auto written = write_file(flags.perfetto, window.perfetto(*result));
  if (!written) {
    return report_error(written.error());
  }
  std::printf("wrote %s; open it at ui.perfetto.dev or chrome://tracing\n", flags.perfetto.c_str());
  return code;
}

}  // namespace cli
