#include "lab/spans.h"

namespace lab {
namespace {

std::string end_text(swarm::AttemptEnd end) {
  switch (end) {
    case swarm::AttemptEnd::kFinished:
      return "finished";
    case swarm::AttemptEnd::kAborted:
      return "aborted";
    case swarm::AttemptEnd::kStale:
      break;
  }
  return "superseded";
}

}  // namespace

Span& Spans::open(swarm::TaskId task, std::string name, const world::TraceEntry& entry) {
  Span& span = spans_.emplace_back();
  span.task = task;
  span.id = spans_.size();
  span.name = std::move(name);
  span.node = entry.node;
  span.begin = entry.at;
  const auto root = tasks_.find(task);
  span.parent = root == tasks_.end() ? 0 : spans_[root->second - 1].id;
  return span;
}

void Spans::close(std::size_t& index, core::Time at, std::string outcome, bool failed) {
  if (index == 0) {
    return;
  }
  Span& span = spans_[index - 1];
  if (!span.end) {
    span.end = at;
    span.outcome = std::move(outcome);
    span.failed = failed;
  }
  index = 0;
}

void Spans::on_client(const world::TraceEntry& entry) {
  if (const auto offered = world::as<swarm::TaskOffered>(entry)) {
    if (tasks_.contains(offered->task)) {
      return;
    }
    open(offered->task, "task", entry).begin = offered->intended;
    tasks_[offered->task] = spans_.size();
  } else if (const auto answered = world::as<swarm::TaskAnswered>(entry)) {
    std::size_t index = tasks_[answered->task];
    close(index, entry.at, std::string(name_of(answered->result.outcome)),
          answered->result.outcome != swarm::Outcome::kDone);
  } else if (const auto gave_up = world::as<swarm::TaskGivenUp>(entry)) {
    std::size_t index = tasks_[gave_up->task];
    close(index, entry.at, "given up", true);
  }
}

void Spans::end_attempt(swarm::TaskId task, swarm::Attempt attempt, core::Time at,
                        std::string outcome, bool failed) {
  const auto found = attempts_.find({task, attempt});
  if (found != attempts_.end()) {
    close(found->second, at, std::move(outcome), failed);
  }
}

void Spans::on_leader(const world::TraceEntry& entry) {
  if (const auto accepted = world::as<swarm::TaskAccepted>(entry)) {
    if (queued_[accepted->task] == 0) {
      open(accepted->task, "queued", entry);
      queued_[accepted->task] = spans_.size();
    }
  } else if (const auto assigned = world::as<swarm::TaskAssigned>(entry)) {
    close(queued_[assigned->task], entry.at, "", false);
    std::size_t& attempt = attempts_[{assigned->task, assigned->attempt}];
    if (attempt == 0) {
      open(assigned->task, "attempt " + std::to_string(assigned->attempt), entry);
      attempt = spans_.size();
    }
  } else if (const auto taken = world::as<swarm::TaskTakenBack>(entry)) {
    end_attempt(taken->task, taken->attempt, entry.at, "taken back", true);
    if (queued_[taken->task] == 0) {
      open(taken->task, "queued", entry);
      queued_[taken->task] = spans_.size();
    }
  } else if (const auto finished = world::as<swarm::TaskFinished>(entry)) {
    close(queued_[finished->task], entry.at, "", false);
    end_attempt(finished->task, finished->attempt, entry.at,
                std::string(name_of(finished->outcome)),
                finished->outcome != swarm::Outcome::kDone);
  }
}

void Spans::on_agent(const world::TraceEntry& entry) {
  if (const auto started = world::as<swarm::AttemptStarted>(entry)) {
    Span& span = open(started->task, "work " + std::to_string(started->attempt), entry);
    const auto attempt = attempts_.find({started->task, started->attempt});
    if (attempt != attempts_.end() && attempt->second != 0) {
      span.parent = spans_[attempt->second - 1].id;
    }
    works_[{started->task, started->attempt}] = spans_.size();
  } else if (const auto reported = world::as<swarm::AttemptReported>(entry)) {
    const auto work = works_.find({reported->task, reported->attempt});
    if (work != works_.end()) {
      close(work->second, entry.at, end_text(reported->end),
            reported->end != swarm::AttemptEnd::kFinished);
    }
  }
}

void Spans::receive(const world::TraceEntry& entry) {
  last_ = entry.at;
  on_client(entry);
  on_leader(entry);
  on_agent(entry);
}

}  // namespace lab
