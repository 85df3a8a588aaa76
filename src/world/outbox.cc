#include "world/outbox.h"

namespace world {

void Outbox::push(std::vector<Effect> effects) {
  if (!effects.empty()) {
    chains_.emplace_back(std::make_move_iterator(effects.begin()),
                         std::make_move_iterator(effects.end()));
  }
}

std::optional<Outbox::Released> Outbox::next() {
  if (persisting_ || chains_.empty()) {
    return std::nullopt;
  }
  Chain& chain = chains_.front();
  Released released{std::move(chain.front()), {}};
  chain.pop_front();
  if (std::holds_alternative<Work>(released.effect)) {
    released.ticket = WorkTicket(next_ticket_++);
    waiting_.emplace(released.ticket, std::move(chain));
    chains_.pop_front();
  } else if (chain.empty()) {
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
  if (!waiting.mapped().empty()) {
    chains_.push_back(std::move(waiting.mapped()));
  }
}

}  // namespace world
