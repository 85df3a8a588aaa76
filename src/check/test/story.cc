#include "story.h"

#include <algorithm>

#include "swarm/links.h"

namespace check::test {
namespace {

std::vector<world::NodeId> members() {
  return {kFirst, kSecond, kThird};
}

std::uint64_t digest_at(swarm::Index index) {
  return 1000 + index;
}

template <class Record>
void say(Story& story, const market::JournalPosition& position, const auto& event) {
  story.tell(kVenue, Record{position, event});
}

}  // namespace

CheckConfig Story::mesh() {
  CheckConfig config;
  swarm::TopologySpec spec;
  spec.agents = members();
  spec.voters = 3;
  config.topology = *swarm::make_topology(spec);
  config.venue = kVenue;
  config.client = kClient;
  config.election_timeout = core::seconds(1);
  return config;
}

market::ExchangeConfig Story::market() {
  market::ExchangeConfig config;
  config.symbols.push_back({kSymbol, "SYN1", market::Money{10'000}, market::Price{1'000}});
  for (const world::NodeId member : members()) {
    config.accounts.push_back({account_of(member),
                               market::dollars(100'000),
                               {},
                               market::Quantity{500},
                               market::dollars(5'000)});
  }
  config.accounts.push_back({kMaker,
                             market::dollars(10'000'000),
                             {{kSymbol, market::Quantity{1'000'000}}},
                             std::nullopt,
                             std::nullopt});
  config.fee_basis_points = 5;
  return config;
}

void Story::open_venue() {
  open_venue(market());
}

void Story::open_venue(const market::ExchangeConfig& told) {
  exchange_ = *market::Exchange::create(market());
  tell(kVenue, world::NodeBooted{});
  tell(kVenue, market::VenueOpened{told});
}

void Story::say_event(const market::JournalPosition& where, const market::ExchangeEvent& event) {
  std::visit(
      [&]<class Event>(const Event& alternative) {
        using Position = market::JournalPosition;
        const Position& at = where;
        if constexpr (std::same_as<Event, market::Accepted>) {
          say<market::OrderAcceptedTrace>(*this, at, alternative);
        } else if constexpr (std::same_as<Event, market::Rejected>) {
          say<market::OrderRejectedTrace>(*this, at, alternative);
        } else if constexpr (std::same_as<Event, market::Repeated>) {
          say<market::OrderRepeatedTrace>(*this, at, alternative);
        } else if constexpr (std::same_as<Event, market::Filled>) {
          say<market::FilledTrace>(*this, at, alternative);
        } else if constexpr (std::same_as<Event, market::Cancelled>) {
          say<market::OrderCancelledTrace>(*this, at, alternative);
        } else if constexpr (std::same_as<Event, market::Replaced>) {
          say<market::OrderReplacedTrace>(*this, at, alternative);
        } else if constexpr (std::same_as<Event, market::Quoted>) {
          say<market::QuotedTrace>(*this, at, alternative);
        } else if constexpr (std::same_as<Event, market::Fenced>) {
          say<market::FencedTrace>(*this, at, alternative);
        } else if constexpr (std::same_as<Event, market::TasksClosed>) {
          say<market::TasksClosedTrace>(*this, at, alternative);
        } else {
          say<market::MarkedTrace>(*this, at, alternative);
        }
      },
      event);
}

std::vector<market::ExchangeEvent> Story::venue(const market::Command& command,
                                                const Tamper& tamper) {
  const std::uint64_t revision = exchange_.revision();
  auto events = exchange_.apply(command);
  const bool changed = exchange_.revision() != revision;
  position = {position.journal + (changed ? 1U : 0U), 0};
  for (market::ExchangeEvent& event : events) {
    if (tamper) {
      tamper(event);
    }
    say_event(changed ? position : market::JournalPosition{}, event);
    ++position.index;
  }
  wait(core::milliseconds(1));
  return events;
}

void Story::state_balances(const std::function<void(market::BalanceStatement&)>& tamper) {
  market::BalanceStatement statement{position.journal, exchange_.totals(), exchange_.digest()};
  if (tamper) {
    tamper(statement);
  }
  tell(kVenue, statement);
}

void Story::quote(std::int64_t bid_ticks, std::int64_t ask_ticks, std::int64_t shares) {
  venue(market::MakerQuotes{kMaker,
                            kSymbol,
                            {{market::Side::kBuy, {bid_ticks}, {shares}},
                             {market::Side::kSell, {ask_ticks}, {shares}},
                             {market::Side::kSell, {ask_ticks}, {shares}}}});
}

void Story::vote(world::NodeId voter, swarm::Term term, world::NodeId candidate) {
  tell(voter, swarm::VoteDurable{kGroup, term, candidate});
}

void Story::elect(world::NodeId leader, swarm::Term term,
                  const std::vector<world::NodeId>& voters) {
  tell(leader, swarm::ElectionStarted{kGroup, term, false});
  for (const world::NodeId voter : voters) {
    vote(voter, term, leader);
  }
  tell(leader, swarm::BecameLeader{kGroup, term, members(), voters, index});
  wait(core::milliseconds(1));
}

void Story::commit(swarm::Term term, const std::vector<world::NodeId>& holders) {
  ++index;
  for (const world::NodeId holder : holders) {
    tell(holder, swarm::EntryDurable{kGroup, index, term, digest_at(index)});
  }
  std::vector<world::NodeId> durable = holders;
  std::ranges::sort(durable);
  tell(holders.front(),
       swarm::Committed{kGroup, index, term, digest_at(index), members(), durable, term});
  for (const world::NodeId holder : holders) {
    if (holder != holders.front()) {
      tell(holder, swarm::CommitLearned{kGroup, index, term, digest_at(index)});
    }
  }
  wait(core::milliseconds(1));
}

void Story::take_office(world::NodeId leader, swarm::Term term) {
  tell(leader, swarm::FenceRequested{term});
  venue(market::RaiseFence{market::GroupId(kGroup.value), term});
  tell(leader, swarm::LeaderReady{term, 0});
}

void Story::boot() {
  for (const world::NodeId member : members()) {
    tell(member, world::NodeBooted{});
    tell(member, swarm::Recovered{kGroup, 0, 0, 0, 0});
    tell(member, swarm::ConfigurationChanged{kGroup, 0, members(), {}});
  }
  open_venue();
  state_balances();
  quote(999, 1'001);
  elect(kFirst, 1, {kFirst, kSecond});
  commit(1, members());
  tell(kFirst, swarm::LinkProven{kSecond, world::Incarnation(1)});
  take_office(kFirst, 1);
}

void Story::offer(std::uint64_t task) {
  ++offered_;
  tell(kClient, swarm::TaskOffered{swarm::TaskId(task), core::at(now_), 0, {}});
}

void Story::assign(std::uint64_t task, swarm::Attempt attempt, world::NodeId agent,
                   swarm::Term term) {
  tell(kFirst, swarm::TaskAssigned{swarm::TaskId(task), attempt, agent, term, false});
  tell(agent, swarm::AssignmentReceived{swarm::TaskId(task), attempt, term});
}

market::Authority Story::authority(std::uint64_t task, swarm::Attempt attempt, swarm::Term term) {
  return {market::GroupId(kGroup.value), term, market::TaskId(task), attempt, 1};
}

market::NewOrder Story::buy(world::NodeId agent, std::int64_t shares, std::int64_t limit_ticks) {
  return {account_of(agent), kSymbol,       market::Side::kBuy, market::OrderType::kLimit,
          {shares},          {limit_ticks}, std::nullopt};
}

std::vector<market::ExchangeEvent> Story::order(std::uint64_t task, swarm::Attempt attempt,
                                                world::NodeId agent, swarm::Term term,
                                                const Tamper& tamper) {
  market::NewOrder command = buy(agent, 10, 1'001);
  command.authority = authority(task, attempt, term);
  return venue(command, tamper);
}

swarm::Result Story::result_of(std::uint64_t task) {
  return {swarm::Outcome::kDone, core::encode(task)};
}

void Story::finish_task(std::uint64_t task) {
  for (const world::NodeId member : members()) {
    tell(member, swarm::TaskFinished{swarm::TaskId(task), 1, swarm::Outcome::kDone, true,
                                     core::digest(result_of(task))});
  }
}

void Story::answer(std::uint64_t task) {
  tell(kClient, swarm::TaskAnswered{swarm::TaskId(task), {}, 1, result_of(task)});
}

void Story::whole_task(std::uint64_t task, world::NodeId agent) {
  offer(task);
  commit(1, members());
  tell(kFirst, swarm::TaskAccepted{swarm::TaskId(task), 1});
  commit(1, members());
  assign(task, 1, agent, 1);
  order(task, 1, agent, 1);
  commit(1, members());
  finish_task(task);
  answer(task);
}

FinalState Story::calm_end() const {
  FinalState state;
  state.ended = core::at(now_) + core::seconds(60);
  for (const world::NodeId member : members()) {
    state.replicas.push_back({member, index, 77, 0});
  }
  state.inbox_peak = 10;
  state.inbox_limit = 1'000;
  state.messages_sent = 500;
  state.tasks_offered = offered_;
  state.timers_peak = 8;
  return state;
}

std::vector<Invariant> Story::judge(const FinalState& state) {
  checks_.finish(state);
  return checks_.results();
}

std::vector<std::string> violated(const std::vector<Invariant>& results) {
  std::vector<std::string> names;
  for (const Invariant& invariant : results) {
    if (invariant.violated > 0) {
      names.push_back(invariant.name);
    }
  }
  return names;
}

const Invariant& find(const std::vector<Invariant>& results, const std::string& name) {
  const auto it = std::ranges::find(results, name, &Invariant::name);
  core::check(it != results.end(), "the invariant exists");
  return *it;
}

std::string reason(const std::vector<Invariant>& results, const std::string& name) {
  const Invariant& invariant = find(results, name);
  return invariant.first.empty() ? "" : invariant.first.front().what;
}

}  // namespace check::test
