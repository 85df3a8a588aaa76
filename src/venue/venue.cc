#include "venue/venue.h"

#include <utility>

#include "floor.h"

namespace venue {

Venue::Venue(std::shared_ptr<const VenueConfig> config)
    : floor_(std::make_unique<Floor>(std::move(config))) {}
Venue::~Venue() = default;

void Venue::step(const world::Event& event, world::Context& context, world::Effects& effects) {
  floor_->step(event, context, effects);
}

std::uint64_t Venue::digest() const {
  return floor_->digest();
}

const market::Exchange& Venue::exchange() const {
  return floor_->state().exchange;
}

std::uint64_t Venue::journal_records() const {
  return floor_->state().journal;
}

std::uint64_t Venue::ticks() const {
  return floor_->state().ticks;
}

bool Venue::closed() const {
  return floor_->state().closed;
}

world::Program program(VenueConfig config) {
  return [shared = std::make_shared<const VenueConfig>(std::move(config))] {
    return std::make_unique<Venue>(shared);
  };
}

}  // namespace venue
