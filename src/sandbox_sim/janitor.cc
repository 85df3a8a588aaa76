#include "sandbox_sim/provider.h"

namespace sandbox_sim {
namespace {

constexpr world::TimerId kTimer{1};

class Janitor : public world::Machine {
 public:
  void step(const world::Event& event, world::Context&, world::Effects& effects) override {
    if (std::holds_alternative<world::TimerFired>(event)) {
      effects.call(world::CallId(++calls_), std::string(kSettleService), {});
    }
    const bool returned = std::holds_alternative<world::Returned>(event);
    if (returned || std::holds_alternative<world::Start>(event)) {
      effects.set_timer(kTimer, kSettleEvery);
    }
  }
  [[nodiscard]] std::uint64_t digest() const override { return calls_; }

 private:
  std::uint64_t calls_ = 0;
};

}  // namespace

world::Service settle_service_of(SimProvider& provider) {
  return [&provider](world::NodeId, core::BytesView) {
    provider.settle();
    return world::ServiceAnswer{true, {}, {}, {}};
  };
}

world::Program janitor() {
  return [] { return std::make_unique<Janitor>(); };
}

}  // namespace sandbox_sim
