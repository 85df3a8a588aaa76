// tasks_end_once and answers_agree: a task enters once, leaves once, and its client hears what the
// ledger says.
//
// Every replica applies the same log, so all of them see the tasks end in the same order. The order
// in which each end was seen first is kept, and a replica must walk along it without stepping back;
// only a restart or a snapshot lets it begin elsewhere. So no list of tasks is kept per replica.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "check/checks.h"
#include "swarm/trace.h"
#include "verdict.h"

namespace check {

class Tasks {
 public:
  void booted(world::NodeId node) { replicas_.erase(node); }
  void on(const Moment& moment, const swarm::TaskAccepted& record);
  void on(const Moment& moment, const swarm::TaskFinished& record);
  void on(const swarm::TaskShed& record) { tasks_[record.task].shed = true; }
  void on(const swarm::TaskOffered& record) { tasks_[record.task].offered = true; }
  void on(const swarm::TaskGivenUp& record) { tasks_[record.task].given_up = true; }
  void on(const Moment& moment, const swarm::TaskAnswered& record);
  void on(const Moment& moment, const swarm::TaskContradicted& record);

  // Tasks that nobody waits for any more and that are not over, as far as is known.
  [[nodiscard]] std::uint64_t abandoned() const;

  // `due`: by now everything must have ended.
  void finish(const FinalState& state, bool due);
  void append_to(std::vector<Invariant>& results) const;

 private:
  struct Life {
    std::uint64_t result_digest = 0;
    std::uint64_t position = 0;  // in the order in which tasks ended; 0: not over
    swarm::Outcome outcome = swarm::Outcome::kDone;
    bool offered = false;
    bool accepted = false;
    bool shed = false;
    bool answered = false;
    bool given_up = false;
  };

  Verdict once_{"tasks_end_once"};
  Verdict answers_{"answers_agree"};
  std::map<swarm::TaskId, Life> tasks_;
  std::map<world::NodeId, std::uint64_t> replicas_;  // the last position that each came to
  std::uint64_t ended_ = 0;
};

}  // namespace check
