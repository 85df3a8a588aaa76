#include "site.h"

#include <algorithm>

namespace lab {

Site::Site(const Deployment& deployment, const scenario::Scenario& scenario)
    : deployment_(deployment), scenario_(scenario) {
  core::check(deployment.changing.has_value(), "a site is for a deployment that changes");
}

void Site::attach(world_sim::Simulation& simulation) {
  simulation_ = &simulation;
  sandbox_sim::Surroundings surroundings;
  surroundings.now = [this] { return simulation_->now(); };
  surroundings.host = simulation_;
  surroundings.launch = [this](const sandbox::SandboxInfo& sandbox, const sandbox::Exec&) {
    return launch(sandbox);
  };
  surroundings.usage = [this](world::NodeId node) {
    sandbox::Usage usage;
    usage.cpu = simulation_->statistics(node).cpu_busy;
    usage.memory_bytes = simulation_->view(node).memory_bytes;
    usage.disk_bytes = simulation_->view(node).disk_bytes_used;
    return usage;
  };
  provider_.emplace(deployment_.changing->provider, std::move(surroundings));
  simulation.register_service(std::string(sandbox::kService), sandbox::service_of(*provider_));
  simulation.register_service(std::string(sandbox_sim::kSettleService),
                              sandbox_sim::settle_service_of(*provider_));
  if (!deployment_.changing->volatility.empty()) {
    simulation.register_service(kVolatilityService,
                                [this](world::NodeId, core::BytesView) { return volatility(); });
  }
}

void Site::adopt_founders() {
  const control::ControllerConfig& config = deployment_.changing->config;
  std::size_t index = 0;
  if (deployment_.coordinator) {
    sandbox::SandboxSpec spec = config.fleets.front().spec;
    spec.lifetime = core::hours(24 * 30);
    spec.metadata = control::labels_of(config, "", deployment_.coordinator);
    provider_->adopt(spec, deployment_.coordinator);
  }
  for (std::size_t i = 0; i < scenario_.pools.size(); ++i) {
    const scenario::Pool& pool = scenario_.pools[i];
    for (std::uint32_t j = 0; scenario::is_founding(scenario_, pool) && j < pool.size; ++j) {
      const world::NodeId node = deployment_.agents[index++];
      sandbox::SandboxSpec spec = config.fleets[i].spec;
      spec.lifetime = core::hours(24 * 30);
      spec.metadata = control::labels_of(config, pool.name, node);
      provider_->adopt(spec, node);
    }
  }
  provider_->prepare();
}

void Site::receive(const world::TraceEntry& entry) {
  if (provider_) {
    provider_->receive(entry);
  }
}

core::Result<sandbox_sim::Launch> Site::launch(const sandbox::SandboxInfo& sandbox) {
  const world::NodeId node = control::node_of(sandbox);
  const Changing& changing = *deployment_.changing;
  const std::string fleet(sandbox.label(control::kFleetLabel));
  const auto index = changing.pool_of_fleet.find(fleet);
  const bool known = fleet.empty() || index != changing.pool_of_fleet.end();
  if (node.value < 1 || node.value > deployment_.nodes.size() ||
      !deployment_.nodes[node.value - 1].spare || !known) {
    return core::fail(core::Code::kInvalid, "there is no program for node " +
                                                std::to_string(node.value) +
                                                "; a run has a bounded number of new agents");
  }
  if (simulation_->knows(node)) {
    return core::fail(core::Code::kInvalid, "node " + std::to_string(node.value) +
                                                " has lived in another sandbox; a new one needs a "
                                                "new node");
  }
  sandbox_sim::Launch launch;
  const scenario::Pool pool = fleet.empty() ? scenario::Pool() : scenario_.pools[index->second];
  launch.node = spec_of_spare(deployment_, scenario_, node, pool);
  launch.program = program_of_spare(deployment_, scenario_, node, pool);
  return launch;
}

world::ServiceAnswer Site::volatility() const {
  const Changing& changing = *deployment_.changing;
  const core::Duration since = since_load(simulation_->now());
  const std::int64_t bar = std::max<std::int64_t>(0, since / changing.volatility_bar);
  const auto last = static_cast<std::int64_t>(changing.volatility.size()) - 1;
  const control::Reading reading{
      changing.volatility[static_cast<std::size_t>(std::min(bar, last))]};
  return {true, core::encode(reading), {}, core::milliseconds(2)};
}

}  // namespace lab
