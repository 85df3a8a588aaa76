// replay and trace: a run by its name, SCENARIO[/VARIANT]@SEED[#BUILD].
#include <charconv>
#include <cstdio>

#include "commands.h"
#include "console.h"
#include "files.h"
#include "lab/window.h"
#include "report/json.h"
#include "session.h"

namespace cli {
namespace {

struct RunName {
  std::string scenario;
  std::string variant;
  std::uint64_t seed = 0;
};

core::Result<RunName> parse(std::string_view text) {
  const std::string_view whole = text;
  text = text.substr(0, text.find('#'));
  RunName name;
  const std::size_t at = text.rfind('@');
  const auto bad = [&] {
    return core::fail(core::Code::kInvalid,
                      "'" + std::string(whole) +
                          "' is not a run; runs are SCENARIO@SEED or SCENARIO/VARIANT@SEED, as the "
                          "report prints them");
  };
  if (at == std::string_view::npos) {
    return bad();
  }
  const std::string_view digits = text.substr(at + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), name.seed);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) {
    return bad();
  }
  text = text.substr(0, at);
  const bool is_path = text.find(".yaml") != std::string_view::npos;
  const std::size_t slash = is_path ? text.find(".yaml/") : text.rfind('/');
  const std::size_t cut = slash == std::string_view::npos ? text.size()
                          : is_path                       ? slash + 5
                                                          : slash;
  name.scenario = text.substr(0, cut);
  name.variant = cut < text.size() ? text.substr(cut + 1) : "";
  return name;
}

struct Found {
  lab::Case source;
  std::size_t variant = 0;
  std::uint64_t seed = 0;
  [[nodiscard]] const scenario::Scenario& scenario() const { return source.file.runs[variant]; }
};

core::Result<Found> find(std::string_view text) {
  const RunName name = TRY(parse(text));
  Found found{TRY(find_case(name.scenario)), 0, name.seed};
  if (name.variant.empty()) {
    return found;
  }
  std::string known;
  for (; found.variant < found.source.file.runs.size(); ++found.variant) {
    if (found.scenario().run == name.variant) {
      return found;
    }
    known += (known.empty() ? "" : ", ") + found.scenario().run;
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
    for (const lab::RunResult& run : suite->cases.front().runs) {
      std::fputs(details(run).c_str(), stdout);
    }
  }
  return suite->interrupted ? interrupt_exit_code() : exit_code(*suite);
}

int trace(const TraceFlags& flags) {
  const auto found = find(flags.run);
  if (!found) {
    return report_error(found.error());
  }
  const auto at = [](double seconds) {
    return core::at(core::Duration(static_cast<std::int64_t>(seconds * 1e9)));
  };
  if (!(flags.from_s >= 0 && flags.until_s > flags.from_s && flags.until_s <= 1e9)) {
    return report_error({core::Code::kInvalid, "--from must be at least 0 and below --until"});
  }
  lab::Window window(at(flags.from_s), at(flags.until_s));
  lab::RunOptions options;
  options.seed = found->seed;
  options.interrupted = interrupted;
  options.observer = &window;
  options.observe_from = at(flags.from_s);
  options.observe_until = at(flags.until_s);
  options.sink = &window;
  const auto result = lab::run(found->source.file, found->scenario(), options);
  if (!result) {
    return report_error(result.error());
  }
  if (flags.perfetto.empty()) {
    std::fputs(window.text(*result).c_str(), stdout);
    return kExitPass;
  }
  const auto written = write_file(flags.perfetto, window.perfetto(*result));
  if (!written) {
    return report_error(written.error());
  }
  std::printf("wrote %s; open it at ui.perfetto.dev or chrome://tracing\n", flags.perfetto.c_str());
  return kExitPass;
}

}  // namespace cli
