// The provider of a simulated run: sandboxes as nodes of the simulation, and the services of the
// controller.
#pragma once

#include "lab/deployment.h"
#include "sandbox_sim/provider.h"
#include "world_sim/simulation.h"

namespace lab {

inline constexpr const char* kVolatilityService = "market.volatility";

// Lives as long as the run. Also a trace sink: it sees programs that end.
class Site : public world::TraceSink {
 public:
  // REQUIRES: deployment.changing. Both must outlive it.
  Site(const Deployment& deployment, const scenario::Scenario& scenario);

  // Before anything is booted.
  void attach(world_sim::Simulation& simulation);
  // After the founders are booted: they are sandboxes that run already.
  void adopt_founders();

  void receive(const world::TraceEntry& entry) override;
  [[nodiscard]] sandbox_sim::SimProvider& provider() { return *provider_; }

 private:
  [[nodiscard]] core::Result<sandbox_sim::Launch> launch(const sandbox::SandboxInfo& sandbox);
  [[nodiscard]] world::ServiceAnswer volatility() const;

  const Deployment& deployment_;
  const scenario::Scenario& scenario_;
  world_sim::Simulation* simulation_ = nullptr;
  std::optional<sandbox_sim::SimProvider> provider_;
};

}  // namespace lab
