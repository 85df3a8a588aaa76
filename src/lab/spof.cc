#include "lab/spof.h"

#include <algorithm>
#include <map>

#include "scenario/schedule.h"

namespace lab {
namespace {

constexpr double kStoppedS = 30;
// An outage that is shorter than what S2 observes by no more than this was not over.
constexpr double kEdgeS = 5;

}  // namespace

SpofRisk spof_risk(std::span<const RunResult* const> runs) {
  std::map<std::string, double> outages;
  for (const RunResult* run : runs) {
    const auto outage = run->metrics.find("spof_outage");
    if (!run->component.empty() && outage != run->metrics.end()) {
      double& worst = outages[run->component];
      worst = std::max(worst, outage->second);
    }
  }
  const double observed = core::to_seconds(scenario::plan_of(scenario::Schedule::kS2).fault);
  SpofRisk risk;
  risk.components = outages.size();
  for (const auto& [name, outage] : outages) {
    if (outage > kStoppedS) {
      risk.critical.push_back(name);
    }
    risk.worst_outage_s = std::max(risk.worst_outage_s, outage);
  }
  risk.recovers = risk.worst_outage_s < observed - kEdgeS;
  return risk;
}

std::string_view SpofRisk::label() const {
  return !recovers ? "Critical" : critical.empty() ? "None" : "Partial";
}

std::string SpofRisk::text() const {
  std::string made(label());
  made += ": " + std::to_string(critical.size()) + "/" + std::to_string(components);
  for (std::size_t i = 0; i < critical.size(); ++i) {
    made += (i == 0 ? " (" : ", ") + critical[i];
  }
  made += critical.empty() ? "" : ")";
  return made + (recovers ? ", worst outage " +
                                std::to_string(static_cast<std::uint64_t>(worst_outage_s)) + " s"
                          : ", no recovery");
}

}  // namespace lab
