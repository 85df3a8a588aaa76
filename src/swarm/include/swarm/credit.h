// Flow control of one link of a pipeline, from both ends: at most `credits` items are with the next
// stage at any time, they arrive in order and once, and whatever may be lost with the next stage is
// still here.
//
// The sender keeps an item until the receiver is done with it, which it is when the stage after it
// has it. A receiver that is slow gives credits back slowly, so its sender stops, so that one's
// sender stops: pressure reaches the entry.
//
// Go-back-n over credits, as in Kung and Morris, "Credit-based flow control for ATM networks"
// (1995): a lost item is sent again, one that overtook it is not taken. Regular values without
// clock or messages.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "swarm/pipeline_item.h"

namespace swarm {

class CreditSender {
 public:
  // REQUIRES credits > 0.
  explicit CreditSender(std::uint32_t credits = 1);

  // Begins anew: what was sent and is not done gets new numbers, in the old order, and counts as
  // not taken. REQUIRES an epoch above the last.
  void open(LinkEpoch epoch);
  [[nodiscard]] LinkEpoch epoch() const { return epoch_; }

  [[nodiscard]] bool has_credit() const { return outstanding_.size() < credits_; }
  // REQUIRES has_credit().
  LinkSequence send(Item item);

  // What the receiver's word changed, in the order of sending.
  struct Progress {
    std::vector<Item> taken;
    std::vector<Item> done;
  };
  // Words of other epochs and old ones change nothing.
  [[nodiscard]] Progress heard(const ItemState& state);

  // Sent and not known to be taken, ascending.
  [[nodiscard]] std::vector<LinkSequence> untaken() const;
  [[nodiscard]] const Item& item(LinkSequence sequence) const { return outstanding_.at(sequence); }
  // Sent and not known to be done.
  [[nodiscard]] const std::map<LinkSequence, Item>& outstanding() const { return outstanding_; }
  // Hands everything that is not done back, in order; the link is at its end.
  [[nodiscard]] std::vector<Item> recall();

 private:
  std::uint32_t credits_ = 1;
  LinkEpoch epoch_ = 0;
  LinkSequence last_ = 0;   // sent
  LinkSequence taken_ = 0;  // known to be taken
  std::map<LinkSequence, Item> outstanding_;

 public:
  MUSTER_FIELDS(CreditSender, credits_, epoch_, last_, taken_, outstanding_)
};

class CreditReceiver {
 public:
  enum class Arrival : std::uint8_t {
    kTake,     // the next one
    kRepeat,   // known: say again where we are
    kGap,      // one before it is missing
    kOld,      // of an epoch that is over
    kUnknown,  // an epoch whose beginning was not seen here
  };
  [[nodiscard]] Arrival arrived(LinkEpoch epoch, LinkSequence sequence);
  // The stage is done with it. Ignored for an epoch that is over.
  void done(LinkEpoch epoch, LinkSequence sequence);
  // What was taken is dropped, and nothing more is taken in this epoch: a sender that sends its
  // items again, not knowing, has to begin a new one, or the first would be taken twice.
  void forget();

  // 0: none, or one that is forgotten.
  [[nodiscard]] LinkEpoch epoch() const { return forgotten_ ? 0 : epoch_; }
  [[nodiscard]] std::size_t held() const { return open_.size(); }
  [[nodiscard]] ItemState state(LinkEpoch asked, std::uint64_t call) const;

 private:
  LinkEpoch epoch_ = 0;  // 0: none yet
  LinkSequence taken_ = 0;
  std::set<LinkSequence> open_;
  bool forgotten_ = false;

 public:
  MUSTER_FIELDS(CreditReceiver, epoch_, taken_, open_, forgotten_)
};

}  // namespace swarm
