// What a node does: the outputs of its step function.
//
// Effects are released in order. Two of them hold others back (outbox.h):
//   Persist  everything the node does after it, in this step and in later ones, until the record is
//            durable: nothing that depends on unsaved state leaves the node. A persist that fails
//            halts the node.
//   Work     everything after it in its own step, until the work is done. The node goes on with
//   other
//            events meanwhile if it has a free core.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "world/event.h"
#include "world/message.h"
#include "world/trace.h"

namespace world {

struct Send {
  Message message;
  MUSTER_FIELDS(Send, message)
};
struct SetTimer {
  TimerId timer;
  core::Duration after{};  // counted from the release of the effect, on the node's monotonic clock
  MUSTER_FIELDS(SetTimer, timer, after)
};
struct CancelTimer {
  TimerId timer;
  MUSTER_FIELDS(CancelTimer, timer)
};
enum class PersistMode : std::uint8_t {
  kAppend,      // add one record to the node's store
  kReplaceAll,  // atomically make this record the only one: a snapshot
};
constexpr PersistMode last_value(PersistMode) {
  return PersistMode::kReplaceAll;
}
struct Persist {
  PersistId id;  // 0: no Persisted event wanted
  PersistMode mode = PersistMode::kAppend;
  core::Bytes record;
  MUSTER_FIELDS(Persist, id, mode, record)
};
// Declared service time: `cpu` occupies one core (at speed 1000), then `wait` occupies none.
struct Work {
  core::Duration cpu{};
  core::Duration wait{};
  MUSTER_FIELDS(Work, cpu, wait)
};
// Asks a service that the composition root registered with the driver.
struct Call {
  CallId call;
  std::string service;
  core::Bytes request;
  MUSTER_FIELDS(Call, call, service, request)
};
struct Trace {
  TraceRecord record;
  MUSTER_FIELDS(Trace, record)
};

using Effect = std::variant<Send, SetTimer, CancelTimer, Persist, Work, Call, Trace>;

// Collects the effects of one step, in order.
class Effects {
 public:
  void send(Message message) { add(Send{std::move(message)}); }
  template <Payload T>
  void send(NodeId to, const T& payload, std::uint64_t term = 0, std::uint64_t key = 0) {
    send(make_message(to, payload, term, key));
  }
  void set_timer(TimerId timer, core::Duration after) { add(SetTimer{timer, after}); }
  void cancel_timer(TimerId timer) { add(CancelTimer{timer}); }
  void persist(core::Bytes record, PersistId id = {}) {
    add(Persist{id, PersistMode::kAppend, std::move(record)});
  }
  void replace_store(core::Bytes record, PersistId id = {}) {
    add(Persist{id, PersistMode::kReplaceAll, std::move(record)});
  }
  void work(core::Duration cpu, core::Duration wait) { add(Work{cpu, wait}); }
  void call(CallId call, std::string service, core::Bytes request) {
    add(Call{call, std::move(service), std::move(request)});
  }
  template <Traceable T>
  void trace(const T& payload) {
    add(Trace{make_trace(payload)});
  }

  [[nodiscard]] const std::vector<Effect>& list() const { return list_; }
  [[nodiscard]] std::vector<Effect> take() { return std::exchange(list_, {}); }
  // Puts back one that was taken: for who sends the messages of others another way.
  void put(Effect effect) { list_.push_back(std::move(effect)); }

 private:
  // As many effects as most steps have, so that their list is allocated once.
  static constexpr std::size_t kUsualCount = 6;

  template <class T>
  void add(T effect) {
    if (list_.capacity() == 0) {
      list_.reserve(kUsualCount);
    }
    list_.emplace_back(std::move(effect));
  }

  std::vector<Effect> list_;
};

}  // namespace world
