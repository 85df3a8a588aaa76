#include "tasks.h"

#include <algorithm>

namespace check {
namespace {}  // namespace

void Tasks::on(const Moment& moment, const swarm::TaskAccepted& record) {
  Life& life = tasks_[record.task];
  // The record may come late, even after the end: a leader that was paused after its entry was
  // committed tells of it when it goes on.
  once_.expect(!life.accepted, moment, [&] {
    return name_of(record.task) + " enters the ledger in term " + text(record.term) +
           " a second time";
  });
  life.accepted = true;
}

void Tasks::on(const Moment& moment, const swarm::TaskFinished& record) {
  Life& life = tasks_[record.task];
  if (!record.first) {
    once_.expect(life.position != 0, moment, [&] {
      return "a finish of " + name_of(record.task) + " comes too late, but none came before";
    });
    return;
  }
  if (life.position == 0) {
    life.position = ++ended_;
    life.result_digest = record.result_digest;
    life.outcome = record.outcome;
  }
  std::uint64_t& last = replicas_[moment.who];
  once_.expect(life.position > last, moment, [&] {
    return name_of(record.task) + " ends on this replica a second time, or after tasks that ended" +
           " later: number " + text(life.position) + " after number " + text(last);
  });
  last = std::max(last, life.position);
  once_.expect(
      life.result_digest == record.result_digest && life.outcome == record.outcome, moment, [&] {
        return name_of(record.task) + " ends as '" + std::string(swarm::name_of(record.outcome)) +
               "' with result digest " + text(record.result_digest) + "; elsewhere it ended as '" +
               std::string(swarm::name_of(life.outcome)) + "' with " + text(life.result_digest);
      });
}

void Tasks::on(const Moment& moment, const swarm::TaskAnswered& record) {
  Life& life = tasks_[record.task];
  const auto fault = [&]() -> std::string {
    if (life.answered) {
      return " is answered a second time";
    }
    if (!life.offered) {
      return " is answered, but was not offered";
    }
    const bool refused = record.result.outcome == swarm::Outcome::kStopped && life.shed;
    if (refused || record.result.outcome == swarm::Outcome::kShed) {
      return life.shed ? "" : " is answered as shed, but no replica has applied that";
    }
    if (life.position == 0) {
      return " is answered before any replica has applied its end";
    }
    if (core::digest(record.result) != life.result_digest) {
      return " is answered with a result of digest " + text(core::digest(record.result)) +
             "; the ledger's has " + text(life.result_digest);
    }
    return {};
  }();
  answers_.expect_none(fault.empty() ? fault : name_of(record.task) + fault, moment);
  life.answered = true;
}

void Tasks::on(const Moment& moment, const swarm::TaskContradicted& record) {
  answers_.expect(false, moment, [&] {
    return name_of(record.task) + " is answered again and differently: '" +
           std::string(swarm::name_of(record.later.outcome)) + "' with digest " +
           text(core::digest(record.later)) + ", first " + text(record.first_digest);
  });
}

std::uint64_t Tasks::abandoned() const {
  return static_cast<std::uint64_t>(std::ranges::count_if(tasks_, [](const auto& entry) {
    return entry.second.given_up && entry.second.position == 0;
  }));
}

void Tasks::finish(const FinalState& state, bool due) {
  if (due) {
    for (const auto& [task, life] : tasks_) {
      if (life.accepted && !life.given_up) {
        once_.expect(life.position != 0, {state.ended, {}},
                     [&] { return name_of(task) + " was accepted and has not ended"; });
      }
    }
  }
  const bool expected = due && state.tasks_offered > 0;
  once_.set_applies(expected || once_.checked() > 0);
  answers_.set_applies(expected || answers_.checked() > 0);
}

void Tasks::append_to(std::vector<Invariant>& results) const {
  results.push_back(once_.invariant());
  results.push_back(answers_.invariant());
}

}  // namespace check
