#include "swarm/worker.h"

#include <algorithm>

namespace swarm {
namespace {

constexpr world::TimerId kReportTimer = kWorkerTimers.timer(1);
constexpr core::Duration kReportInterval = core::milliseconds(200);

}  // namespace

core::Bytes Worker::make_record(const Record& record) {
  core::Bytes bytes = core::encode(record);
  bytes.insert(bytes.begin(), kWorkerComponent);
  return bytes;
}

core::Result<void> Worker::start(const std::vector<core::Bytes>& recovered, Desk& desk) {
  std::map<TaskId, Attempt> open;
  for (const core::Bytes& bytes : recovered) {
    const Record record = TRY(core::decode<Record>(core::BytesView(bytes).subspan(1)));
    for (const auto& [task, attempt] : record.started) {
      open[task] = attempt;
    }
    for (const TaskId task : record.ended) {
      open.erase(task);
    }
  }
  for (const auto& [task, attempt] : open) {
    Attempted& lost = attempts_[task];
    lost.over = true;
    lost.assignment.authority.task = task;
    lost.assignment.authority.attempt = attempt;
    lost.report = {task, attempt, AttemptEnd::kAborted, {}};
  }
  if (!open.empty()) {
    desk.effects.set_timer(kReportTimer, kReportInterval);
  }
  return {};
}

bool Worker::assigned(Desk& desk, const Assignment& assignment) {
  const Authority& authority = assignment.authority;
  if (authority.term < term_) {
    return false;
  }
  term_ = authority.term;
  const auto known = attempts_.find(authority.task);
  if (known != attempts_.end()) {
    Attempted& attempted = known->second;
    const bool aborted = attempted.over && attempted.report.end != AttemptEnd::kFinished;
    // Its own result stands for the attempt that follows at once; after others' it may not.
    if (attempted.over && !aborted && authority.attempt <= attempted.report.attempt + 1) {
      attempted.report.attempt = std::max(attempted.report.attempt, authority.attempt);
      report(desk, attempted.report);
      return false;
    }
    if (!attempted.over) {
      if (authority.attempt > attempted.assignment.authority.attempt) {
        attempted.assignment.authority = authority;
      }
      return false;
    }
    if (authority.attempt <= attempted.report.attempt) {
      return false;
    }
    attempts_.erase(known);
  }
  attempts_[authority.task] = {assignment, false, {}};
  ++in_hand_;
  desk.effects.trace(AssignmentReceived{authority.task, authority.attempt, authority.term});
  desk.effects.persist(
      make_record({{{authority.task, authority.attempt}}, std::exchange(ended_, {})}));
  desk.effects.trace(AttemptStarted{authority.task, authority.attempt});
  return true;
}

void Worker::acknowledged(const ResultAcknowledged& acknowledged) {
  const auto it = attempts_.find(acknowledged.task);
  if (it != attempts_.end() && it->second.over &&
      it->second.report.attempt <= acknowledged.attempt) {
    ended_.push_back(acknowledged.task);
    attempts_.erase(it);
  }
}

const Assignment* Worker::in_hand(TaskId task) const {
  const auto it = attempts_.find(task);
  return it == attempts_.end() || it->second.over ? nullptr : &it->second.assignment;
}

void Worker::passed_on(TaskId task) {
  if (in_hand(task) != nullptr) {
    --in_hand_;
    ended_.push_back(task);
    attempts_.erase(task);
  }
}

void Worker::ended(Desk& desk, TaskId task, AttemptEnd end, Result result) {
  const auto it = attempts_.find(task);
  core::check(it != attempts_.end() && !it->second.over, "an attempt in hand ends once");
  it->second.over = true;
  --in_hand_;
  it->second.report = {task, it->second.assignment.authority.attempt, end, std::move(result)};
  it->second.assignment.task = {};
  report(desk, it->second.report);
  desk.effects.trace(AttemptReported{task, it->second.report.attempt, end});
  desk.effects.set_timer(kReportTimer, kReportInterval);
}

void Worker::report(Desk& desk, const AttemptResult& result) {
  if (leader_) {
    desk.post(leader_, result, term_);
  }
}

void Worker::report_all(Desk& desk) {
  bool any = false;
  for (const auto& entry : attempts_) {
    if (entry.second.over) {
      report(desk, entry.second.report);
      any = true;
    }
  }
  if (any) {
    desk.effects.set_timer(kReportTimer, kReportInterval);
  }
}

void Worker::timer(Desk& desk) {
  report_all(desk);
}

void Worker::leader_changed(Desk& desk, world::NodeId leader) {
  leader_ = leader;
  report_all(desk);
}

core::Bytes Worker::durable_image() const {
  Record record;
  for (const auto& [task, attempted] : attempts_) {
    record.started[task] =
        attempted.over ? attempted.report.attempt : attempted.assignment.authority.attempt;
  }
  return make_record(record);
}

}  // namespace swarm
