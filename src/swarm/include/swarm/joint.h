// Joint decisions: several agents answer the same question, and what a quorum of the configured
// members says is done.
//
// The quorum counts configured members, not answers: a proposer that is cut off, or a minority,
// decides nothing. Choices are opaque and equal byte for byte. The first answer of a member counts
// and no other does. A decision falls as soon as a choice has the quorum, and fails as soon as none
// can reach it or the time is over.
//
// Owns message types 0x0230 and 0x0231, trace kinds 0x0230 and 0x0231, timers kJointTimers (own
// part: the task's id).
#pragma once

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "swarm/quorum.h"
#include "swarm/task.h"
#include "swarm/timer_range.h"
#include "world/machine.h"

namespace swarm {

inline constexpr std::uint32_t kFullConfidence = 1000;  // in permille

struct JointAsk {
  static constexpr world::MessageType kType = 0x0230;
  TaskId task;
  Attempt attempt = 0;
  Term term = 0;
  core::Bytes payload;
  MUSTER_FIELDS(JointAsk, task, attempt, term, payload)
};

struct JointAnswer {
  static constexpr world::MessageType kType = 0x0231;
  TaskId task;
  Attempt attempt = 0;
  core::Bytes choice;
  std::uint32_t confidence_permille = 0;  // at most kFullConfidence
  std::uint64_t observation = 0;          // digest of what the choice was made from
  MUSTER_FIELDS(JointAnswer, task, attempt, choice, confidence_permille, observation)
};

struct JointDecided {
  static constexpr world::TraceKind kKind = 0x0230;
  static constexpr std::string_view kName = "swarm.joint_decided";
  TaskId task;
  Attempt attempt = 0;
  std::uint32_t members = 0;  // configured
  std::uint32_t quorum = 0;
  std::uint32_t in_favour = 0;
  std::uint32_t against = 0;  // answered something else before the decision fell
  core::Bytes choice;
  core::Duration elapsed{};
  std::vector<world::NodeId> voters;  // those in favour, ascending
  MUSTER_FIELDS(JointDecided, task, attempt, members, quorum, in_favour, against, choice, elapsed,
                voters)
};

struct JointUndecided {
  static constexpr world::TraceKind kKind = 0x0231;
  static constexpr std::string_view kName = "swarm.joint_undecided";
  TaskId task;
  Attempt attempt = 0;
  std::uint32_t members = 0;
  std::uint32_t quorum = 0;
  std::uint32_t answers = 0;
  std::uint32_t most = 0;  // votes for the leading choice
  bool timed_out = false;  // false: no choice could reach the quorum any more
  core::Duration elapsed{};
  MUSTER_FIELDS(JointUndecided, task, attempt, members, quorum, answers, most, timed_out, elapsed)
};

struct JointSpec {
  std::uint32_t members = 0;
  std::optional<Ratio> quorum;  // of the members; none: the majority. A count q is {q, members}
  core::Duration timeout = core::milliseconds(500);
  core::Duration retry = core::milliseconds(100);  // those who are silent are asked again
  std::uint32_t claims_losses = 0;  // how many silent members a decision shall survive
  MUSTER_FIELDS(JointSpec, members, quorum, timeout, retry, claims_losses)
};

struct JointRules {
  std::uint32_t members = 0;
  std::uint32_t quorum = 0;
  core::Duration timeout{};
  core::Duration retry{};
  [[nodiscard]] std::uint32_t tolerated_losses() const { return members - quorum; }
  MUSTER_FIELDS(JointRules, members, quorum, timeout, retry)
};

// Refuses: fewer than two members (one alone would agree with itself), a ratio without denominator,
// not above one half or above one, a claim of more losses than members - quorum, times not above
// zero.
[[nodiscard]] core::Result<JointRules> make_joint_rules(const JointSpec& spec);

// How a decision ended.
struct JointOutcome {
  TaskId task;
  Attempt attempt = 0;
  bool decided = false;
  core::Bytes choice;           // when decided
  std::uint32_t in_favour = 0;  // undecided: votes for the leading choice
  std::uint32_t against = 0;
  std::uint32_t confidence_permille = 0;  // mean over those in favour, rounded down
  MUSTER_FIELDS(JointOutcome, task, attempt, decided, choice, in_favour, against,
                confidence_permille)
};

enum class JointRefusal : std::uint8_t { kMalformed, kNotMember, kDuplicate, kStale };
constexpr JointRefusal last_value(JointRefusal) {
  return JointRefusal::kStale;
}
inline constexpr std::size_t kJointRefusals = 4;

// The proposer's side: any number of decisions at a time, one for each task.
class JointProposer {
 public:
  explicit JointProposer(const JointRules& rules);

  [[nodiscard]] static bool owns(world::MessageType type) { return type == JointAnswer::kType; }
  [[nodiscard]] static bool owns(world::TimerId timer) { return kJointTimers.contains(timer); }

  // Puts the question to `members`. An older attempt at the same task is dropped without an
  // outcome. When the proposer is among the members, no message goes to it: the caller asks its own
  // agent and hands the answer to record(). REQUIRES as many distinct members as configured, task
  // ids of 44 bits, an attempt above any earlier one that is still open.
  void ask(const JointAsk& question, const std::vector<world::NodeId>& members,
           world::Context& context, world::Effects& effects);

  // The outcome if this message or timer ended a decision.
  // REQUIRES owns(message.type).
  [[nodiscard]] std::optional<JointOutcome> receive(const world::Message& message,
                                                    world::Context& context,
                                                    world::Effects& effects);
  [[nodiscard]] std::optional<JointOutcome> record(world::NodeId member, const JointAnswer& answer,
                                                   world::Context& context,
                                                   world::Effects& effects);
  // REQUIRES owns(timer).
  [[nodiscard]] std::optional<JointOutcome> timer(world::TimerId timer, world::Context& context,
                                                  world::Effects& effects);

  // Forgets one decision, or all (leadership is lost), without an outcome.
  void drop(TaskId task, world::Effects& effects);
  void clear(world::Effects& effects);

  [[nodiscard]] const JointRules& rules() const { return rules_; }
  [[nodiscard]] bool open(TaskId task) const { return open_.contains(task); }
  [[nodiscard]] std::uint64_t refused(JointRefusal refusal) const {
    return refused_[static_cast<std::size_t>(refusal)];
  }

 private:
  struct Vote {
    core::Bytes choice;
    std::uint32_t confidence_permille = 0;
    MUSTER_FIELDS(Vote, choice, confidence_permille)
  };
  struct Decision {
    JointAsk question;
    core::Time asked;
    std::map<world::NodeId, std::optional<Vote>> members;
    MUSTER_FIELDS(Decision, question, asked, members)
  };
  struct Leading {
    core::Bytes choice;
    std::uint32_t votes = 0;
    std::uint32_t answers = 0;  // of all choices
  };

  [[nodiscard]] static Leading leading(const Decision& decision);
  void ask_silent(const Decision& decision, world::NodeId self, world::Effects& effects) const;
  void wait(const Decision& decision, core::Time now, world::Effects& effects) const;
  [[nodiscard]] JointOutcome decide(TaskId task, const Leading& lead, core::Time now,
                                    world::Effects& effects);
  [[nodiscard]] JointOutcome give_up(TaskId task, const Leading& lead, bool timed_out,
                                     core::Time now, world::Effects& effects);
  std::optional<JointOutcome> refuse(JointRefusal refusal);

  JointRules rules_;
  std::map<TaskId, Decision> open_;
  std::array<std::uint64_t, kJointRefusals> refused_{};

 public:
  MUSTER_FIELDS(JointProposer, rules_, open_, refused_)
};

// The asked member's side: at most one answer for each (task, attempt), given again when asked
// again.
class JointMember {
 public:
  // Remembers the answers to the `memory` newest tasks. REQUIRES memory > 0.
  explicit JointMember(std::uint32_t memory = 10'000);

  [[nodiscard]] static bool owns(world::MessageType type) { return type == JointAsk::kType; }

  // The question, if the caller's agent has to answer it now. Nothing if it is being answered, was
  // answered (the same answer is sent again), is older than one known for this task or comes from
  // an older term, or does not decode. REQUIRES owns(message.type).
  [[nodiscard]] std::optional<JointAsk> receive(const world::Message& message,
                                                world::Effects& effects);
  // The agent's answer; sent to whoever asked last. Ignored if the task moved on to a newer attempt
  // or is forgotten, or was answered. REQUIRES confidence_permille <= kFullConfidence.
  void answer(const JointAnswer& answer, world::Effects& effects);

 private:
  struct Asked {
    Attempt attempt = 0;
    world::NodeId proposer;
    std::uint64_t order = 0;
    std::optional<JointAnswer> answer;
    MUSTER_FIELDS(Asked, attempt, proposer, order, answer)
  };
  void forget_oldest();

  std::uint32_t memory_ = 0;
  Term term_ = 0;  // the highest seen
  std::uint64_t orders_ = 0;
  std::map<TaskId, Asked> asked_;
  std::map<std::uint64_t, TaskId> by_age_;  // by order

 public:
  MUSTER_FIELDS(JointMember, memory_, term_, orders_, asked_, by_age_)
};

}  // namespace swarm
