// The order in which a node's effects leave it: the one rule that both drivers share.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "world/effect.h"

namespace world {

// Names work in progress, so that its end releases what waited for it.
using WorkTicket = core::Id<struct WorkTicketTag, std::uint64_t>;

// A value with no clock of its own. The driver pushes each step's effects, takes what may be
// released, and reports when a persist is durable or work is done.
class Outbox {
 public:
  struct Released {
    Effect effect;
    WorkTicket ticket;  // set when the effect is Work
  };

  void push(std::vector<Effect> effects);

  // The next effect, or nothing while a persist is in flight or the outbox is empty. After a
  // Persist has been taken nothing follows until durable(). After a Work has been taken the rest of
  // its step waits for finished(ticket), and the next step's effects go on.
  [[nodiscard]] std::optional<Released> next();

  // REQUIRES: a persist was taken and not yet reported.
  void durable();
  // REQUIRES: `ticket` came from next() and was not yet reported.
  void finished(WorkTicket ticket);

  [[nodiscard]] bool persisting() const { return persisting_; }
  [[nodiscard]] bool empty() const { return chains_.empty() && waiting_.empty() && !persisting_; }
  [[nodiscard]] std::size_t work_in_progress() const { return waiting_.size(); }

 private:
  struct Chain {
    std::vector<Effect> effects;
    std::size_t next = 0;  // the first that has not left
  };
  std::deque<Chain> chains_;
  std::map<WorkTicket, Chain> waiting_;
  std::uint64_t next_ticket_ = 1;
  bool persisting_ = false;
};

}  // namespace world
