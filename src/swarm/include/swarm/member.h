// A member of a swarm: the group's log and ledger, the links, the failure detector, the leader's
// duties and the agent's side of tasks, put together. What it works on is opaque to it.
//
// Not a Machine: the agent that owns it hands it the events it owns, and after each step carries
// out what it asks for (take_requests). A node's store is shared: records of the agent's own must
// start with another byte than 0x01, 0x02 and 0x03.
//
// Who is a member, and who votes, changes while the deployment runs: the topology that a member
// goes by is the one that was founded, with those who joined and without those who left, and its
// voters are those of the group's committed configuration. A node that joins later (`joins`) is
// silent until a leader whose ledger has it as a member speaks to it.
//
// In a graph of declared links (graph.h) every message to a member leaves over one of them: to a
// neighbour, or in an envelope to the next node on the way. Who joins a graph knows no link of its
// own before it has the ledger; until then its neighbours are those that greet it, if they pass
// messages on: they have it from the ledger.
//
// Timers 0x0000 (Raft) to 0x000F in the upper 16 bits are the member's, and message types 0x0100 to
// 0x02FF.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "swarm/agent_state.h"
#include "swarm/coordinator.h"
#include "swarm/detector.h"
#include "swarm/joint.h"
#include "swarm/links.h"
#include "swarm/meter.h"
#include "swarm/pipeline.h"
#include "swarm/raft.h"
#include "swarm/reporter.h"
#include "swarm/routes.h"
#include "swarm/steward.h"
#include "swarm/stitch.h"
#include "swarm/swim.h"
#include "swarm/topology.h"
#include "swarm/worker.h"

namespace swarm {

inline constexpr core::Byte kMemberComponent = 0x03;  // the composed image of all components

struct MemberConfig {
  GroupId group;
  world::NodeId self;
  Topology topology;
  core::Duration heartbeat = core::milliseconds(50);
  core::Duration election_timeout = core::milliseconds(300);
  core::Duration suspect_after = core::milliseconds(200);  // silence; >= 2 heartbeats
  CoordinatorConfig coordinator;
  std::optional<JointRules> joint;
  std::vector<world::NodeId> joint_members;  // as many as joint->members
  PipelineConfig pipeline;                   // of a ring
  std::uint32_t snapshot_threshold = 4096;
  Founding founding;
  TelemetryConfig telemetry;
  bool joins = false;  // not in the founding topology
  MUSTER_FIELDS(MemberConfig, group, self, topology, heartbeat, election_timeout, suspect_after,
                coordinator, joint, joint_members, pipeline, snapshot_threshold, founding,
                telemetry, joins)
};

// The topology with those who joined and without those who left.
[[nodiscard]] Topology current_topology(const Topology& founded, const Directory& directory);

// What the member needs its agent to do.
struct WorkWanted {
  TaskId task;  // Member::in_hand() has the assignment
  MUSTER_FIELDS(WorkWanted, task)
};
struct OpinionWanted {
  JointAsk question;
  bool own = false;  // asked by this member itself: answer with Member::own_opinion()
  MUSTER_FIELDS(OpinionWanted, question, own)
};
// A ring: a stage's work on an item is wanted; Member::stage_item() has it.
struct StageWanted {
  TaskId task;
  MUSTER_FIELDS(StageWanted, task)
};
// The last stage of a ring: the item's turn has come to be carried out.
struct TurnWanted {
  TaskId task;
  core::Bytes payload;
  bool approved = false;    // by the stage that must
  bool stamp_good = false;  // otherwise nothing may be carried out
  MUSTER_FIELDS(TurnWanted, task, payload, approved, stamp_good)
};
// The first stage of a ring: what the last one says.
struct FeedbackHeard {
  core::Bytes payload;
  MUSTER_FIELDS(FeedbackHeard, payload)
};
using MemberRequest =
    std::variant<FenceWanted, VoidWanted, LowWaterWanted, WorkWanted, OpinionWanted, JointOutcome,
                 StageWanted, TurnWanted, FeedbackHeard>;

class Member {
 public:
  // REQUIRES: `self` is a member of a valid topology, or joins later.
  explicit Member(MemberConfig config);

  // kCorrupt: the store does not add up; such a node must not run.
  [[nodiscard]] core::Result<void> start(const world::Start& start, world::Context& context,
                                         world::Effects& effects);
  // False: not the member's.
  [[nodiscard]] bool receive(const world::Message& message, world::Context& context,
                             world::Effects& effects);
  [[nodiscard]] bool timer(world::TimerId timer, world::Context& context, world::Effects& effects);
  [[nodiscard]] bool persisted(world::PersistId id, world::Context& context,
                               world::Effects& effects);

  // In the order in which they arose.
  [[nodiscard]] std::vector<MemberRequest> take_requests() { return std::exchange(requests_, {}); }

  // ---- The agent's answers ----

  void fenced(Term term, world::Context& context, world::Effects& effects);
  void voided(TaskId task, const std::optional<Result>& happened, world::Context& context,
              world::Effects& effects);
  // The attempt in hand, with the authority to act now, or null.
  [[nodiscard]] const Assignment* in_hand(TaskId task) const { return worker_.in_hand(task); }
  void ended(TaskId task, AttemptEnd end, Result result, world::Context& context,
             world::Effects& effects);
  // Puts a task in hand to the configured members. REQUIRES: config.joint, in_hand(task).
  void ask_jointly(TaskId task, world::Context& context, world::Effects& effects);
  void opinion(const JointAnswer& answer, world::Effects& effects);
  void own_opinion(const JointAnswer& answer, world::Context& context, world::Effects& effects);
  // ---- A stage of a ring ----

  // Which stage this member does now; none: it is a spare, or this is no ring.
  [[nodiscard]] std::optional<std::size_t> stage() const;
  [[nodiscard]] const Item* stage_item(TaskId task) const;
  // `approved`: exactly from a stage that approves.
  void stage_worked(TaskId task, core::Bytes payload, std::optional<bool> approved,
                    world::Context& context, world::Effects& effects);
  void feed_back(core::Bytes payload, world::Context& context, world::Effects& effects);
  [[nodiscard]] const std::optional<Pipeline>& pipeline() const { return pipeline_; }

  // The agent's own state; legal transitions only.
  void set_state(AgentState state, world::Context& context, world::Effects& effects);

  [[nodiscard]] AgentState state() const { return state_; }
  [[nodiscard]] std::size_t tasks_in_hand() const {
    return pipeline_ ? pipeline_->count_in_hand() : worker_.count_in_hand();
  }
  [[nodiscard]] world::NodeId leader() const { return raft_.leader(); }
  [[nodiscard]] bool leads() const { return coordinator_.leading(); }
  [[nodiscard]] const Ledger& ledger() const { return ledger_; }
  [[nodiscard]] Index applied_index() const { return raft_.applied_index(); }
  [[nodiscard]] const Links& links() const { return links_; }
  [[nodiscard]] const MemberConfig& config() const { return config_; }
  // As this member knows it now.
  [[nodiscard]] const Topology& topology() const { return topology_; }

 private:
  // Everything that all components keep on disk, as one record.
  struct Image {
    core::Bytes raft;
    core::Bytes worker;
    MUSTER_FIELDS(Image, raft, worker)
  };

  [[nodiscard]] Desk desk(world::Context& context, world::Effects& effects) {
    return {context, effects, raft_, ledger_, loopback_};
  }
  [[nodiscard]] bool watches_by_heartbeat() const;
  void handle(const world::Message& message, world::Context& context, world::Effects& effects);
  void handle_task_message(const world::Message& message, world::Context& context,
                           world::Effects& effects);
  void offered(const world::Message& message, Desk& desk);
  void finish_step(world::Context& context, world::Effects& effects);
  void follow_raft(world::Context& context, world::Effects& effects);
  void apply(const Entry& entry, Desk& desk);
  void follow_leadership(Desk& desk);
  void follow_leader(Desk& desk);
  void compact(world::Effects& effects);
  void watch_agents(Desk& desk);
  void attempt_ended(const AttemptResult& result, world::NodeId from, Desk& desk);
  void joint_ended(std::optional<JointOutcome> outcome);
  [[nodiscard]] std::vector<world::NodeId> everybody() const;
  void administer(const world::Message& message, Desk& desk);
  [[nodiscard]] StatusAnswer status(AdminToken token, core::Time now) const;
  [[nodiscard]] MemberView look_at(const MemberEntry& member) const;
  [[nodiscard]] bool concerns_directory(const Command& command) const;
  void directory_changed(const Command& command, Index index, Desk& desk);
  void follow_members(Desk& desk);
  void apply_configuration(const Entry& entry, Desk& desk);
  void send_sample(Desk& desk);
  [[nodiscard]] MemberReport report() const;

  // member_graph.cc
  // Whether a message to the member would leave: its link is proven, or there is a way to it.
  [[nodiscard]] bool reaches(world::NodeId member) const;
  void link_swim(world::NodeId leader);
  [[nodiscard]] Topology topology_now() const;
  [[nodiscard]] bool is_neighbour(const world::Message& message, world::Context& context,
                                  world::Effects& effects);
  void relayed(const world::Message& message, world::Context& context, world::Effects& effects);
  void send_over_links(const world::Context& context, world::Effects& effects) const;

  // member_ring.cc
  [[nodiscard]] static bool is_ring_message(world::MessageType type) {
    return Pipeline::owns(type) || type == LinkBroken::kType;
  }
  void handle_ring_message(const world::Message& message, Desk& desk);
  void assigned(const Assignment& assignment, Desk& desk);
  void ring_timer(world::TimerId timer, Desk& desk);
  void follow_ring(Desk& desk);
  void forget_ended_links(const Ring& ring);
  void serve_pipeline(Desk& desk);
  void report_broken(const LinkBroken& broken, Desk& desk);
  void care_for_ring(Desk& desk);

  MemberConfig config_;
  Topology topology_;  // as of now
  Raft raft_;
  Ledger ledger_;
  Links links_;
  Detector detector_;
  std::optional<Swim> swim_;
  Coordinator coordinator_;
  Worker worker_;
  Steward steward_;
  PoolMeter meter_;
  Reporter reporter_;
  std::optional<JointProposer> proposer_;
  JointMember joint_member_;
  std::optional<Pipeline> pipeline_;
  Stitcher stitcher_;
  std::optional<Routes> routes_;   // of a graph
  std::set<world::NodeId> hosts_;  // of a graph: who greeted it before the ledger had it
  // Of attempts that ended before this member, elected already, took office: who says so.
  std::map<TaskId, std::pair<world::NodeId, AttemptResult>> early_results_;
  // Stages, who cannot reach them, and until when that is believed.
  std::map<world::NodeId, std::map<world::NodeId, core::Time>> cut_off_;
  AgentState state_ = AgentState::kInitialising;
  world::NodeId known_leader_;
  std::vector<world::Message> loopback_;
  std::vector<MemberRequest> requests_;
  // What dispatch was last told of each agent: (ready, suspected).
  std::map<world::NodeId, std::pair<bool, bool>> availability_;

 public:
  MUSTER_FIELDS(Member, config_, topology_, raft_, ledger_, links_, detector_, swim_, coordinator_,
                worker_, steward_, meter_, reporter_, proposer_, joint_member_, pipeline_,
                stitcher_, routes_, hosts_, early_results_, cut_off_, state_, known_leader_,
                loopback_, requests_, availability_)
};

}  // namespace swarm
