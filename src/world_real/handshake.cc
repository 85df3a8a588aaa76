#include "handshake.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <string>

#include "core/check.h"

namespace world_real {
namespace {

constexpr std::uint32_t kMagic = 0x5254534DU;  // "MSTR"
constexpr std::uint16_t kVersion = 1;
constexpr std::string_view kDialerRole = "muster link 1 dialer";
constexpr std::string_view kAcceptorRole = "muster link 1 acceptor";

Proof make_proof(const GroupKey& key, std::string_view role, const Hello& hello, Answer answer) {
  answer.proof = {};
  core::Bytes covered = core::to_bytes(role);
  {
    core::ByteSink sink(covered);
    core::write(sink, hello);
    core::write(sink, answer);
  }
  Proof proof{};
  unsigned size = 0;
  const unsigned char* made =
      HMAC(EVP_sha256(), key.bytes().data(), static_cast<int>(key.bytes().size()), covered.data(),
           covered.size(), proof.data(), &size);
  core::check(made != nullptr && size == proof.size(), "HMAC-SHA256 gives 32 bytes");
  return proof;
}

bool equal_in_constant_time(const Proof& a, const Proof& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

core::Result<void> check_protocol(std::uint32_t magic, std::uint16_t version,
                                  const Identity& from) {
  if (magic != kMagic) {
    return core::fail(core::Code::kCorrupt, "the other end does not speak Muster's protocol");
  }
  if (version != kVersion) {
    return core::fail(core::Code::kInvalid, "the other end speaks protocol version " +
                                                std::to_string(version) + ", this node version " +
                                                std::to_string(kVersion));
  }
  if (!from.node || !from.incarnation) {
    return core::fail(core::Code::kInvalid, "the other end names no node or no incarnation");
  }
  return {};
}

}  // namespace

Nonce fresh_nonce() {
  Nonce nonce{};
  core::check(RAND_bytes(nonce.data(), static_cast<int>(nonce.size())) == 1,
              "the operating system gives entropy");
  return nonce;
}

std::string_view reason_of(HandshakeVerdict verdict) {
  constexpr std::string_view kReasons[] = {" is accepted", " is stale: a later one is known",
                                           " dialed another node's address",
                                           " is one peer too many"};
  return kReasons[static_cast<std::size_t>(verdict)];
}

DialerHandshake::DialerHandshake(const GroupKey& key, Identity self, world::NodeId addressee,
                                 Nonce nonce)
    : key_(key), hello_{kMagic, kVersion, self, addressee, nonce} {}

core::Bytes DialerHandshake::hello() const {
  core::Bytes bytes = core::encode(hello_);
  core::check(bytes.size() == kHelloBytes, "a hello has a fixed size");
  return bytes;
}

core::Result<Identity> DialerHandshake::read_answer(core::BytesView bytes) {
  answer_ = TRY(core::decode<Answer>(bytes));
  TRY_VOID(check_protocol(answer_.magic, answer_.version, answer_.from));
  if (!equal_in_constant_time(answer_.proof, make_proof(key_, kAcceptorRole, hello_, answer_))) {
    return core::fail(core::Code::kInvalid, "the other end does not hold the group key");
  }
  if (answer_.from.node != hello_.to) {
    return core::fail(core::Code::kInvalid, "node " + std::to_string(answer_.from.node.value) +
                                                " listens at the address of node " +
                                                std::to_string(hello_.to.value));
  }
  return answer_.from;
}

core::Bytes DialerHandshake::proof() const {
  core::check(static_cast<bool>(answer_.from.node), "the proof follows the answer");
  return core::encode(make_proof(key_, kDialerRole, hello_, answer_));
}

core::Result<void> DialerHandshake::read_verdict(core::BytesView bytes) {
  switch (TRY(core::decode<HandshakeVerdict>(bytes))) {
    case HandshakeVerdict::kAccepted:
      return {};
    case HandshakeVerdict::kStale:
      return core::fail(core::Code::kInvalid,
                        "the other end has seen a later incarnation of this node");
    case HandshakeVerdict::kNotMe:
      return core::fail(core::Code::kInvalid, "the other end is not the node that was dialed");
    case HandshakeVerdict::kTooMany:
      return core::fail(core::Code::kExhausted, "the other end has as many peers as it may");
  }
  return core::fail(core::Code::kCorrupt, "the verdict does not decode");
}

AcceptorHandshake::AcceptorHandshake(const GroupKey& key, Identity self, Nonce nonce)
    : key_(key), self_(self), answer_{kMagic, kVersion, self, nonce, {}} {}

core::Result<core::Bytes> AcceptorHandshake::read_hello(core::BytesView bytes) {
  hello_ = TRY(core::decode<Hello>(bytes));
  TRY_VOID(check_protocol(hello_.magic, hello_.version, hello_.from));
  if (hello_.from.node == self_.node) {
    return core::fail(core::Code::kInvalid, "the other end claims to be this node");
  }
  answer_.proof = make_proof(key_, kAcceptorRole, hello_, answer_);
  core::Bytes answer = core::encode(answer_);
  core::check(answer.size() == kAnswerBytes, "an answer has a fixed size");
  return answer;
}

core::Result<Identity> AcceptorHandshake::read_proof(core::BytesView bytes) const {
  core::check(static_cast<bool>(hello_.from.node), "the proof follows the hello");
  const Proof proof = TRY(core::decode<Proof>(bytes));
  if (!equal_in_constant_time(proof, make_proof(key_, kDialerRole, hello_, answer_))) {
    return core::fail(core::Code::kInvalid, "the other end does not hold the group key");
  }
  return hello_.from;
}

}  // namespace world_real
