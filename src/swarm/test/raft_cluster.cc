#include "raft_cluster.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace swarm::test {

namespace {

constexpr GroupId kGroup{7};

std::vector<world::NodeId> numbered(std::uint32_t first, std::uint32_t count) {
  std::vector<world::NodeId> ids;
  for (std::uint32_t i = 0; i < count; ++i) {
    ids.push_back(node(first + i));
  }
  return ids;
}

}  // namespace

RaftCluster::RaftCluster(ClusterOptions options)
    : options_(std::move(options)), network_(options_.seed, 0, num::purpose_of("test.network")) {
  const Configuration initial{numbered(1, options_.voters),
                              numbered(1 + options_.voters, options_.learners)};
  for (const world::NodeId id : numbered(1, options_.voters + options_.learners)) {
    RaftOptions raft = options_.raft;
    raft.group = kGroup;
    raft.self = id;
    raft.initial = initial;
    raft.preferred = id.value == options_.preferred;
    nodes_[id].options = std::move(raft);
  }
  for (const world::NodeId id : ids()) {
    boot(id);
  }
}

RaftCluster::~RaftCluster() {
  for (const std::string& violation : checker_.violations()) {
    ADD_FAILURE() << "seed " << options_.seed << ": " << violation;
  }
}

void RaftCluster::boot_joiner(world::NodeId id) {
  RaftOptions raft = options_.raft;
  raft.group = kGroup;
  raft.self = id;
  nodes_[id].options = std::move(raft);
  boot(id);
}

void RaftCluster::boot(world::NodeId id) {
  Node& node = nodes_.at(id);
  node.incarnation = world::Incarnation(node.incarnation.value + 1);
  node.random =
      num::Stream(options_.seed, (std::uint64_t{id.value} << 32U) + node.incarnation.value,
                  num::purpose_of("test.node"));
  node.raft.emplace(node.options);
  node.outbox = {};
  node.timers.clear();
  node.applied.clear();
  node.held.clear();
  node.paused = false;
  step(id, [&](Raft& raft, world::Context& context, world::Effects& effects) {
    const auto started = raft.start(node.store, context, effects);
    ASSERT_TRUE(started.has_value()) << started.error().message;
  });
}

// ---- Time ----

void RaftCluster::at(core::Time time, std::function<void()> happening) {
  events_.emplace(std::pair(time, next_event_++), std::move(happening));
}

bool RaftCluster::advance_until(const std::function<bool()>& condition, core::Duration limit) {
  const core::Time end = now_ + limit;
  while (!condition()) {
    if (events_.empty() || events_.begin()->first.first > end) {
      now_ = end;
      return condition();
    }
    auto event = events_.extract(events_.begin());
    now_ = event.key().first;
    event.mapped()();
  }
  return true;
}

void RaftCluster::advance(core::Duration duration) {
  advance_until([] { return false; }, duration);
}

// ---- Steps and effects ----

void RaftCluster::on_node(world::NodeId id, world::Incarnation incarnation,
                          std::function<void(Node&)> act) {
  Node& node = nodes_.at(id);
  if (!node.raft || node.incarnation != incarnation) {
    return;
  }
  if (node.paused) {
    node.held.emplace_back([this, id, incarnation, act = std::move(act)]() mutable {
      on_node(id, incarnation, std::move(act));
    });
    return;
  }
  act(node);
}

void RaftCluster::step(world::NodeId id,
                       const std::function<void(Raft&, world::Context&, world::Effects&)>& act) {
  Node& node = nodes_.at(id);
  ++steps_;
  world::Context context{id, node.incarnation, now_, core::WallTime(now_.time_since_epoch()),
                         node.random};
  world::Effects effects;
  act(*node.raft, context, effects);
  apply(node, effects);
  node.outbox.push(effects.take());
  release(id);
}

// What the owner of a Raft does after each step.
void RaftCluster::apply(Node& node, world::Effects& effects) {
  Raft& raft = *node.raft;
  if (const auto snapshot = raft.take_installed_snapshot()) {
    node.applied = core::decode<std::vector<std::string>>(snapshot->state).value();
  }
  while (const Entry* entry = raft.take_committed()) {
    if (entry->kind == EntryKind::kCommand) {
      node.applied.emplace_back(core::to_text(entry->bytes));
    }
  }
  if (raft.wants_compaction()) {
    raft.compact(raft.applied_index(), core::encode(node.applied));
    effects.replace_store(raft.durable_image());
  }
}

void RaftCluster::release(world::NodeId id) {
  Node& node = nodes_.at(id);
  while (auto released = node.outbox.next()) {
    if (auto* send = std::get_if<world::Send>(&released->effect)) {
      send->message.from = id;
      send->message.incarnation = node.incarnation;
      if (!on_send_ || on_send_(send->message)) {
        deliver(send->message);
      }
    } else if (const auto* set = std::get_if<world::SetTimer>(&released->effect)) {
      const std::uint64_t event = next_event_;
      node.timers[set->timer] = event;
      at(now_ + set->after, [this, id, event, name = set->timer, boot = node.incarnation] {
        on_node(id, boot, [this, id, event, name](Node& on) {
          const auto it = on.timers.find(name);
          if (it != on.timers.end() && it->second == event) {
            on.timers.erase(it);
            step(id, [&](Raft& raft, auto& context, auto& effects) {
              raft.timer(name, context, effects);
            });
          }
        });
      });
    } else if (const auto* cancel = std::get_if<world::CancelTimer>(&released->effect)) {
      node.timers.erase(cancel->timer);
    } else if (auto* persist = std::get_if<world::Persist>(&released->effect)) {
      write(id, std::move(*persist));
    } else if (auto* trace = std::get_if<world::Trace>(&released->effect)) {
      const world::TraceEntry entry{now_, id, node.incarnation, std::move(trace->record)};
      history_.word(core::digest(entry));
      checker_.receive(entry);
      if (keeps_trace_) {
        trace_.push_back(entry);
      }
    }
  }
}

void RaftCluster::deliver(const world::Message& message) {
  if (is_cut(message.from, message.to) || network_.chance(options_.loss)) {
    return;
  }
  const int copies = network_.chance(options_.duplicate) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    inject(message.from, message.to, message);
  }
}

void RaftCluster::inject(world::NodeId from, world::NodeId to, world::Message message) {
  message.from = from;
  message.to = to;
  at(now_ + network_.uniform(options_.latency_min, options_.latency_max),
     [this, bytes = world::encode_wire(message), from, to] {
       const auto it = nodes_.find(to);
       if (it == nodes_.end() || is_cut(from, to)) {
         return;
       }
       on_node(to, it->second.incarnation, [this, to, bytes](Node&) {
         const auto decoded = world::decode_wire(bytes);
         ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
         step(to, [&](Raft& raft, auto& context, auto& effects) {
           raft.receive(*decoded, context, effects);
         });
       });
     });
}

void RaftCluster::write(world::NodeId id, world::Persist persist) {
  Node& node = nodes_.at(id);
  node.writing = std::move(persist);
  const core::Duration takes =
      node.persist.value_or(network_.uniform(options_.persist_min, options_.persist_max));
  at(now_ + takes, [this, id, boot = node.incarnation] {
    on_node(id, boot, [this, id](Node& on) {
      const world::PersistId done = on.writing->id;
      commit_write(on);
      on.outbox.durable();
      release(id);
      if (done) {
        step(id, [&](Raft& raft, auto& context, auto& effects) {
          raft.persisted(done, context, effects);
        });
      }
    });
  });
}

void RaftCluster::commit_write(Node& node) {
  if (node.writing->mode == world::PersistMode::kReplaceAll) {
    node.store.clear();
  }
  node.store.push_back(std::move(node.writing->record));
  node.writing.reset();
}

// ---- Breaking and mending ----

void RaftCluster::kill(world::NodeId id, Unsynced unsynced) {
  Node& node = nodes_.at(id);
  ASSERT_TRUE(node.raft.has_value()) << "a dead node cannot be killed";
  if (node.writing && unsynced == Unsynced::kKeep) {
    commit_write(node);
  }
  node.writing.reset();
  node.raft.reset();
}

void RaftCluster::restart(world::NodeId id) {
  ASSERT_FALSE(is_up(id)) << "a running node cannot be restarted";
  boot(id);
}

void RaftCluster::pause(world::NodeId id) {
  nodes_.at(id).paused = true;
}

void RaftCluster::resume(world::NodeId id) {
  Node& node = nodes_.at(id);
  node.paused = false;
  while (!node.held.empty()) {
    auto happening = std::move(node.held.front());
    node.held.pop_front();
    happening();
  }
}

void RaftCluster::partition(const std::vector<std::vector<world::NodeId>>& sides) {
  cut_.clear();
  const auto side_of = [&](world::NodeId id) {
    return std::ranges::find_if(
               sides, [&](const auto& side) { return std::ranges::count(side, id) != 0; }) -
           sides.begin();
  };
  const auto none = static_cast<std::ptrdiff_t>(sides.size());
  for (const world::NodeId from : ids()) {
    for (const world::NodeId to : ids()) {
      if (from != to && (side_of(from) != side_of(to) || side_of(from) == none)) {
        cut(from, to);
      }
    }
  }
}

void RaftCluster::isolate(world::NodeId id) {
  for (const world::NodeId other : ids()) {
    if (other != id) {
      cut(id, other);
      cut(other, id);
    }
  }
}

// ---- Asking the group ----

core::Result<Index> RaftCluster::propose(world::NodeId id, const std::string& command) {
  core::Result<Index> answer;
  step(id, [&](Raft& raft, world::Context& context, world::Effects& effects) {
    answer = raft.propose(core::to_bytes(command), context, effects);
  });
  return answer;
}

core::Result<Index> RaftCluster::change(MembershipChange change, world::NodeId subject) {
  const world::NodeId asked = leader();
  if (!asked) {
    return core::fail(core::Code::kUnavailable, "there is no leader");
  }
  return change_by(asked, change, subject);
}

core::Result<Index> RaftCluster::change_by(world::NodeId asked, MembershipChange change,
                                           world::NodeId subject) {
  core::Result<Index> answer;
  step(asked, [&](Raft& raft, world::Context& context, world::Effects& effects) {
    answer = raft.change_membership(change, subject, context, effects);
  });
  return answer;
}

world::NodeId RaftCluster::leader() const {
  world::NodeId found;
  Term term = 0;
  for (const auto& [id, node] : nodes_) {
    if (node.raft && !node.paused && node.raft->is_leader_ready() && node.raft->term() > term) {
      found = id;
      term = node.raft->term();
    }
  }
  return found;
}

world::NodeId RaftCluster::elect() {
  const bool found = advance_until([&] { return static_cast<bool>(leader()); },
                                   10 * options_.raft.election_timeout);
  EXPECT_TRUE(found) << "seed " << options_.seed << ": no leader by " << core::to_seconds(now())
                     << " s";
  return leader();
}

const Raft& RaftCluster::raft(world::NodeId id) const {
  const auto& raft = nodes_.at(id).raft;
  core::check(raft.has_value(), "the test asks a running node");
  return *raft;
}

std::vector<world::NodeId> RaftCluster::ids() const {
  std::vector<world::NodeId> found;
  for (const auto& [id, node] : nodes_) {
    found.push_back(id);
  }
  return found;
}

bool RaftCluster::converged() const {
  const world::NodeId leading = leader();
  if (!leading) {
    return false;
  }
  const Raft& reference = raft(leading);
  return std::ranges::all_of(nodes_, [&](const auto& entry) {
    const auto& [id, node] = entry;
    return !node.raft || !reference.configuration().contains(id) ||
           (node.raft->last_index() == reference.commit_index() &&
            node.applied == applied(leading) && reference.last_index() == reference.commit_index());
  });
}

std::uint64_t RaftCluster::fingerprint() const {
  core::Hasher hasher = history_;
  for (const auto& [id, node] : nodes_) {
    hasher.word(node.raft ? node.raft->digest() : 0);
  }
  return hasher.value();
}

}  // namespace swarm::test
