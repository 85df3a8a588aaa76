#include "world/outbox.h"

namespace world {

void Outbox::push(std::vector<Effect> effects) {
  if (!effects.empty()) {
    chains_.push_back({std::move(effects), 0});
  }
}

std::optional<Outbox::Released> Outbox::next() {
  if (persisting_ || chains_.empty()) {
    return std::nullopt;
  }
  Chain& chain = chains_.front();
  Released released{std::move(chain.effects[chain.next++]), {}};
  if (std::holds_alternative<Work>(released.effect)) {
    released.ticket = WorkTicket(next_ticket_++);
    waiting_.emplace(released.ticket, std::move(chain));
    chains_.pop_front();
  } else if (chain.next == chain.effects.size()) {
    chains_.pop_front();
  }
  persisting_ = std::holds_alternative<Persist>(released.effect);
  return released;
}

void Outbox::durable() {
  core::check(persisting_, "a persist was in flight");
  persisting_ = false;
}

void Outbox::finished(WorkTicket ticket) {
  auto waiting = waiting_.extract(ticket);
  core::check(!waiting.empty(), "the finished work was in progress");
  if (Chain& rest = waiting.mapped(); rest.next < rest.effects.size()) {
    chains_.push_back(std::move(rest));
  }
}

}  // namespace world
