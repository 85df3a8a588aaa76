#include "build.h"
#include "section.h"

namespace scenario {
namespace {

Stage build_stage(const Section& section) {
  Stage stage;
  stage.pool = section.text("pool");
  for (const Tree& item : section.list("does")) {
    stage.duties.push_back(value_of<Duty>(item.text));
  }
  const Section work = section.section("work");
  work.duration("cpu", stage.cpu);
  work.duration("wait", stage.wait);
  return stage;
}

bool one_agent_each(const std::vector<Stage>& stages, const std::vector<Pool>& pools) {
  for (const Stage& stage : stages) {
    for (const Pool& pool : pools) {
      if (pool.name == stage.pool && pool.size > 1) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

RingSpec build_ring(const Section& section, const std::vector<Pool>& pools) {
  RingSpec ring;
  for (const Tree& item : section.list("stages")) {
    ring.stages.push_back(build_stage(Section(&item)));
  }
  section.words("spares", ring.spares);
  section.integer("credits", ring.credits);
  ring.ordered = one_agent_each(ring.stages, pools);
  if (const Tree* ordered = section.at("ordered"); ordered != nullptr) {
    ring.ordered = ordered->text == "true";
  }
  section.duration("stitch_after", ring.stitch_after);
  const Section breaker = section.section("breaker");
  breaker.duration("window", ring.breaker.window);
  breaker.integer("min_calls", ring.breaker.min_calls);
  breaker.percent("failures", ring.breaker.failures_ppm);
  breaker.duration("deadline", ring.breaker.deadline);
  breaker.duration("open_for", ring.breaker.open_for);
  breaker.integer("probes", ring.breaker.probes);
  return ring;
}

GraphSpec build_graph(const Section& section) {
  GraphSpec graph;
  section.words("candidates", graph.candidates);
  section.words("relays", graph.relays);
  for (const Tree& pair : section.list("links")) {
    graph.links.push_back({pair.items.at(0).text, pair.items.at(1).text});
  }
  return graph;
}

Service ring_service(const RingSpec& ring, Service service) {
  service.cpu = {};
  service.wait = {};
  for (const Stage& stage : ring.stages) {
    service.cpu += stage.cpu;
    service.wait += stage.wait;
  }
  return service;
}

}  // namespace scenario
