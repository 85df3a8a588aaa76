// How fast the simulator runs a whole swarm, against an event loop that does nothing.
#include <benchmark/benchmark.h>

#include <chrono>
#include <queue>
#include <tuple>

#include "lab/run.h"
#include "num/stream.h"
#include "scenario/load.h"

namespace {

constexpr std::string_view kMesh = R"(
pattern: mesh
duration: 10s
pools: [{name: agent, size: 5, strategy: momentum}]
workload: {rate: 50/s}
)";

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// `count` events through a queue that holds 64, as many as a small swarm has in flight.
double floor_seconds(std::uint64_t count) {
  using Event = std::tuple<std::uint64_t, std::uint32_t, std::uint64_t>;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> queue;
  num::Stream random(1, 0, num::purpose_of("bench.floor"));
  for (std::uint32_t i = 0; i < 64; ++i) {
    queue.emplace(random.below(1'000), i, 0);
  }
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto [at, source, number] = queue.top();
    queue.pop();
    queue.emplace(at + 1 + random.below(1'000), source, number + 1);
  }
  benchmark::DoNotOptimize(queue.top());
  return seconds_since(begin);
}

void run_a_mesh(benchmark::State& state) {
  const auto file = scenario::load(kMesh, "bench.yaml", {});
  core::check(file.has_value(), "the scenario of this benchmark loads");
  lab::RunOptions options;
  double run_s = 0;
  double floor_s = 0;
  std::uint64_t events = 0;
  std::uint64_t tasks = 0;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    const auto result = lab::run(*file, file->runs.front(), options);
    const double lasted_s = seconds_since(begin);
    core::check(result && result->verdict == lab::Verdict::kPass, "the run passes");
    ++options.seed;
    run_s += lasted_s;
    events += result->events;
    tasks += result->account.done;
    floor_s += floor_seconds(result->events);
    state.SetIterationTime(lasted_s);
  }
  state.counters["events_per_s"] = static_cast<double>(events) / run_s;
  state.counters["committed_tasks_per_s"] = static_cast<double>(tasks) / run_s;
  state.counters["times_the_floor"] = run_s / floor_s;
}
BENCHMARK(run_a_mesh)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
