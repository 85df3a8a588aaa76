#include "build.h"
#include "scenario/schedule.h"
#include "section.h"

namespace scenario {

core::Result<void> apply_schedule(Scenario& scenario, const Tree& tree, const Source& source) {
  if (scenario.schedule == Schedule::kNone) {
    if (scenario.warm_up >= scenario.duration) {
      return refuse(source, place_of(tree, "warm_up"), "warm_up",
                    "leaves nothing of the duration to measure; write less than the duration");
    }
    return {};
  }
  const std::string name(name_of(scenario.schedule));
  for (const char* key : {"faults", "duration", "warm_up"}) {
    if (find(tree, key) != nullptr) {
      return refuse(source, place_of(tree, key), key,
                    "is what schedule " + name + " brings; take one of the two away");
    }
  }
  if (scenario.workload.tasks) {
    return refuse(source, place_of(tree, "workload.tasks"), "workload.tasks",
                  "end the load before schedule " + name + " is over; take them away");
  }
  put_under(scenario.schedule, scenario);
  return {};
}

core::Result<std::optional<Prices>> build_prices(const Section& file, FileContext& context,
                                                 const Source& source) {
  if (!file.has("prices")) {
    return std::nullopt;
  }
  const Section section = file.section("prices");
  Prices prices;
  prices.file = section.text("file");
  prices.file_digest = TRY(read_series(*section.at("file"), "prices.file", context, source));
  prices.provider = section.text("provider");
  return prices;
}

}  // namespace scenario
