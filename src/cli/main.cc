// muster: parses flags and hands over to the commands.
#include <CLI/CLI.hpp>

#include <cstdlib>

#include "build.h"
#include "commands.h"
#include "core/hash_map.h"
#include "session.h"

namespace {

void add_run_flags(CLI::App& command, cli::TestFlags& flags) {
  command.add_option("--world", flags.world, "sim (also called mock)");
  command.add_option("--seed", flags.seed, "first seed")->check(CLI::NonNegativeNumber);
  command.add_option("--seeds", flags.seeds, "how many seeds, from --seed on")
      ->check(CLI::Range(1, 1'000'000));
  command.add_option("--jobs", flags.jobs, "runs at a time; 0: one for each CPU")
      ->check(CLI::Range(0, 1024));
  command.add_option("--timeout", flags.timeout_s, "seconds of wall time that one run may take")
      ->check(CLI::Range(1, 86'400))
      ->transform([](std::string text) {
        if (!text.empty() && text.back() == 's') {
          text.pop_back();
        }
        return text;
      });
  command.add_option("--report", flags.report, "where to write the HTML report; empty: nowhere");
  command.add_option("--junit", flags.junit, "where to write JUnit XML; empty: nowhere");
  command.add_flag("--ci", flags.ci, "for machines: plain output, no progress");
  command.add_flag("--json", flags.json, "print one JSON object instead of tables");
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
  CLI::App* replay = app.add_subcommand("replay", "run SCENARIO[:VARIANT]@SEED[#BUILD] again");
  replay->add_option("RUN", replay_flags.run)->required();
  replay->add_flag("--json", replay_flags.json, "print one JSON object");
  replay->callback([&] { code = cli::replay(replay_flags); });

  cli::TraceFlags trace_flags;
  CLI::App* trace = app.add_subcommand("trace", "show a window of a run, step by step");
  trace->add_option("RUN", trace_flags.run)->required();
  trace->add_option("--from", trace_flags.from_s, "virtual seconds");
  trace->add_option("--until", trace_flags.until_s, "virtual seconds");
  trace->add_option("--perfetto", trace_flags.perfetto, "write a Perfetto JSON file instead");
  trace->callback([&] { code = cli::trace(trace_flags); });

  bool doctor_json = false;
  CLI::App* doctor = app.add_subcommand("doctor", "say what this machine can do");
  doctor->add_flag("--json", doctor_json);
  doctor->callback([&] { code = cli::doctor(doctor_json); });

  cli::NewFlags new_flags;
  CLI::App* made = app.add_subcommand("new", "write a commented scenario file to start from");
  made->add_option("PATTERN", new_flags.pattern, "mesh, hierarchical or star")->required();
  made->add_option("FILE", new_flags.file, "default: PATTERN.yaml");
  made->callback([&] { code = cli::make_new(new_flags); });

  // Another salt must change nothing that Muster prints; the determinism test sets one.
  if (const char* salt = std::getenv("MUSTER_HASH_SALT")) {
    core::set_hash_salt(std::strtoull(salt, nullptr, 10));
  }
  cli::catch_interrupts();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int shown = app.exit(error);
    return shown == 0 ? 0 : cli::kExitUsage;
  }
  return code;
}
