// Who is at the other end of a link: the four frames that come before any message.
//
//   dialer   -> acceptor  hello    magic, version, from, incarnation, to, nonce
//   acceptor -> dialer    answer   magic, version, from, incarnation, nonce, proof
//   dialer   -> acceptor  proof
//   acceptor -> dialer    verdict  one byte
//
// A proof is HMAC-SHA256 (RFC 2104) with the group key over the end's role, the hello, and the
// answer without its proof: it covers both identities and both fresh nonces, so it can neither be
// replayed nor turned round. Proofs are compared in constant time. Pure: bytes in, bytes out; the
// socket and the deadline are network.cc's.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/bytes.h"
#include "core/codec.h"
#include "core/result.h"
#include "world/node.h"
#include "world_real/group_key.h"

namespace world_real {

using Nonce = std::array<core::Byte, 32>;
using Proof = std::array<core::Byte, 32>;

// From the operating system's entropy; a machine without entropy cannot run (a failed check).
[[nodiscard]] Nonce fresh_nonce();

struct Identity {
  world::NodeId node;
  world::Incarnation incarnation;
  MUSTER_FIELDS(Identity, node, incarnation)
};

struct Hello {
  std::uint32_t magic = 0;
  std::uint16_t version = 0;
  Identity from;
  world::NodeId to;
  Nonce nonce{};
  MUSTER_FIELDS(Hello, magic, version, from, to, nonce)
};
struct Answer {
  std::uint32_t magic = 0;
  std::uint16_t version = 0;
  Identity from;
  Nonce nonce{};
  Proof proof{};
  MUSTER_FIELDS(Answer, magic, version, from, nonce, proof)
};
enum class HandshakeVerdict : std::uint8_t { kAccepted, kStale, kNotMe, kTooMany };
constexpr HandshakeVerdict last_value(HandshakeVerdict) {
  return HandshakeVerdict::kTooMany;
}
// Ends a sentence about the dialer: "node 3 incarnation 1" + " is stale".
[[nodiscard]] std::string_view reason_of(HandshakeVerdict verdict);

inline constexpr std::size_t kHelloBytes = 50;
inline constexpr std::size_t kAnswerBytes = 78;
inline constexpr std::size_t kProofBytes = 32;
inline constexpr std::size_t kVerdictBytes = 1;

class DialerHandshake {
 public:
  DialerHandshake(const GroupKey& key, Identity self, world::NodeId addressee, Nonce nonce);

  [[nodiscard]] core::Bytes hello() const;
  // Who answered, if the proof holds and it is the addressee.
  [[nodiscard]] core::Result<Identity> read_answer(core::BytesView bytes);
  // REQUIRES: the answer was read.
  [[nodiscard]] core::Bytes proof() const;
  [[nodiscard]] static core::Result<void> read_verdict(core::BytesView bytes);

 private:
  GroupKey key_;
  Hello hello_;
  Answer answer_;
};

class AcceptorHandshake {
 public:
  AcceptorHandshake(const GroupKey& key, Identity self, Nonce nonce);

  // The answer to send, if the hello is one of this protocol.
  [[nodiscard]] core::Result<core::Bytes> read_hello(core::BytesView bytes);
  // The dialer, if its proof holds. REQUIRES: the hello was read.
  [[nodiscard]] core::Result<Identity> read_proof(core::BytesView bytes) const;
  // Whether the dialer meant this node. REQUIRES: the hello was read.
  [[nodiscard]] bool addressed_to_self() const { return hello_.to == self_.node; }

 private:
  GroupKey key_;
  Identity self_;
  Hello hello_;
  Answer answer_;
};

}  // namespace world_real
