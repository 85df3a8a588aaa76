// muster: parses flags and hands over to the commands.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <memory>
#include <span>

#include "build.h"
#include "commands.h"
#include "core/hash_map.h"
#include "interrupts.h"
#include "report/selection.h"
#include "scenario/nearest.h"

namespace {

constexpr std::uint64_t kMostSeeds = 1'000'000;

std::string without_unit(std::string text) {
  if (!text.empty() && text.back() == 's') {
    text.pop_back();
  }
  return text;
}

// Decimal digits alone: CLI11 would read 010 as 8 and take the greatest number for a greater one.
CLI::Validator whole(std::uint64_t least, std::uint64_t greatest) {
  const std::string range =
      "a whole number from " + std::to_string(least) + " to " + std::to_string(greatest);
  return CLI::Validator(
      [=](const std::string& text) {
        std::uint64_t value = 0;
        const char* const end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, value);
        const bool good = read.ec == std::errc() && read.ptr == end && value >= least &&
                          value <= greatest && (text.size() == 1 || text.front() != '0');
        return good ? std::string() : "'" + text + "' is not " + range;
      },
      range);
}

// What every command has that runs many seeds.
template <class Flags>
void add_seed_flags(CLI::App& command, Flags& flags, const std::string& seeds_help) {
  // The last seed is a number, too.
  command.add_option("--seed", flags.seed, "first seed")
      ->check(whole(0, std::numeric_limits<std::uint64_t>::max() - kMostSeeds).description(""));
  command.add_option("--seeds", flags.seeds, seeds_help)->check(whole(1, kMostSeeds));
  command.add_option("--jobs", flags.jobs, "runs at a time; 0: one for each CPU")
      ->check(whole(0, 1024));
  command.add_option("--timeout", flags.timeout_s, "seconds of wall time that one run may take")
      ->check(whole(1, 86'400))
      ->transform(without_unit);
}

void add_run_flags(CLI::App& command, cli::TestFlags& flags) {
  command.add_option("--world", flags.world, "sim (also called mock)");
  add_seed_flags(command, flags,
                 "how many seeds, from --seed on; default: 1, or what the case says");
  command.add_flag("--full", flags.full,
                   "the schedules of published figures instead of the short ones, where a case has "
                   "both; takes long");
  command.add_option("--report", flags.report, "where to write the HTML report; empty: nowhere");
  command.add_option("--junit", flags.junit, "where to write JUnit XML; empty: nowhere");
  command.add_option("--store", flags.store, "results database to add the runs to; empty: none");
  command.add_option("--prometheus", flags.prometheus,
                     "where to write metrics as Prometheus text; empty: nowhere");
  command.add_flag("--watch", flags.watch, "run again whenever a scenario file changes");
  command.add_flag("--coverage", flags.coverage,
                   "write .muster/coverage.html and .json: what was exercised");
  command.add_flag("--ci", flags.ci, "for machines: plain output, no progress");
  command.add_flag("--json", flags.json, "print one JSON object instead of tables");
}

void add_campaign(CLI::App& app, int& code) {
  auto flags = std::make_shared<cli::CampaignFlags>();
  CLI::App* campaign =
      app.add_subcommand("campaign", "run one scenario over many seeds; goes on where it was");
  campaign->add_option("FILE", flags->file, "a scenario file, or the name of a built-in scenario")
      ->required();
  add_seed_flags(*campaign, *flags, "how many seeds, from --seed on");
  campaign->add_option("--store", flags->store, "the results database");
  campaign->add_flag("--json", flags->json, "print one JSON object instead");
  campaign->callback([flags, &code] { code = cli::campaign(*flags); });
}

void add_results_commands(CLI::App& app, int& code) {
  const std::string selector(report::kSelectorHelp);
  auto compare_flags = std::make_shared<cli::CompareFlags>();
  CLI::App* compare = app.add_subcommand("compare", "say what got worse from A to B");
  compare->add_option("A", compare_flags->a, selector)->required();
  compare->add_option("B", compare_flags->b, "the same, for the other runs")->required();
  compare->add_option("--metric", compare_flags->metrics, "only these metrics");
  compare->add_option("--store", compare_flags->store, "the results database");
  compare->add_flag("--all", compare_flags->all, "show what does not differ, too");
  compare->add_flag("--json", compare_flags->json, "print one JSON object instead of a table");
  compare->callback([compare_flags, &code] { code = cli::compare(*compare_flags); });

  auto advice = std::make_shared<cli::RecommendFlags>();
  CLI::App* recommend = app.add_subcommand("recommend", "say which deployment to take, and why");
  recommend->add_option("SUITE", advice->suite, selector + "; default: latest");
  recommend->add_option(
      "--for", advice->preset,
      "high-frequency, algorithmic (default), portfolio, risk-averse or development");
  recommend->add_option("--scenario", advice->scenario, "whose variants are the candidates");
  recommend->add_option("--store", advice->store, "the results database");
  recommend->add_flag("--json", advice->json, "print one JSON object instead of a table");
  recommend->callback([advice, &code] { code = cli::recommend(*advice); });

  auto report_flags = std::make_shared<cli::ReportFlags>();
  CLI::App* made = app.add_subcommand("report", "write the report of stored runs");
  made->add_option("SUITE", report_flags->suite, selector + "; default: latest");
  made->add_option("--store", report_flags->store, "the results database");
  made->add_option("--html,--report", report_flags->html,
                   "where to write the page; empty: nowhere");
  made->add_option("--markdown", report_flags->markdown, "where to write tables as Markdown");
  made->add_flag("--list", report_flags->list, "list the stored suites instead");
  made->add_flag("--json", report_flags->json, "print suite and runs as one JSON object instead");
  made->callback([report_flags, &code] { code = cli::report(*report_flags); });
}

void add_explore(CLI::App& app, int& code) {
  auto flags = std::make_shared<cli::ExploreFlags>();
  CLI::App* explore =
      app.add_subcommand("explore", "show stored runs in a browser, on this machine alone");
  explore->add_option("--port", flags->port, "where to listen on 127.0.0.1; default: any free one")
      ->check(whole(0, 65'535));
  explore->add_option("--store", flags->store, "the results database");
  explore->add_flag("--json", flags->json, "print where the page is as one JSON object");
  explore->callback([flags, &code] { code = cli::explore(*flags); });
}

void add_trace(CLI::App& app, int& code) {
  auto flags = std::make_shared<cli::TraceFlags>();
  CLI::App* trace = app.add_subcommand("trace", "show a window of a run, step by step");
  trace->add_option("RUN", flags->run)->required();
  const CLI::Option* from =
      trace->add_option("--from", flags->from_s, "virtual seconds since the load began");
  const CLI::Option* until =
      trace->add_option("--until", flags->until_s, "virtual seconds since the load began");
  trace->add_option("--perfetto", flags->perfetto, "write a Perfetto JSON file instead");
  trace->add_option("--otlp", flags->otlp,
                    "write every task of the whole run as OTLP/JSON traces instead");
  trace->add_flag("--json", flags->json, "print one JSON object instead of lines");
  trace->callback([flags, from, until, &code] {
    flags->windowed = from->count() + until->count() > 0;
    code = cli::trace(*flags);
  });
}

// `did you mean`, for the first word that is no subcommand or the first flag that the subcommand
// does not have; empty where neither is at fault.
std::string meant(const CLI::App& app, std::span<char*> words) {
  const auto given = app.get_subcommands();
  const CLI::App& command = given.empty() ? app : *given.front();
  std::vector<std::string> known;
  if (given.empty()) {
    for (const CLI::App* one : app.get_subcommands([](const CLI::App*) { return true; })) {
      known.push_back(one->get_name());
    }
  } else {
    for (const CLI::Option* option : command.get_options()) {
      for (const std::string& name : option->get_lnames()) {
        known.push_back("--" + name);
      }
    }
  }
  for (const std::string_view text : words) {
    const std::string word(text.substr(0, text.find('=')));
    const bool of_this_kind = given.empty() ? !word.starts_with("-") : word.starts_with("--");
    if (of_this_kind && std::ranges::find(known, word) == known.end()) {
      return "'" + word + "' is not known; did you mean '" + scenario::nearest(word, known) +
             "'?\n";
    }
  }
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Muster: does this swarm of agents pass muster?", "muster"};
  app.require_subcommand(1);
  app.set_version_flag("--version", MUSTER_VERSION " build " + std::string(cli::build_identity()));
  int code = 0;

  cli::TestFlags test_flags;
  CLI::App* test = app.add_subcommand("test", "run the built-in suite");
  test->add_option("--pattern", test_flags.pattern, "only patterns whose name contains this");
  test->add_option("--case", test_flags.case_name, "only cases whose name contains this");
  add_run_flags(*test, test_flags);
  test->callback([&] { code = cli::test(test_flags); });

  cli::TestFlags run_flags;
  CLI::App* run = app.add_subcommand("run", "run one scenario and show everything about it");
  run->add_option("FILE", run_flags.file, "a scenario file, or the name of a built-in scenario")
      ->required();
  add_run_flags(*run, run_flags);
  run->callback([&] { code = cli::run(run_flags); });

  cli::ReplayFlags replay_flags;
  CLI::App* replay =
      app.add_subcommand("replay", "run SCENARIO[:VARIANT]@SEED again, as it is named");
  replay->add_option("RUN", replay_flags.run)->required();
  replay->add_flag("--json", replay_flags.json, "print one JSON object");
  replay->callback([&] { code = cli::replay(replay_flags); });

  add_trace(app, code);

  bool doctor_json = false;
  CLI::App* doctor = app.add_subcommand("doctor", "say what this machine can do");
  doctor->add_flag("--json", doctor_json);
  doctor->callback([&] { code = cli::doctor(doctor_json); });

  cli::NewFlags new_flags;
  CLI::App* made = app.add_subcommand("new", "write a commented scenario file to start from");
  made->add_option("PATTERN", new_flags.pattern, "mesh, ring, blue-green, …; none: list them");
  made->add_option("FILE", new_flags.file, "default: PATTERN.yaml");
  made->add_flag("--json", new_flags.json,
                 "print what was written, or the list, as one JSON object");
  made->callback([&] { code = cli::make_new(new_flags); });

  add_campaign(app, code);
  add_results_commands(app, code);
  add_explore(app, code);

  // Another salt must change nothing that Muster prints; the determinism test sets one.
  if (const char* salt = std::getenv("MUSTER_HASH_SALT")) {
    core::set_hash_salt(std::strtoull(salt, nullptr, 10));
  }
  cli::catch_interrupts();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int shown = app.exit(error);
    if (shown != 0) {
      std::cerr << meant(app, std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
    }
    return shown == 0 ? 0 : cli::kExitUsage;
  }
  return code;
}
