// One connection to another node, from the socket to the proven identity. With network.cc,
// event_loop.cc and http_server.cc the only code that sees Asio; include it there only.
#pragma once

#include "event_loop.h"

#include <utility>  // before awaitable.hpp, which needs std::exchange and does not say so

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "handshake.h"
#include "network.h"

namespace world_real {

template <class T>
using Async = boost::asio::awaitable<T>;

struct Link {
  Link(boost::asio::ip::tcp::socket connection, bool by_this_node)
      : socket(std::move(connection)), dialed(by_this_node) {}

  boost::asio::ip::tcp::socket socket;
  const bool dialed;
  Identity peer;  // proven, or none
  bool closed = false;
  bool late = false;                                         // the handshake's deadline passed
  std::vector<Network::Outgoing> in_flight;                  // being written
  std::unique_ptr<boost::asio::ip::tcp::resolver> resolver;  // while the peer's name is looked up
};
using LinkPointer = std::shared_ptr<Link>;

[[nodiscard]] core::Error failure(std::string_view what, const boost::system::error_code& error);

// Ends whatever the link is waiting for.
void shut(Link& link);

// Calls a link off that has no proven peer after `patience`, unless it is destroyed or disarmed
// first.
class Deadline {
 public:
  Deadline(boost::asio::io_context& context, const LinkPointer& link, core::Duration patience);
  ~Deadline() { disarm(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  void disarm();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

using Judge = std::function<HandshakeVerdict(const Identity& dialer, bool addressed_to_self)>;

// What they are given must outlive them. The dialer's and the acceptor's part of the handshake; who
// is at the other end, or why the link is refused.
[[nodiscard]] Async<core::Result<Identity>> prove_as_acceptor(Link& link, const GroupKey& key,
                                                              Identity self, const Judge& judge);
[[nodiscard]] Async<core::Result<Identity>> prove_as_dialer(Link& link, const GroupKey& key,
                                                            Identity self, world::NodeId addressee,
                                                            const Address& address);

}  // namespace world_real
