#include "swarm/joint.h"

#include <algorithm>
#include <string>

namespace swarm {
namespace {

std::unexpected<core::Error> refuse_spec(std::string message) {
  return core::fail(core::Code::kInvalid, std::move(message));
}

core::Result<std::uint32_t> quorum_of(const JointSpec& spec) {
  if (!spec.quorum) {
    return majority_of(spec.members);
  }
  const Ratio ratio = *spec.quorum;
  const std::string what = "a quorum of " + std::to_string(ratio.numerator) + "/" +
                           std::to_string(ratio.denominator) + " of the members ";
  if (ratio.denominator == 0 || ratio.numerator > ratio.denominator) {
    return refuse_spec(what + "cannot be reached: give a share above 1/2 and at most 1");
  }
  if (2ULL * ratio.numerator <= ratio.denominator) {
    return refuse_spec(what + "lets two halves decide differently: it must exceed 1/2");
  }
  return at_least(ratio, spec.members);
}

}  // namespace

core::Result<JointRules> make_joint_rules(const JointSpec& spec) {
  if (spec.members < 2) {
    return refuse_spec("a joint decision of " + std::to_string(spec.members) +
                       " members: one alone would always agree with itself; give at least 2");
  }
  const std::uint32_t quorum = TRY(quorum_of(spec));
  const JointRules rules{spec.members, quorum, spec.timeout, spec.retry};
  if (spec.claims_losses > rules.tolerated_losses()) {
    return refuse_spec("claims_losses " + std::to_string(spec.claims_losses) + ": " +
                       std::to_string(spec.members) + " members with a quorum of " +
                       std::to_string(quorum) + " survive the silence of " +
                       std::to_string(rules.tolerated_losses()));
  }
  if (spec.timeout <= core::Duration::zero() || spec.retry <= core::Duration::zero()) {
    return refuse_spec("the timeout and the retry of joint decisions must be above zero");
  }
  return rules;
}

JointProposer::JointProposer(const JointRules& rules) : rules_(rules) {
  core::check(rules.members >= 2 && rules.quorum >= majority_of(rules.members) &&
                  rules.quorum <= rules.members,
              "the quorum is more than half of the members");
}

void JointProposer::ask(const JointAsk& question, const std::vector<world::NodeId>& members,
                        world::Context& context, world::Effects& effects) {
  const auto earlier = open_.find(question.task);
  core::check(earlier == open_.end() || earlier->second.question.attempt < question.attempt,
              "a question is put once for each attempt");
  Decision& decision = open_[question.task];
  decision = Decision{question, context.now, {}};
  for (const world::NodeId member : members) {
    decision.members.emplace(member, std::nullopt);
  }
  core::check(decision.members.size() == rules_.members && members.size() == rules_.members,
              "as many distinct members are asked as configured");
  ask_silent(decision, context.self, effects);
  wait(decision, context.now, effects);
}

std::optional<JointOutcome> JointProposer::receive(const world::Message& message,
                                                   world::Context& context,
                                                   world::Effects& effects) {
  core::check(owns(message.type), "an answer to a question");
  const auto answer = world::payload<JointAnswer>(message);
  if (!answer || answer->confidence_permille > kFullConfidence) {
    return refuse(JointRefusal::kMalformed);
  }
  return record(message.from, *answer, context, effects);
}

std::optional<JointOutcome> JointProposer::record(world::NodeId member, const JointAnswer& answer,
                                                  world::Context& context,
                                                  world::Effects& effects) {
  const auto found = open_.find(answer.task);
  if (found == open_.end() || found->second.question.attempt != answer.attempt) {
    return refuse(JointRefusal::kStale);
  }
  Decision& decision = found->second;
  const auto place = decision.members.find(member);
  if (place == decision.members.end()) {
    return refuse(JointRefusal::kNotMember);
  }
  if (place->second) {
    return refuse(JointRefusal::kDuplicate);
  }
  place->second = Vote{answer.choice, answer.confidence_permille};
  const Leading lead = leading(decision);
  if (lead.votes >= rules_.quorum) {
    return decide(answer.task, lead, context.now, effects);
  }
  const std::uint32_t silent = rules_.members - lead.answers;
  if (lead.votes + silent < rules_.quorum) {
    return give_up(answer.task, lead, false, context.now, effects);
  }
  return std::nullopt;
}

std::optional<JointOutcome> JointProposer::timer(world::TimerId timer, world::Context& context,
                                                 world::Effects& effects) {
  core::check(owns(timer), "a timer of joint decisions");
  const auto found = open_.find(TaskId(TimerRange::own(timer)));
  if (found == open_.end()) {
    return std::nullopt;
  }
  const Decision& decision = found->second;
  if (context.now - decision.asked >= rules_.timeout) {
    return give_up(found->first, leading(decision), true, context.now, effects);
  }
  ask_silent(decision, context.self, effects);
  wait(decision, context.now, effects);
  return std::nullopt;
}

void JointProposer::drop(TaskId task, world::Effects& effects) {
  if (open_.erase(task) > 0) {
    effects.cancel_timer(kJointTimers.timer(task.value));
  }
}

void JointProposer::clear(world::Effects& effects) {
  for (const auto& [task, decision] : open_) {
    effects.cancel_timer(kJointTimers.timer(task.value));
  }
  open_.clear();
}

// Of choices with equally many votes the smallest in byte order leads; it decides nothing by that.
JointProposer::Leading JointProposer::leading(const Decision& decision) {
  std::map<core::Bytes, std::uint32_t> votes;
  Leading lead;
  for (const auto& [member, vote] : decision.members) {
    if (vote) {
      ++votes[vote->choice];
      ++lead.answers;
    }
  }
  for (const auto& [choice, count] : votes) {
    if (count > lead.votes) {
      lead.choice = choice;
      lead.votes = count;
    }
  }
  return lead;
}

void JointProposer::ask_silent(const Decision& decision, world::NodeId self,
                               world::Effects& effects) const {
  for (const auto& [member, vote] : decision.members) {
    if (!vote && member != self) {
      effects.send(member, decision.question, decision.question.term);
    }
  }
}

void JointProposer::wait(const Decision& decision, core::Time now, world::Effects& effects) const {
  const core::Duration left = rules_.timeout - (now - decision.asked);
  effects.set_timer(kJointTimers.timer(decision.question.task.value), std::min(rules_.retry, left));
}

JointOutcome JointProposer::decide(TaskId task, const Leading& lead, core::Time now,
                                   world::Effects& effects) {
  const Decision& decision = open_.at(task);
  std::vector<world::NodeId> voters;
  std::uint64_t confidence = 0;
  for (const auto& [member, vote] : decision.members) {
    if (vote && vote->choice == lead.choice) {
      voters.push_back(member);
      confidence += vote->confidence_permille;
    }
  }
  const Attempt attempt = decision.question.attempt;
  const std::uint32_t against = lead.answers - lead.votes;
  effects.trace(JointDecided{task, attempt, rules_.members, rules_.quorum, lead.votes, against,
                             lead.choice, now - decision.asked, voters});
  drop(task, effects);
  return {task,
          attempt,
          true,
          lead.choice,
          lead.votes,
          against,
          static_cast<std::uint32_t>(confidence / lead.votes)};
}

JointOutcome JointProposer::give_up(TaskId task, const Leading& lead, bool timed_out,
                                    core::Time now, world::Effects& effects) {
  const Decision& decision = open_.at(task);
  const Attempt attempt = decision.question.attempt;
  effects.trace(JointUndecided{task, attempt, rules_.members, rules_.quorum, lead.answers,
                               lead.votes, timed_out, now - decision.asked});
  drop(task, effects);
  return {task, attempt, false, {}, lead.votes, lead.answers - lead.votes, 0};
}

std::optional<JointOutcome> JointProposer::refuse(JointRefusal refusal) {
  ++refused_[static_cast<std::size_t>(refusal)];
  return std::nullopt;
}

JointMember::JointMember(std::uint32_t memory) : memory_(memory) {
  core::check(memory > 0, "a member remembers at least one answer");
}

std::optional<JointAsk> JointMember::receive(const world::Message& message,
                                             world::Effects& effects) {
  core::check(owns(message.type), "a question");
  const auto question = world::payload<JointAsk>(message);
  if (!question || question->term < term_) {
    return std::nullopt;
  }
  term_ = question->term;
  const auto found = asked_.find(question->task);
  if (found != asked_.end() && question->attempt < found->second.attempt) {
    return std::nullopt;
  }
  if (found != asked_.end() && question->attempt == found->second.attempt) {
    found->second.proposer = message.from;
    if (found->second.answer) {
      effects.send(message.from, *found->second.answer);
    }
    return std::nullopt;
  }
  if (found != asked_.end()) {
    by_age_.erase(found->second.order);
  }
  asked_[question->task] = Asked{question->attempt, message.from, ++orders_, std::nullopt};
  by_age_[orders_] = question->task;
  forget_oldest();
  return *question;
}

void JointMember::answer(const JointAnswer& answer, world::Effects& effects) {
  core::check(answer.confidence_permille <= kFullConfidence, "confidence is at most whole");
  const auto found = asked_.find(answer.task);
  if (found == asked_.end() || found->second.attempt != answer.attempt || found->second.answer) {
    return;
  }
  found->second.answer = answer;
  effects.send(found->second.proposer, answer);
}

void JointMember::forget_oldest() {
  while (asked_.size() > memory_) {
    asked_.erase(by_age_.begin()->second);
    by_age_.erase(by_age_.begin());
  }
}

}  // namespace swarm
