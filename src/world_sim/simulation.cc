#include "world_sim/simulation.h"

#include <array>
#include <utility>

#include "engine.h"

namespace world_sim {

std::string_view name_of(StopReason reason) {
  constexpr std::array<std::string_view, 5> kNames = {"time reached", "idle", "condition met",
                                                      "event budget used up", "interrupted"};
  return kNames[static_cast<std::size_t>(reason)];
}

Simulation::Simulation(Options options) : engine_(std::make_unique<Engine>(std::move(options))) {}

Simulation::~Simulation() = default;

void Simulation::boot(const world::NodeSpec& spec, world::Program program) {
  engine_->boot(spec, std::move(program));
}

void Simulation::halt(world::NodeId node, world::HaltReason reason) {
  engine_->halt(node, reason);
}

void Simulation::restart(world::NodeId node) {
  engine_->restart(node);
}

void Simulation::register_service(std::string name, world::Service service) {
  engine_->register_service(std::move(name), std::move(service));
}

Outcome Simulation::run_until(core::Time until) {
  return engine_->run(nullptr, until, false);
}

Outcome Simulation::run_until(const std::function<bool()>& condition, core::Time until) {
  return engine_->run(&condition, until, false);
}

Outcome Simulation::run_until_idle() {
  return engine_->run(nullptr, core::Time::max(), true);
}

core::Time Simulation::now() const {
  return engine_->now();
}

std::uint64_t Simulation::events() const {
  return engine_->events();
}

bool Simulation::knows(world::NodeId node) const {
  return engine_->find(node) != nullptr;
}

std::vector<world::NodeId> Simulation::nodes() const {
  return engine_->nodes();
}

const world::NodeSpec& Simulation::spec(world::NodeId node) const {
  return engine_->at(node).spec;
}

NodeView Simulation::view(world::NodeId node) const {
  return engine_->view(node);
}

NodeStatistics Simulation::statistics(world::NodeId node) const {
  return engine_->statistics(node);
}

std::uint32_t Simulation::utilisation_permille(world::NodeId node) const {
  const NodeStatistics statistics = engine_->statistics(node);
  const std::int64_t available =
      statistics.running.count() * static_cast<std::int64_t>(spec(node).hardware.cores);
  if (available == 0) {
    return 0;
  }
  return static_cast<std::uint32_t>(statistics.cpu_busy.count() * 1000 / available);
}

const world::Machine* Simulation::machine(world::NodeId node) const {
  return engine_->at(node).machine.get();
}

std::uint64_t Simulation::state_digest(world::NodeId node) const {
  const world::Machine* machine_of_node = machine(node);
  return machine_of_node == nullptr ? 0 : machine_of_node->digest();
}

std::vector<core::Bytes> Simulation::durable_records(world::NodeId node) const {
  return engine_->at(node).disk.records();
}

core::Time Simulation::monotonic_now(world::NodeId node) const {
  return engine_->monotonic(engine_->at(node));
}

core::WallTime Simulation::wall_now(world::NodeId node) const {
  return engine_->wall(engine_->at(node));
}

std::uint64_t Simulation::acted(std::uint32_t fault) const {
  return engine_->gate().acted(fault);
}

bool Simulation::begun(std::uint32_t fault) const {
  return engine_->begun(fault);
}

std::uint64_t Simulation::fingerprint() const {
  return engine_->fingerprint();
}

const std::vector<std::uint64_t>& Simulation::slice_digests() const {
  return engine_->slice_digests();
}

}  // namespace world_sim
