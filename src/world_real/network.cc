#include "network.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "link.h"

namespace world_real {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using world::DropReason;
using world::NodeId;

namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10U;
constexpr std::size_t kBatchMessages = 256;
constexpr std::size_t kBatchBytes = std::size_t{256} << 10U;
constexpr core::Duration kAcceptPause = core::milliseconds(100);

struct Peer {
  Address address;           // without a host: it must dial
  world::Incarnation least;  // the highest that was proven or required
  LinkPointer dialed;
  LinkPointer accepted;
  bool dialing = false;
  core::Duration backoff{};
  core::Duration dial_after{};  // a reading of CLOCK_MONOTONIC
  std::deque<Network::Outgoing> queue;
  std::size_t queued_bytes = 0;
};

}  // namespace

// Kept alive by the operations that are under way, so that they find it when they are cancelled.
class Network::Impl : public std::enable_shared_from_this<Network::Impl> {
 public:
  Impl(EventLoop& loop, const GroupKey& key, Identity self, LinkLimits limits, Handlers handlers)
      : context_(loop.context()),
        key_(key),
        self_(self),
        limits_(limits),
        handlers_(std::move(handlers)),
        acceptor_(context_),
        pause_(context_) {}

  core::Result<std::uint16_t> listen(const Address& address);
  void accept();
  void set_peer(NodeId id, Address address, world::Incarnation least);
  void send(Outgoing outgoing);
  void close();

 private:
  Async<void> accept_loop();
  Async<void> serve(LinkPointer link);
  Async<void> dial(NodeId id, LinkPointer link);
  Async<void> read_messages(LinkPointer link);

  [[nodiscard]] HandshakeVerdict judge(const Identity& dialer, bool addressed_to_self) const;
  bool establish(const LinkPointer& link, const Identity& peer);
  core::Result<std::size_t> deliver(const LinkPointer& link, core::BytesView bytes);
  void dial_failed(Peer& peer);
  void pump(NodeId id, Peer& peer);
  void write_batch(NodeId id, const LinkPointer& link, Peer& peer);
  void drop_queue(Peer& peer, DropReason reason);
  void close_link(const LinkPointer& link, std::string reason);
  void refuse(const LinkPointer& link, std::string reason);
  void drop(const Outgoing& outgoing, DropReason reason);

  asio::io_context& context_;
  const GroupKey key_;
  const Identity self_;
  const LinkLimits limits_;
  Handlers handlers_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::map<NodeId, Peer> peers_;
  std::map<Link*, LinkPointer> links_;  // every open one, proven or not
  std::size_t pending_ = 0;             // accepted and not yet proven
  bool closed_ = false;
};

core::Result<std::uint16_t> Network::Impl::listen(const Address& address) {
  error_code error;
  tcp::resolver resolver(context_);
  const auto found =
      resolver.resolve(address.host, std::to_string(address.port), tcp::resolver::passive, error);
  const std::string where = address.host + ":" + std::to_string(address.port);
  if (error || found.empty()) {
    return core::fail(core::Code::kInvalid,
                      "cannot resolve the listen address " + where + ": " + error.message());
  }
  const tcp::endpoint endpoint = *found.begin();
  acceptor_.open(endpoint.protocol(), error);
  if (!error) {
    acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  }
  if (!error) {
    acceptor_.bind(endpoint, error);
  }
  if (!error) {
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    return core::fail(core::Code::kIo, "cannot listen on " + where + ": " + error.message());
  }
  const tcp::endpoint bound = acceptor_.local_endpoint(error);
  if (error) {
    return core::fail(core::Code::kIo, "cannot listen on " + where + ": " + error.message());
  }
  return bound.port();
}

void Network::Impl::accept() {
  asio::co_spawn(
      context_, [self = shared_from_this()] { return self->accept_loop(); }, asio::detached);
}

auto Network::Impl::accept_loop() -> Async<void> {
  const auto keep = shared_from_this();
  while (!closed_) {
    error_code error;
    tcp::socket socket =
        co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (closed_) {
      co_return;
    }
    if (error) {
      // Out of descriptors or memory: the connection stays in the kernel's queue meanwhile.
      pause_.expires_after(kAcceptPause);
      co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    const auto link = std::make_shared<Link>(std::move(socket), false);
    if (pending_ >= limits_.pending_handshakes) {
      refuse(link, "too many unproven connections at once");
      continue;
    }
    links_.emplace(link.get(), link);
    asio::co_spawn(
        context_, [keep, link] { return keep->serve(link); }, asio::detached);
  }
}

auto Network::Impl::serve(LinkPointer link) -> Async<void> {
  const auto keep = shared_from_this();
  ++pending_;
  Deadline deadline(context_, link, limits_.handshake_deadline);
  const Judge judgement = [this](const Identity& dialer, bool addressed_to_self) {
    return judge(dialer, addressed_to_self);
  };
  const auto peer = co_await prove_as_acceptor(*link, key_, self_, judgement);
  deadline.disarm();
  --pending_;
  if (closed_) {
    co_return;
  }
  if (!peer) {
    refuse(link, peer.error().message);
  } else if (establish(link, *peer)) {
    co_await read_messages(link);
  }
}

auto Network::Impl::dial(NodeId id, LinkPointer link) -> Async<void> {
  const auto keep = shared_from_this();
  Deadline deadline(context_, link, limits_.handshake_deadline);
  const Address address = peers_[id].address;
  const auto proven = co_await prove_as_dialer(*link, key_, self_, id, address);
  deadline.disarm();
  if (closed_) {
    co_return;
  }
  Peer& peer = peers_[id];
  peer.dialing = false;
  if (!proven) {
    dial_failed(peer);
    refuse(link, proven.error().message);
    pump(id, peer);  // over a link that was accepted meanwhile
  } else if (establish(link, *proven)) {
    co_await read_messages(link);
  }
}

HandshakeVerdict Network::Impl::judge(const Identity& dialer, bool addressed_to_self) const {
  if (!addressed_to_self) {
    return HandshakeVerdict::kNotMe;
  }
  const auto known = peers_.find(dialer.node);
  if (known == peers_.end()) {
    return peers_.size() < limits_.peers ? HandshakeVerdict::kAccepted : HandshakeVerdict::kTooMany;
  }
  return dialer.incarnation < known->second.least ? HandshakeVerdict::kStale
                                                  : HandshakeVerdict::kAccepted;
}

bool Network::Impl::establish(const LinkPointer& link, const Identity& identity) {
  Peer& peer = peers_[identity.node];
  if (link->closed || identity.incarnation < peer.least) {
    refuse(link, "the other end's incarnation " + std::to_string(identity.incarnation.value) +
                     " is stale: a later one is known");
    return false;
  }
  link->peer = identity;
  peer.least = identity.incarnation;
  peer.backoff = {};
  peer.dial_after = {};
  LinkPointer& slot = link->dialed ? peer.dialed : peer.accepted;
  LinkPointer& other = link->dialed ? peer.accepted : peer.dialed;
  const LinkPointer replaced = std::exchange(slot, link);
  if (replaced) {
    close_link(replaced, "the other end made a new link");
  }
  if (other && other->peer.incarnation < identity.incarnation) {
    close_link(LinkPointer(other), "a later incarnation of the other end came");
  }
  handlers_.on_link(
      {LinkEvent::Kind::kProven, link->dialed, identity.node, identity.incarnation, {}});
  if (!closed_) {
    pump(identity.node, peers_[identity.node]);
  }
  return true;
}

auto Network::Impl::read_messages(LinkPointer link) -> Async<void> {
  core::Bytes buffer(kReadBytes);
  std::size_t filled = 0;
  while (!link->closed) {
    error_code error;
    const std::size_t got = co_await link->socket.async_read_some(
        asio::buffer(buffer.data() + filled, buffer.size() - filled),
        asio::redirect_error(asio::use_awaitable, error));
    if (closed_ || link->closed) {
      co_return;
    }
    if (error) {
      close_link(link, error == asio::error::eof ? "the other end closed the link"
                                                 : failure("the link broke", error).message);
      co_return;
    }
    filled += got;
    const core::Result<std::size_t> used = deliver(link, core::BytesView(buffer).first(filled));
    if (closed_ || link->closed) {
      co_return;
    }
    if (!used) {
      close_link(link, used.error().message);
      co_return;
    }
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(*used),
              buffer.begin() + static_cast<std::ptrdiff_t>(filled), buffer.begin());
    filled -= *used;
    if (filled == buffer.size()) {
      buffer.resize(world::kHeaderBytes + world::kMaximumBodyBytes);
    } else if (filled == 0 && buffer.size() > kReadBytes) {
      buffer = core::Bytes(kReadBytes);
    }
  }
}

// How many bytes were whole messages.
core::Result<std::size_t> Network::Impl::deliver(const LinkPointer& link, core::BytesView bytes) {
  std::size_t used = 0;
  while (!link->closed && bytes.size() - used >= world::kHeaderBytes) {
    const core::BytesView rest = bytes.subspan(used);
    const std::size_t size = TRY(world::wire_size_of(rest));
    if (rest.size() < size) {
      break;
    }
    used += size;
    auto message = world::decode_wire(rest.first(size));
    if (!message) {
      // Its size was plausible, so the next message begins behind it; TCP delivers what was sent.
      handlers_.on_drop({link->peer.node, self_.node, 0, DropReason::kCorrupt});
      continue;
    }
    if (message->from != link->peer.node || message->incarnation != link->peer.incarnation) {
      return core::fail(core::Code::kInvalid, "a message claims to come from node " +
                                                  std::to_string(message->from.value) +
                                                  ", which this link has not proven");
    }
    if (message->to != self_.node) {
      return core::fail(core::Code::kInvalid,
                        "a message is addressed to node " + std::to_string(message->to.value));
    }
    handlers_.on_message(std::move(*message));
  }
  return used;
}

void Network::Impl::set_peer(NodeId id, Address address, world::Incarnation least) {
  Peer& peer = peers_[id];
  if (peer.address != address) {
    peer.address = std::move(address);
    peer.backoff = {};
    peer.dial_after = {};
  }
  peer.least = std::max(peer.least, least);
  for (const LinkPointer& link : {peer.dialed, peer.accepted}) {
    if (link && link->peer.incarnation < peer.least) {
      close_link(link, "a later incarnation of the other end was announced");
    }
  }
}

void Network::Impl::send(Outgoing outgoing) {
  const auto found = peers_.find(outgoing.to);
  if (found == peers_.end()) {
    return drop(outgoing, DropReason::kNoLink);
  }
  Peer& peer = found->second;
  if (peer.queue.size() >= limits_.queued_messages ||
      peer.queued_bytes + outgoing.wire.size() > limits_.queued_bytes) {
    return drop(outgoing, DropReason::kInboxFull);
  }
  peer.queued_bytes += outgoing.wire.size();
  peer.queue.push_back(std::move(outgoing));
  pump(found->first, peer);
}

// Sends what waits for the peer, dials for it, or drops it.
void Network::Impl::pump(NodeId id, Peer& peer) {
  if (peer.queue.empty()) {
    return;
  }
  if (const LinkPointer& link = peer.dialed ? peer.dialed : peer.accepted) {
    if (link->in_flight.empty()) {
      write_batch(id, LinkPointer(link), peer);
    }
    return;
  }
  if (peer.dialing) {
    return;
  }
  if (peer.address.host.empty()) {
    return drop_queue(peer, DropReason::kNoLink);
  }
  if (monotonic_reading() < peer.dial_after) {
    return drop_queue(peer, DropReason::kNodeDown);
  }
  peer.dialing = true;
  const auto link = std::make_shared<Link>(tcp::socket(context_), true);
  links_.emplace(link.get(), link);
  asio::co_spawn(
      context_, [self = shared_from_this(), id, link] { return self->dial(id, link); },
      asio::detached);
}

void Network::Impl::write_batch(NodeId id, const LinkPointer& link, Peer& peer) {
  std::size_t bytes = 0;
  std::vector<asio::const_buffer> buffers;
  while (!peer.queue.empty() && buffers.size() < kBatchMessages && bytes < kBatchBytes) {
    Outgoing& first = link->in_flight.emplace_back(std::move(peer.queue.front()));
    peer.queue.pop_front();
    bytes += first.wire.size();
    buffers.emplace_back(asio::buffer(first.wire));
  }
  peer.queued_bytes -= bytes;
  asio::async_write(link->socket, buffers,
                    [self = shared_from_this(), id, link](const error_code& error, std::size_t) {
                      const std::size_t count = std::exchange(link->in_flight, {}).size();
                      if (self->closed_) {
                        return;
                      }
                      if (error) {
                        self->close_link(link, failure("the link broke", error).message);
                      } else {
                        self->handlers_.on_sent(count);
                      }
                      self->pump(id, self->peers_[id]);
                    });
}

void Network::Impl::dial_failed(Peer& peer) {
  peer.backoff = std::clamp(2 * peer.backoff, limits_.least_backoff, limits_.greatest_backoff);
  peer.dial_after = monotonic_reading() + peer.backoff;
}

void Network::Impl::drop_queue(Peer& peer, DropReason reason) {
  peer.queued_bytes = 0;
  for (const Outgoing& outgoing : std::exchange(peer.queue, {})) {
    drop(outgoing, reason);
  }
}

void Network::Impl::drop(const Outgoing& outgoing, DropReason reason) {
  handlers_.on_drop({self_.node, outgoing.to, outgoing.type, reason});
}

void Network::Impl::close_link(const LinkPointer& link, std::string reason) {
  if (link->closed) {
    return;
  }
  link->closed = true;
  shut(*link);
  links_.erase(link.get());
  Peer& peer = peers_[link->peer.node];
  for (LinkPointer* slot : {&peer.dialed, &peer.accepted}) {
    if (*slot == link) {
      slot->reset();
    }
  }
  const Identity& who = link->peer;
  handlers_.on_link(
      {LinkEvent::Kind::kClosed, link->dialed, who.node, who.incarnation, std::move(reason)});
}

void Network::Impl::refuse(const LinkPointer& link, std::string reason) {
  link->closed = true;
  shut(*link);
  links_.erase(link.get());
  handlers_.on_link({LinkEvent::Kind::kRefused, link->dialed, {}, {}, std::move(reason)});
}

void Network::Impl::close() {
  closed_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  for (auto& [raw, link] : links_) {
    link->closed = true;
    shut(*link);
  }
  links_.clear();
  peers_.clear();
}

Network::Network(EventLoop& loop, const GroupKey& key, Identity self, LinkLimits limits,
                 Handlers handlers)
    : impl_(std::make_shared<Impl>(loop, key, self, limits, std::move(handlers))) {}

Network::~Network() {
  impl_->close();
}

core::Result<std::uint16_t> Network::listen(const Address& address) {
  return impl_->listen(address);
}
void Network::accept() {
  impl_->accept();
}
void Network::set_peer(NodeId peer, Address address, world::Incarnation least) {
  impl_->set_peer(peer, std::move(address), least);
}
void Network::send(Outgoing outgoing) {
  impl_->send(std::move(outgoing));
}

}  // namespace world_real
