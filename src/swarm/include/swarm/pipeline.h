// One stage's side of a pipeline: takes items from the stage before, has the stage's work done on
// them, hands them on in order, and says what it has.
//
// Each link has credits (credit.h), so a slow stage slows those before it and at last the entry,
// and a breaker (breaker.h): while it is open the items wait here. A stage gives the credit of an
// item back when the stage after it has the item, and keeps the item until that one is done with
// it: so the loss of one stage loses nothing, and what was with it goes to whoever stands in.
// Waiting before an open breaker is no failure of a stage that takes what it has credits for; so
// one dead stage opens one breaker and no other.
//
// Items are told apart by (task, attempt). One that comes a second time, because the stage before
// was replaced, is not worked on again.
//
// Owns message types 0x0270 to 0x0273 and timers kPipelineTimers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "swarm/breaker.h"
#include "swarm/credit.h"
#include "swarm/desk.h"
#include "swarm/pipeline_trace.h"
#include "swarm/protocol.h"
#include "swarm/ring.h"
#include "swarm/timer_range.h"

namespace swarm {

inline constexpr TimerRange kPipelineTimers{0x000A};  // own part: the peer's id

struct PipelineConfig {
  std::uint32_t credits = 8;  // items that may be with the next stage, for each link
  // Items leave every stage in the order in which they entered the pipeline. REQUIRES one node for
  // each stage.
  bool ordered = true;
  core::Duration ask_every = core::milliseconds(50);  // a stage that has items and is silent
  core::Duration stitch_after = core::seconds(1);     // a stage without anybody
  BreakerConfig breaker;
  MUSTER_FIELDS(PipelineConfig, credits, ordered, ask_every, stitch_after, breaker)
};

class Pipeline {
 public:
  Pipeline(const PipelineConfig& config, std::vector<Stage> stages);

  [[nodiscard]] static bool owns(world::TimerId timer) { return kPipelineTimers.contains(timer); }
  [[nodiscard]] static bool owns(world::MessageType type) {
    return type >= ItemSend::kType && type <= Feedback::kType;
  }

  // The ring as it is now: at the start, and whenever another one is committed.
  void stitch(Desk& desk, const Ring& ring);
  [[nodiscard]] const Ring& ring() const { return ring_; }
  [[nodiscard]] std::optional<std::size_t> stage(world::NodeId self) const {
    return ring_.stage_of(self);
  }

  // The entry: an assignment, or one that renews the authority of what is still here. Refused and
  // false while the ring is stopped, or where the node is no entry.
  bool enter(Desk& desk, const Assignment& assignment);
  // REQUIRES owns(message.type).
  void receive(Desk& desk, const world::Message& message);
  // REQUIRES owns(timer).
  void timer(Desk& desk, world::TimerId timer);

  // The item that the stage works on, or null.
  [[nodiscard]] const Item* in_work(TaskId task) const;
  // The stage's work is done. `approved`: exactly from a stage that approves. Ignored for what was
  // dropped meanwhile.
  void worked(Desk& desk, TaskId task, core::Bytes payload, std::optional<bool> approved);
  // The last stage: the attempt is on record and work begins, or it needs none.
  void arrived(Desk& desk, TaskId task, Attempt attempt, bool begins);
  // The last stage: the attempt is over.
  void ended(Desk& desk, TaskId task);
  // The last stage: tells the first.
  void feed_back(Desk& desk, core::Bytes payload);

  // Items that are here and not with the next stage.
  [[nodiscard]] std::size_t count_in_hand() const;
  // The breaker of the link to a peer; nullptr: no such link.
  [[nodiscard]] const Breaker* breaker(world::NodeId peer) const;

  // ---- Since the last call of each ----
  // Work that is to begin.
  [[nodiscard]] std::vector<TaskId> take_wanted() { return std::exchange(wanted_, {}); }
  // The last stage: work that is done and whose turn has come. The stamp is good, or it may not be
  // carried out.
  struct Turn {
    TaskId task;
    core::Bytes payload;
    bool approved = false;
    bool stamp_good = false;
    MUSTER_FIELDS(Turn, task, payload, approved, stamp_good)
  };
  [[nodiscard]] std::vector<Turn> take_turns() { return std::exchange(turns_due_, {}); }
  // The last stage: items that arrived, to be put on record before work on them begins; each is
  // answered by arrived().
  [[nodiscard]] std::vector<Assignment> take_arrived() { return std::exchange(arrived_, {}); }
  // The entry: the next stage has it.
  [[nodiscard]] std::vector<TaskId> take_passed() { return std::exchange(passed_, {}); }
  [[nodiscard]] std::vector<core::Bytes> take_feedback() { return std::exchange(feedback_, {}); }
  // Links whose breaker opened or closed.
  [[nodiscard]] std::vector<LinkBroken> take_broken() { return std::exchange(broken_, {}); }
  // All links whose breaker is not closed.
  [[nodiscard]] std::vector<world::NodeId> broken_links() const;

 private:
  enum class Progress : std::uint8_t {
    kWorking,
    kWorked,  // waits for its turn, a credit or the breaker
    kSent,    // on its way; the last stage: being carried out
    kTaken,   // the next stage has it, and is not done with it
  };
  friend constexpr Progress last_value(Progress) { return Progress::kTaken; }
  struct Held {
    Item item;
    Progress progress = Progress::kWorking;
    world::NodeId from;  // 0: entered here
    LinkEpoch epoch = 0;
    LinkSequence sequence = 0;
    MUSTER_FIELDS(Held, item, progress, from, epoch, sequence)
  };
  struct Outgoing {
    CreditSender sender;
    Breaker breaker{BreakerConfig{}};
    bool ticking = false;
    // A peer that was stitched in and has not been heard may not know of the ring yet: until then
    // its silence is no failure.
    std::optional<core::Time> may_be_unaware_until;
    MUSTER_FIELDS(Outgoing, sender, breaker, ticking, may_be_unaware_until)
  };
  using Holding = std::map<std::uint64_t, Held>;  // in the order of arrival

  [[nodiscard]] bool last_stage(world::NodeId self) const;
  void received(Desk& desk, const ItemSend& send, world::NodeId from);
  void take(Desk& desk, const ItemSend& send, world::NodeId from);
  void heard(Desk& desk, const ItemState& state, world::NodeId peer);
  void fed_back(Desk& desk, const Feedback& feedback, const world::Message& message);
  void hold(Desk& desk, Held held);
  void give_credit_back(Desk& desk, Held& held);
  void answer(Desk& desk, world::NodeId to, LinkEpoch epoch, std::uint64_t call);
  void pass_on(Desk& desk);
  [[nodiscard]] world::NodeId choose_link(Desk& desk);
  void send(Desk& desk, world::NodeId peer, Outgoing& link, LinkSequence sequence, bool first);
  void ask(Desk& desk, world::NodeId peer, Outgoing& link);
  void reopen(Desk& desk, world::NodeId peer, Outgoing& link);
  void tick(Desk& desk, world::NodeId peer, Outgoing& link);
  void arm(Desk& desk, world::NodeId peer, Outgoing& link);
  void follow(Desk& desk, world::NodeId peer, Outgoing& link);
  void end_link(Desk& desk, world::NodeId peer);
  [[nodiscard]] LinkEpoch next_epoch(const Desk& desk);
  void drop_all(Desk& desk);
  [[nodiscard]] bool stamp_good(const Held& held) const;
  [[nodiscard]] Held* find(const Item& item);
  void lose(Desk& desk, Holding::iterator held);
  void remember(TaskId task, Attempt attempt);

  PipelineConfig config_;
  std::vector<Stage> stages_;
  Ring ring_;
  Holding holding_;
  std::uint64_t arrivals_ = 0;
  std::uint64_t entered_ = 0;
  std::uint64_t epochs_ = 0;
  std::uint64_t calls_ = 0;
  std::uint64_t fed_back_ = 0;
  std::map<world::NodeId, Outgoing> outgoing_;
  std::map<world::NodeId, CreditReceiver> incoming_;
  std::map<TaskId, Attempt> seen_;  // the highest that was here, bounded
  std::map<world::NodeId, std::pair<std::uint32_t, std::uint64_t>> feedback_heard_;
  std::vector<TaskId> wanted_;
  std::vector<Turn> turns_due_;
  std::vector<Assignment> arrived_;
  std::vector<TaskId> passed_;
  std::vector<core::Bytes> feedback_;
  std::vector<LinkBroken> broken_;

 public:
  MUSTER_FIELDS(Pipeline, config_, stages_, ring_, holding_, arrivals_, entered_, epochs_, calls_,
                fed_back_, outgoing_, incoming_, seen_, feedback_heard_, wanted_, turns_due_,
                arrived_, passed_, feedback_, broken_)
};

}  // namespace swarm
