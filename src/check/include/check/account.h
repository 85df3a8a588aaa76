// The account of a run's tasks, offline: from the client's record and the venue's record alone, so
// that nothing the swarm says of itself can colour it.
//
// `lost`: a task that was offered and never got an answer of any kind by the end, or whose answer
// claims a trade that the venue does not have. `duplicated`: a key with more than one accepted
// order, an order filled beyond its quantity, a task answered twice with different results, or one
// that traded more than it should: the venue executed an order under one of its keys that no answer
// of the task tells of, or the task was never offered. So a trade that is made again under a key of
// its own (per attempt, per agent) counts, too.
//
// A finding has the moment at which it came true: a task without an answer when the answer was due,
// a second order or a fill too many when the venue wrote it down.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "check/invariant.h"
#include "swarm/task.h"
#include "world/trace.h"

namespace check {

struct Account {
  std::uint64_t offered = 0;
  std::uint64_t done = 0;    // answered as done, also when late
  std::uint64_t failed = 0;  // answered otherwise
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t traded = 0;  // tasks whose answer claims a trade
  std::vector<Violation>
      findings;  // the first lost and duplicated ones, at most kViolationsKept each
};

class Accountant : public world::TraceSink {
 public:
  // `deadline`: of every task, from the moment it was meant to start.
  Accountant(swarm::GroupId group, core::Duration deadline) : group_(group), deadline_(deadline) {}
  // Takes the client's and the venue's records and ignores all others.
  void receive(const world::TraceEntry& entry) override;
  // `ended`: when the run did; what was due later is dated then.
  [[nodiscard]] Account account(core::Time ended) const;

 private:
  struct Answer {
    swarm::Outcome outcome = swarm::Outcome::kDone;
    core::Bytes payload;
    core::Time at;
  };
  struct Offer {
    core::Time due;
    std::vector<Answer> answers;  // the first, and later ones that differ
  };
  struct KeyRecord {
    std::vector<std::uint64_t> orders;  // ids of accepted orders under the key
    core::Time latest;                  // when the last of them was accepted
  };
  struct OrderRecord {
    std::uint64_t key = 0;
    std::int64_t quantity = 0;
    std::int64_t filled = 0;
    core::Time latest;                 // when the last fill was made
    std::optional<core::Time> beyond;  // when the first fill beyond the quantity was made
  };

  void count_answers(swarm::TaskId task, const Offer& offer, core::Time ended, Account& made) const;
  void count_orders(Account& made) const;
  void count_untold(Account& made) const;  // executed orders that are in no answer
  static bool tells_of(const Offer& offer, std::uint64_t order);

  swarm::GroupId group_;
  core::Duration deadline_;
  std::map<swarm::TaskId, Offer> offers_;
  std::map<std::uint64_t, KeyRecord> keys_;
  std::map<std::uint64_t, OrderRecord> orders_;
  std::pair<std::uint64_t, std::uint32_t> last_position_{0, 0};
};

}  // namespace check
