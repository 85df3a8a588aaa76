#include "link.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <iterator>
#include <string>

namespace world_real {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// A link whose other end acknowledges nothing for so long is dead.
constexpr int kUnacknowledgedMilliseconds = 10'000;
constexpr int kIdleSeconds = 5;

// Failures only cost quality, so they are not looked at.
void tune(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  const int idle = kIdleSeconds;
  const int unacknowledged = kUnacknowledgedMilliseconds;
  const int descriptor = socket.native_handle();
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged, sizeof(unacknowledged));
}

Async<core::Result<core::Bytes>> read_exactly(Link& link, std::size_t size) {
  core::Bytes bytes(size);
  error_code error;
  co_await asio::async_read(link.socket, asio::buffer(bytes),
                            asio::redirect_error(asio::use_awaitable, error));
  if (link.late) {
    co_return core::fail(core::Code::kUnavailable,
                         "the other end did not complete the handshake in time");
  }
  if (error) {
    co_return std::unexpected(failure("the other end left during the handshake", error));
  }
  co_return bytes;
}

Async<core::Result<void>> write_all(Link& link, core::Bytes bytes) {
  error_code error;
  co_await asio::async_write(link.socket, asio::buffer(bytes),
                             asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return std::unexpected(failure("the other end left during the handshake", error));
  }
  co_return core::Result<void>{};
}

Async<core::Result<void>> connect(Link& link, const Address& address) {
  error_code error;
  const std::string where = address.host + ":" + std::to_string(address.port);
  const asio::ip::address literal = asio::ip::make_address(address.host, error);
  std::vector<tcp::endpoint> endpoints;
  if (!error) {
    endpoints.emplace_back(literal, address.port);
  } else {
    link.resolver = std::make_unique<tcp::resolver>(link.socket.get_executor());
    const auto found =
        co_await link.resolver->async_resolve(address.host, std::to_string(address.port),
                                              asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      co_return std::unexpected(failure("cannot resolve " + where, error));
    }
    std::ranges::transform(found, std::back_inserter(endpoints),
                           [](const auto& entry) { return entry.endpoint(); });
  }
  co_await asio::async_connect(link.socket, endpoints,
                               asio::redirect_error(asio::use_awaitable, error));
  if (link.late) {
    co_return core::fail(core::Code::kUnavailable, where + " did not answer in time");
  }
  if (error) {
    co_return std::unexpected(failure("cannot connect to " + where, error));
  }
  co_return core::Result<void>{};
}

}  // namespace

core::Error failure(std::string_view what, const error_code& error) {
  return {core::Code::kUnavailable, std::string(what) + ": " + error.message()};
}

void shut(Link& link) {
  error_code ignored;
  link.socket.close(ignored);
  if (link.resolver) {
    link.resolver->cancel();
  }
}

// Lives as long as the timer's wait, which may end after the deadline has gone.
struct Deadline::State {
  State(asio::io_context& context, LinkPointer l) : timer(context), link(std::move(l)) {}
  asio::steady_timer timer;
  LinkPointer link;  // none: disarmed
};

Deadline::Deadline(asio::io_context& context, const LinkPointer& link, core::Duration patience)
    : state_(std::make_shared<State>(context, link)) {
  state_->timer.expires_after(patience);
  state_->timer.async_wait([state = state_](const error_code& error) {
    if (!error && state->link) {
      state->link->late = true;
      shut(*state->link);
    }
  });
}

void Deadline::disarm() {
  state_->link.reset();
  state_->timer.cancel();
}

Async<core::Result<Identity>> prove_as_acceptor(Link& link, const GroupKey& key, Identity self,
                                                const Judge& judge) {
  tune(link.socket);
  AcceptorHandshake handshake(key, self, fresh_nonce());
  const auto hello = co_await read_exactly(link, kHelloBytes);
  if (!hello) {
    co_return std::unexpected(hello.error());
  }
  const auto answer = handshake.read_hello(*hello);
  if (!answer) {
    co_return std::unexpected(answer.error());
  }
  if (const auto sent = co_await write_all(link, *answer); !sent) {
    co_return std::unexpected(sent.error());
  }
  const auto proof = co_await read_exactly(link, kProofBytes);
  if (!proof) {
    co_return std::unexpected(proof.error());
  }
  const auto peer = handshake.read_proof(*proof);
  if (!peer) {
    co_return std::unexpected(peer.error());
  }
  const HandshakeVerdict verdict = judge(*peer, handshake.addressed_to_self());
  if (const auto sent = co_await write_all(link, core::encode(verdict)); !sent) {
    co_return std::unexpected(sent.error());
  }
  if (verdict != HandshakeVerdict::kAccepted) {
    co_return core::fail(core::Code::kInvalid, "node " + std::to_string(peer->node.value) +
                                                   " incarnation " +
                                                   std::to_string(peer->incarnation.value) +
                                                   std::string(reason_of(verdict)));
  }
  co_return *peer;
}

Async<core::Result<Identity>> prove_as_dialer(Link& link, const GroupKey& key, Identity self,
                                              world::NodeId addressee, const Address& address) {
  if (const auto connected = co_await connect(link, address); !connected) {
    co_return std::unexpected(connected.error());
  }
  tune(link.socket);
  DialerHandshake handshake(key, self, addressee, fresh_nonce());
  if (const auto sent = co_await write_all(link, handshake.hello()); !sent) {
    co_return std::unexpected(sent.error());
  }
  const auto answer = co_await read_exactly(link, kAnswerBytes);
  if (!answer) {
    co_return std::unexpected(answer.error());
  }
  const auto peer = handshake.read_answer(*answer);
  if (!peer) {
    co_return std::unexpected(peer.error());
  }
  if (const auto sent = co_await write_all(link, handshake.proof()); !sent) {
    co_return std::unexpected(sent.error());
  }
  const auto verdict = co_await read_exactly(link, kVerdictBytes);
  if (!verdict) {
    co_return std::unexpected(verdict.error());
  }
  if (const auto accepted = DialerHandshake::read_verdict(*verdict); !accepted) {
    co_return std::unexpected(accepted.error());
  }
  co_return *peer;
}

}  // namespace world_real
