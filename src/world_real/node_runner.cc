#include "world_real/node_runner.h"

#include <bit>
#include <exception>
#include <string>
#include <utility>

#include "agenda.h"
#include "core/check.h"
#include "event_loop.h"
#include "fault_desk.h"
#include "frame_log.h"
#include "log.h"
#include "network.h"
#include "worker_pool.h"
#include "world/outbox.h"
#include "world_real/recording.h"
#include "world_real/trace_file.h"

namespace world_real {
namespace {

constexpr std::size_t kMaximumCalls = 1024;

core::Result<void> validate(const Options& options, const OpenedStore& store,
                            const world::Program& program) {
  const auto invalid = [](std::string what) {
    return core::fail(core::Code::kInvalid, "the options of a node: " + std::move(what));
  };
  if (!options.self) {
    return invalid("self is 0; ids begin at 1");
  }
  if (!store.store || !store.incarnation || !program) {
    return invalid("a node needs an open store and a program");
  }
  if (options.cores == 0 || options.cores > 1024 || options.service_threads == 0 ||
      options.service_threads > 1024) {
    return invalid("cores and service_threads lie between 1 and 1024");
  }
  const LinkLimits& limits = options.limits;
  if (limits.queued_messages == 0 || limits.queued_bytes < world::kMaximumBodyBytes * 2 ||
      limits.pending_handshakes == 0 || limits.peers == 0 || options.inbox_limit == 0) {
    return invalid("a limit is too small to let anything through");
  }
  if (limits.handshake_deadline <= core::Duration::zero() ||
      limits.least_backoff <= core::Duration::zero() ||
      limits.greatest_backoff < limits.least_backoff) {
    return invalid("the handshake deadline or the backoff is out of range");
  }
  if (options.peers.contains(options.self) || options.peers.contains({})) {
    return invalid("a peer is another node with an id of its own");
  }
  return {};
}

}  // namespace

struct NodeRunner::Impl {
  Impl(Options o, const GroupKey& key, OpenedStore opened, std::unique_ptr<world::Machine> m);

  core::Result<void> prepare();
  core::Result<void> run();
  void finish();

  // Time.
  [[nodiscard]] core::Time now() const { return core::at(monotonic_reading() - origin); }
  void schedule(core::Time due, std::function<void()> action);
  void arm();
  void run_due();
  void set_timer(world::TimerId timer, core::Duration after);
  void cancel_timer(world::TimerId timer);
  void clock_changed();

  // The machine.
  void step(const world::Event& event);
  void record(const world::Event& event, const world::Context& context,
              const world::Effects& effects);
  void release();
  void carry_out(world::Send& send, world::WorkTicket);
  void carry_out(world::SetTimer& set, world::WorkTicket);
  void carry_out(world::CancelTimer& cancel, world::WorkTicket);
  void carry_out(world::Persist& persist, world::WorkTicket);
  void carry_out(world::Work& work, world::WorkTicket ticket);
  void carry_out(world::Call& call, world::WorkTicket);
  void carry_out(world::Trace& traced, world::WorkTicket);
  void persisted(world::PersistId id, const core::Result<void>& result);
  void work_finished(world::WorkTicket ticket);
  void returned(world::Returned answer);

  // The world around it.
  void receive(world::Message message);
  void dropped(const world::MessageDropped& drop);
  void link_changed(const LinkEvent& event);
  void trace(world::TraceRecord record);
  void halt(world::HaltReason reason, core::Error error);

  struct Timer {
    Agenda::Key key;
    core::Time local_due;  // on the machine's own, perhaps drifting, clock
  };

  Options options;
  world::Incarnation incarnation;
  Log log;
  core::Duration origin;
  std::unique_ptr<Store> store;
  std::vector<core::Bytes> recovered;
  std::unique_ptr<world::Machine> machine;
  num::Stream random;
  world::Outbox outbox;
  std::size_t held_effects = 0;  // pushed to the outbox and not yet released
  std::size_t calls = 0;         // not yet returned
  Agenda agenda;
  std::optional<core::Time> armed;
  std::map<world::TimerId, Timer> timers;
  core::Time last_local{};
  std::unique_ptr<TraceFile> trace_file;
  std::optional<FrameLog> recording;
  std::optional<core::Error> failure;
  bool halted = false;
  Counters counters;
  std::uint16_t port = 0;
  EventLoop loop;
  std::optional<Network> network;
  std::optional<FaultDesk> faults;
  // Last, so that their threads end before anything they use does.
  std::optional<WorkerPool> storage;
  std::optional<WorkerPool> workers;
  std::optional<WorkerPool> services;
};

NodeRunner::Impl::Impl(Options o, const GroupKey& key, OpenedStore opened,
                       std::unique_ptr<world::Machine> m)
    : options(std::move(o)),
      incarnation(opened.incarnation),
      log("node " + std::to_string(options.self.value) + "/" + std::to_string(incarnation.value)),
      origin(options.clock_origin.value_or(monotonic_reading())),
      store(std::move(opened.store)),
      recovered(std::move(opened.recovered)),
      machine(std::move(m)),
      random(world::machine_stream(options.seed, options.self, incarnation)) {
  network.emplace(loop, key, Identity{options.self, incarnation}, options.limits,
                  Network::Handlers{
                      [this](world::Message message) { receive(std::move(message)); },
                      [this](const world::MessageDropped& drop) { dropped(drop); },
                      [this](std::size_t count) { counters.messages_sent += count; },
                      [this](const LinkEvent& event) { link_changed(event); },
                  });
  faults.emplace(options.seed, options.faults, options.self, options.limits.queued_messages,
                 FaultDesk::Doors{
                     [this] { return now(); },
                     [this](core::Time due, std::function<void()> action) {
                       schedule(due, std::move(action));
                     },
                     [this](Network::Outgoing outgoing) { network->send(std::move(outgoing)); },
                     [this](const world::MessageDropped& drop) { dropped(drop); },
                     [this](world::TraceRecord record) { trace(std::move(record)); },
                     [this] { clock_changed(); },
                 });
}

core::Result<void> NodeRunner::Impl::prepare() {
  if (!options.trace_file.empty()) {
    trace_file = TRY(TraceFile::open(options.trace_file));
  }
  if (!options.recording_file.empty()) {
    recording = TRY(FrameLog::create(options.recording_file, kRecordingKind));
    TRY_VOID(
        recording->append(core::encode(RecordedBoot{options.self, incarnation, options.seed})));
  }
  for (const auto& [peer, address] : options.peers) {
    network->set_peer(peer, address, {});
  }
  port = TRY(network->listen(options.listen));
  if (options.end_on_signals) {
    loop.stop_on_signals();
  }
  return {};
}

core::Result<void> NodeRunner::Impl::run() {
  storage.emplace(1);
  workers.emplace(options.cores);
  services.emplace(options.service_threads);
  log.info("listens on port " + std::to_string(port) + ", " + std::to_string(recovered.size()) +
           " records recovered");
  trace(world::make_trace(world::NodeBooted{static_cast<std::uint32_t>(recovered.size())}));
  network->accept();
  faults->start();
  run_due();  // what is planned for time 0 comes before the machine's first step
  step(world::Start{std::exchange(recovered, {})});
  loop.run();
  finish();
  if (failure) {
    return std::unexpected(*failure);
  }
  return {};
}

void NodeRunner::Impl::finish() {
  services.reset();
  workers.reset();
  storage.reset();
  network.reset();
  if (!halted) {
    faults->finish();
    trace(world::make_trace(world::NodeHalted{world::HaltReason::kFinished}));
    halted = true;
    log.info("ends as asked");
  }
}

// ---- Time ----

void NodeRunner::Impl::schedule(core::Time due, std::function<void()> action) {
  agenda.add(due, std::move(action));
  arm();
}

void NodeRunner::Impl::arm() {
  const auto next = agenda.next_due();
  if (!next || (armed && *armed <= *next)) {
    return;
  }
  armed = next;
  loop.wake_at(origin + next->time_since_epoch(), [this] { run_due(); });
}

void NodeRunner::Impl::run_due() {
  armed.reset();
  const core::Time until = now();
  while (!halted) {
    auto action = agenda.take_due(until);
    if (!action) {
      break;
    }
    (*action)();
  }
  arm();
}

void NodeRunner::Impl::set_timer(world::TimerId timer, core::Duration after) {
  cancel_timer(timer);
  const core::Duration local = std::max(after, core::Duration::zero());
  const core::Time start = now();
  const core::Time local_due = start + faults->clock_error().monotonic + local;
  const Agenda::Key key = agenda.add(start + faults->true_span(local), [this, timer] {
    timers.erase(timer);
    step(world::TimerFired{timer});
  });
  timers.emplace(timer, Timer{key, local_due});
  arm();
}

void NodeRunner::Impl::cancel_timer(world::TimerId timer) {
  const auto found = timers.find(timer);
  if (found != timers.end()) {
    agenda.cancel(found->second.key);
    timers.erase(found);
  }
}

// Timers run on the machine's clock: when its speed changes they are due at another true time.
void NodeRunner::Impl::clock_changed() {
  const core::Time local_now = now() + faults->clock_error().monotonic;
  for (const auto& [timer, set] : std::map(timers)) {
    set_timer(timer, set.local_due - local_now);
  }
}

// ---- The machine ----

void NodeRunner::Impl::step(const world::Event& event) {
  if (halted) {
    return;
  }
  const world::ClockError error = faults->read_clock();
  last_local = std::max(last_local, now() + error.monotonic);
  world::Context context{options.self, incarnation, last_local, wall_reading() + error.wall,
                         random};
  world::Effects effects;
  machine->step(event, context, effects);
  ++counters.steps;
  record(event, context, effects);
  held_effects += effects.list().size();
  outbox.push(effects.take());
  release();
}

void NodeRunner::Impl::record(const world::Event& event, const world::Context& context,
                              const world::Effects& effects) {
  if (!recording || halted) {
    return;
  }
  const auto written = recording->append(
      core::encode(RecordedStep{context.now, context.wall, event, core::digest(effects.list())}));
  if (!written) {
    halt(world::HaltReason::kDiskFailed, written.error());
  }
}

void NodeRunner::Impl::release() {
  while (!halted) {
    auto released = outbox.next();
    if (!released) {
      return;
    }
    --held_effects;
    std::visit([&](auto& effect) { carry_out(effect, released->ticket); }, released->effect);
  }
}

void NodeRunner::Impl::carry_out(world::Send& send, world::WorkTicket) {
  world::Message& message = send.message;
  message.from = options.self;
  message.incarnation = incarnation;
  if (message.to == options.self) {
    loop.post([this, own = std::move(message)]() mutable { receive(std::move(own)); });
    return;
  }
  faults->send({world::encode_wire(message), message.to, message.type});
}

void NodeRunner::Impl::carry_out(world::SetTimer& set, world::WorkTicket) {
  set_timer(set.timer, set.after);
}

void NodeRunner::Impl::carry_out(world::CancelTimer& cancel, world::WorkTicket) {
  cancel_timer(cancel.timer);
}

void NodeRunner::Impl::carry_out(world::Persist& persist, world::WorkTicket) {
  storage->submit([this, effect = std::move(persist)](const std::stop_token&) {
    auto result = effect.mode == world::PersistMode::kAppend ? store->append(effect.record)
                                                             : store->replace_all(effect.record);
    loop.post([this, id = effect.id, done = std::move(result)] { persisted(id, done); });
  });
}

void NodeRunner::Impl::persisted(world::PersistId id, const core::Result<void>& result) {
  if (halted) {
    return;
  }
  if (!result) {
    return halt(world::HaltReason::kDiskFailed, result.error());
  }
  ++counters.persists;
  outbox.durable();
  release();
  if (id) {
    step(world::Persisted{id});
  }
}

void NodeRunner::Impl::carry_out(world::Work& work, world::WorkTicket ticket) {
  const auto wait_then_finish = [this, ticket, wait = work.wait] {
    if (wait > core::Duration::zero()) {
      schedule(now() + wait, [this, ticket] { work_finished(ticket); });
    } else {
      work_finished(ticket);
    }
  };
  if (work.cpu <= core::Duration::zero()) {
    loop.post(wait_then_finish);
    return;
  }
  workers->submit([this, cpu = work.cpu, wait_then_finish](const std::stop_token& token) {
    burn_cpu(cpu, token);
    loop.post(wait_then_finish);
  });
}

void NodeRunner::Impl::work_finished(world::WorkTicket ticket) {
  if (!halted) {
    outbox.finished(ticket);
    release();
  }
}

void NodeRunner::Impl::carry_out(world::Call& call, world::WorkTicket) {
  ++calls;
  const auto service = options.services.find(call.service);
  if (service == options.services.end() || calls > kMaximumCalls) {
    std::string error = calls > kMaximumCalls
                            ? "too many calls are in progress"
                            : "no service named \"" + call.service + "\" is registered";
    loop.post([this, answer = world::Returned{call.call, false, {}, std::move(error)}] {
      returned(answer);
    });
    return;
  }
  services->submit(
      [this, &serve = service->second, asked = std::move(call)](const std::stop_token&) {
        world::Returned answer{asked.call, false, {}, {}};
        try {
          world::ServiceAnswer given = serve(options.self, asked.request);
          answer.ok = given.ok;
          answer.result = std::move(given.result);
          answer.error = std::move(given.error);
        } catch (const std::exception& exception) {
          answer.error = "the service failed: " + std::string(exception.what());
        }
        loop.post([this, done = std::move(answer)] { returned(done); });
      });
}

void NodeRunner::Impl::returned(world::Returned answer) {
  --calls;
  step(std::move(answer));
}

void NodeRunner::Impl::carry_out(world::Trace& traced, world::WorkTicket) {
  trace(std::move(traced.record));
}

// ---- The world around it ----

void NodeRunner::Impl::receive(world::Message message) {
  if (halted) {
    return;
  }
  if (held_effects + outbox.work_in_progress() > options.inbox_limit) {
    dropped({message.from, message.to, message.type, world::DropReason::kInboxFull});
    return;
  }
  ++counters.messages_received;
  step(world::Received{std::move(message)});
}

void NodeRunner::Impl::dropped(const world::MessageDropped& drop) {
  ++counters.messages_dropped;
  trace(world::make_trace(drop));
}

void NodeRunner::Impl::link_changed(const LinkEvent& event) {
  const std::string who = event.peer ? "node " + std::to_string(event.peer.value) + "/" +
                                           std::to_string(event.incarnation.value)
                                     : std::string(event.dialed ? "a peer" : "a stranger");
  switch (event.kind) {
    case LinkEvent::Kind::kProven:
      log.info("link with " + who + (event.dialed ? ", dialed" : ", accepted"));
      break;
    case LinkEvent::Kind::kClosed:
      log.info("link with " + who + " closed: " + event.reason);
      break;
    case LinkEvent::Kind::kRefused:
      // Whoever can connect could otherwise fill the log.
      if (std::has_single_bit(++counters.handshakes_refused)) {
        log.warn("no link with " + who + ": " + event.reason + " (" +
                 std::to_string(counters.handshakes_refused) + " so far)");
      }
      break;
  }
  if (options.on_link) {
    options.on_link(event);
  }
}

void NodeRunner::Impl::trace(world::TraceRecord record) {
  const world::TraceEntry entry{now(), options.self, incarnation, std::move(record)};
  if (trace_file) {
    trace_file->receive(entry);
    if (trace_file->failure() && !halted) {
      halt(world::HaltReason::kDiskFailed, *trace_file->failure());
    }
  }
  if (options.sink != nullptr) {
    options.sink->receive(entry);
  }
}

void NodeRunner::Impl::halt(world::HaltReason reason, core::Error error) {
  halted = true;
  log.warn("halts: " + error.message);
  failure = std::move(error);
  trace(world::make_trace(world::NodeHalted{reason}));
  loop.stop();
}

// ---- The public face ----

NodeRunner::NodeRunner(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NodeRunner::~NodeRunner() = default;

core::Result<std::unique_ptr<NodeRunner>> NodeRunner::create(Options options, const GroupKey& key,
                                                             OpenedStore store,
                                                             const world::Program& program) {
  try {
    TRY_VOID(validate(options, store, program));
    auto impl = std::make_unique<Impl>(std::move(options), key, std::move(store), program());
    TRY_VOID(impl->prepare());
    return std::unique_ptr<NodeRunner>(new NodeRunner(std::move(impl)));
  } catch (const std::exception& exception) {
    return core::fail(core::Code::kIo, "cannot set up a node: " + std::string(exception.what()));
  }
}

core::Result<void> NodeRunner::run() {
  try {
    return impl_->run();
  } catch (const std::exception& exception) {
    return core::fail(core::Code::kIo, "the node ended: " + std::string(exception.what()));
  }
}

std::uint16_t NodeRunner::port() const {
  return impl_->port;
}

void NodeRunner::stop() {
  impl_->loop.stop();
}

void NodeRunner::set_peer(world::NodeId peer, Address address, world::Incarnation least) {
  impl_->loop.post([impl = impl_.get(), peer, to = std::move(address), least]() mutable {
    impl->network->set_peer(peer, std::move(to), least);
  });
}

void NodeRunner::begin_fault(world::FaultIndex fault, std::vector<world::NodeId> targets) {
  impl_->loop.post(
      [impl = impl_.get(), fault, who = std::move(targets)] { impl->faults->begin(fault, who); });
}

void NodeRunner::end_fault(world::FaultIndex fault) {
  impl_->loop.post([impl = impl_.get(), fault] { impl->faults->end(fault); });
}

const Counters& NodeRunner::counters() const {
  return impl_->counters;
}

}  // namespace world_real
