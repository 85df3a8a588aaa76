#include "lab/names.h"

#include <array>
#include <cstdio>
#include <tuple>

#include "agent/trace.h"
#include "control/trace.h"
#include "market/protocol.h"
#include "market/trace.h"
#include "swarm/detector.h"
#include "swarm/joint.h"
#include "swarm/links.h"
#include "swarm/pipeline_trace.h"
#include "swarm/raft_trace.h"
#include "swarm/routes.h"
#include "swarm/stage_trace.h"
#include "swarm/trace.h"

namespace lab {
namespace {

// Every kind of trace record that the house makes.
using Records = std::tuple<
    world::NodeBooted, world::NodeHalted, world::NodePaused, world::FaultStarted, world::FaultEnded,
    world::MessageDropped, swarm::Recovered, swarm::ElectionStarted, swarm::VoteDurable,
    swarm::BecameLeader, swarm::SteppedDown, swarm::EntryDurable, swarm::LogTruncated,
    swarm::SnapshotDurable, swarm::Committed, swarm::CommitLearned, swarm::ConfigurationChanged,
    swarm::OfferReceived, swarm::TaskAccepted, swarm::TaskAssigned, swarm::AssignmentReceived,
    swarm::AttemptStarted, swarm::AttemptReported, swarm::TaskFinished, swarm::TaskShed,
    swarm::FenceRequested, swarm::LeaderReady, swarm::TaskTakenBack, swarm::AgentStateChanged,
    swarm::TaskRelayed, swarm::LinkProven, swarm::LinkLost, swarm::LinkRefused, swarm::Suspected,
    swarm::Trusted, swarm::JointDecided, swarm::JointUndecided, swarm::TaskOffered,
    swarm::TaskAnswered, swarm::TaskContradicted, swarm::TaskGivenUp, swarm::PoolChanged,
    swarm::RouteChanged, swarm::MemberJoined, swarm::MemberDraining, swarm::MemberLeft,
    swarm::VotersChanged, swarm::ItemSent, swarm::ItemTaken, swarm::ItemWorked,
    swarm::CreditReturned, swarm::ItemStamped, swarm::ItemExecuted, swarm::ItemsDropped,
    swarm::BreakerChanged, swarm::BreakerProbed, swarm::PipelineLinkEnded, swarm::RingChanged,
    control::FleetSized, control::AgentWanted, control::AgentReady, control::AgentRetired,
    control::AgentEnded, control::RolloutDecided, control::ProviderRefused, control::LeaderRefused,
    control::AlertChanged, control::ScalingDecided, control::AnomalyBegan, control::HealthChanged,
    control::UpgradeDecided, control::LoadForecastJudged, control::SecondSeen, agent::DecisionMade,
    agent::OrderSent, agent::OutcomeSeen, agent::AgentFailed, agent::ForecastJudged,
    market::OrderAcceptedTrace, market::OrderRejectedTrace, market::OrderRepeatedTrace,
    market::FilledTrace, market::OrderCancelledTrace, market::OrderReplacedTrace,
    market::QuotedTrace, market::FencedTrace, market::TasksClosedTrace, market::MarkedTrace,
    market::VenueOpened, market::BalanceStatement, market::VenueRecovered, market::VenueClosed>;

template <class Record>
bool tell_as(const world::TraceRecord& record, TraceText& text) {
  if (record.kind != Record::kKind) {
    return false;
  }
  const auto decoded = core::decode<Record>(record.body);
  core::check(decoded.has_value(), "a trace record decodes as its kind");
  text.name = Record::kName;
  core::flatten("", *decoded, text.fields);
  return true;
}

constexpr auto kMessages = std::to_array<std::pair<world::MessageType, std::string_view>>({
    {swarm::Offer::kType, "Offer"},
    {swarm::Reply::kType, "Reply"},
    {swarm::NotLeader::kType, "NotLeader"},
    {swarm::Assignment::kType, "Assignment"},
    {swarm::AttemptResult::kType, "AttemptResult"},
    {swarm::ResultAcknowledged::kType, "ResultAcknowledged"},
    {swarm::AdminRequest::kType, "AdminRequest"},
    {swarm::AdminAnswer::kType, "AdminAnswer"},
    {swarm::StatusQuery::kType, "StatusQuery"},
    {swarm::StatusAnswer::kType, "StatusAnswer"},
    {world::Sample::kType, "Sample"},
    {swarm::Hello::kType, "Hello"},
    {swarm::HelloAck::kType, "HelloAck"},
    {swarm::Relayed::kType, "Relayed"},
    {swarm::LinkNews::kType, "LinkNews"},
    {swarm::LinkDigest::kType, "LinkDigest"},
    {swarm::Heartbeat::kType, "Heartbeat"},
    {swarm::HeartbeatAck::kType, "HeartbeatAck"},
    {swarm::JointAsk::kType, "JointAsk"},
    {swarm::JointAnswer::kType, "JointAnswer"},
    {swarm::ItemSend::kType, "ItemSend"},
    {swarm::ItemAsk::kType, "ItemAsk"},
    {swarm::ItemState::kType, "ItemState"},
    {swarm::Feedback::kType, "Feedback"},
    {swarm::LinkBroken::kType, "LinkBroken"},
    {market::OrderRequest::kType, "OrderRequest"},
    {market::OrderReply::kType, "OrderReply"},
    {market::VoidRequest::kType, "VoidRequest"},
    {market::Fence::kType, "Fence"},
    {market::FenceAck::kType, "FenceAck"},
    {market::Subscribe::kType, "Subscribe"},
    {market::Tick::kType, "Tick"},
    {market::LowWaterNotice::kType, "LowWaterNotice"},
});

}  // namespace

TraceText tell(const world::TraceRecord& record) {
  TraceText text;
  const bool known = std::apply(
      [&](const auto&... sample) {
        return (tell_as<std::remove_cvref_t<decltype(sample)>>(record, text) || ...);
      },
      Records{});
  if (!known) {
    char number[32];
    std::snprintf(number, sizeof number, "record 0x%04x", record.kind);
    text.name = number;
  }
  return text;
}

std::string describe(const world::TraceRecord& record) {
  const TraceText told = tell(record);
  std::string text = told.name;
  for (const auto& [path, leaf] : told.fields) {
    text += " " + path + "=" + leaf;
  }
  constexpr std::size_t kLongest = 300;
  if (text.size() > kLongest) {
    text.resize(kLongest);
    text += "…";
  }
  return text;
}

std::string message_name(world::MessageType type) {
  for (const auto& [known, name] : kMessages) {
    if (known == type) {
      return std::string(name);
    }
  }
  char number[32];
  std::snprintf(number, sizeof number, "%s 0x%04x", type >> 8U == 1 ? "Raft" : "message", type);
  return number;
}

std::string_view event_name(const world::Event& event) {
  constexpr std::array<std::string_view, std::variant_size_v<world::Event>> kNames = {
      "start", "message", "timer", "persisted", "returned"};
  return kNames[event.index()];
}

}  // namespace lab
