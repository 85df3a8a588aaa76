// A run told by hand: a mesh of three members, a venue with a market maker, a client. Each chapter
// writes the records that a sound run would; a test tells some of them differently and sees which
// invariant notices.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "check/checks.h"
#include "market/exchange.h"
#include "market/trace.h"
#include "swarm/raft_trace.h"
#include "swarm/trace.h"

namespace check::test {

inline constexpr world::NodeId kFirst{1};
inline constexpr world::NodeId kSecond{2};
inline constexpr world::NodeId kThird{3};
inline constexpr world::NodeId kVenue{10};
inline constexpr world::NodeId kClient{11};
inline constexpr world::NodeId kNobody{};
inline constexpr swarm::GroupId kGroup{1};
inline constexpr market::SymbolId kSymbol{1};
inline constexpr market::AccountId kMaker{100};

inline market::AccountId account_of(world::NodeId node) {
  return market::AccountId(node.value);
}

class Story {
 public:
  // What a test may do to an event of the exchange before it is told.
  using Tamper = std::function<void(market::ExchangeEvent&)>;

  Story() : Story(mesh()) {}
  explicit Story(CheckConfig config) : checks_(std::move(config)) {}

  static CheckConfig mesh();
  static market::ExchangeConfig market();

  template <world::Traceable Record>
  void tell(world::NodeId who, const Record& record) {
    checks_.receive({core::at(now_), who, world::Incarnation(1), world::make_trace(record)});
  }
  void wait(core::Duration duration) { now_ += duration; }
  [[nodiscard]] core::Time now() const { return core::at(now_); }

  // ---- Chapters ----
  void open_venue();
  void open_venue(const market::ExchangeConfig& told);  // the accounts are those of market()
  // Applies the command to a real exchange and tells what it says.
  std::vector<market::ExchangeEvent> venue(const market::Command& command,
                                           const Tamper& tamper = {});
  void say_event(const market::JournalPosition& position, const market::ExchangeEvent& event);
  void state_balances(const std::function<void(market::BalanceStatement&)>& tamper = {});
  void quote(std::int64_t bid_ticks, std::int64_t ask_ticks, std::int64_t shares = 100);

  void vote(world::NodeId voter, swarm::Term term, world::NodeId candidate);
  // Votes, then leadership, with the log that the node has.
  void elect(world::NodeId leader, swarm::Term term, const std::vector<world::NodeId>& voters);
  // Puts the next entry on the disks of `holders`, the leader first, and commits it.
  void commit(swarm::Term term, const std::vector<world::NodeId>& holders);
  void take_office(world::NodeId leader, swarm::Term term);
  void boot();  // members are there, the first one leads term 1, the venue has quotes

  void offer(std::uint64_t task);
  void assign(std::uint64_t task, swarm::Attempt attempt, world::NodeId agent, swarm::Term term);
  std::vector<market::ExchangeEvent> order(std::uint64_t task, swarm::Attempt attempt,
                                           world::NodeId agent, swarm::Term term,
                                           const Tamper& tamper = {});
  void finish_task(std::uint64_t task);  // on all members
  void answer(std::uint64_t task);
  void whole_task(std::uint64_t task, world::NodeId agent);

  static swarm::Result result_of(std::uint64_t task);
  static market::Authority authority(std::uint64_t task, swarm::Attempt attempt, swarm::Term term);
  static market::NewOrder buy(world::NodeId agent, std::int64_t shares, std::int64_t limit_ticks);

  // ---- The end ----
  FinalState calm_end() const;
  std::vector<Invariant> judge() { return judge(calm_end()); }
  std::vector<Invariant> judge(const FinalState& state);

  swarm::Index index = 0;  // of the last entry
  market::JournalPosition position;

 private:
  Checks checks_;
  core::Duration now_ = core::milliseconds(1);
  market::Exchange exchange_;
  std::uint64_t offered_ = 0;
};

std::vector<std::string> violated(const std::vector<Invariant>& results);
const Invariant& find(const std::vector<Invariant>& results, const std::string& name);
// The first sentence of the invariant, to see that it failed for the reason that was meant.
std::string reason(const std::vector<Invariant>& results, const std::string& name);

}  // namespace check::test
