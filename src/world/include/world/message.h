// What nodes say to each other: a 40-byte header and a body of at most 1 MiB.
//
// On the wire a message with a body of up to 24 bytes is one 64-byte cell, zero-padded; a larger
// body follows its header. Integers are little-endian. The header, in order: from, to, sender
// incarnation (32 bits each), type, flags (16 each), term, idempotency key (64 each), body size,
// CRC-32C of everything else (32 each). The driver fills from and incarnation with what the link
// has proven, so a node cannot speak for another.
#pragma once

#include <cstdint>

#include "core/bytes.h"
#include "core/codec.h"
#include "world/node.h"

namespace world {

inline constexpr std::size_t kHeaderBytes = 40;
inline constexpr std::size_t kInlineBodyBytes = 24;
inline constexpr std::size_t kCellBytes = kHeaderBytes + kInlineBodyBytes;
inline constexpr std::size_t kMaximumBodyBytes = 1U << 20U;

// 0x0100 Raft, 0x0200 swarm, 0x0300 venue, 0x0400 client; below 0x0100 the drivers' own.
using MessageType = std::uint16_t;
inline constexpr MessageType kLargestMessageType = 0x0FFF;

struct Message {
  NodeId from;
  NodeId to;
  Incarnation incarnation;  // of the sender
  MessageType type = 0;
  std::uint16_t flags = 0;
  std::uint64_t term = 0;  // of the sender's group; 0 where terms have no meaning
  std::uint64_t key = 0;   // idempotency key; 0: none
  core::Bytes body;
  MUSTER_FIELDS(Message, from, to, incarnation, type, flags, term, key, body)
};

// A payload type names its message type: `static constexpr world::MessageType kType = 0x0301;`.
template <class T>
concept Payload = core::HasFields<T> && requires {
  { T::kType } -> std::convertible_to<MessageType>;
};

template <Payload T>
[[nodiscard]] Message make_message(NodeId to, const T& payload, std::uint64_t term = 0,
                                   std::uint64_t key = 0) {
  Message message;
  message.to = to;
  message.type = T::kType;
  message.term = term;
  message.key = key;
  message.body = core::encode(payload);
  return message;
}

// The payload, if `message` is of type T and its body decodes.
template <Payload T>
[[nodiscard]] core::Result<T> payload(const Message& message) {
  core::check(message.type == T::kType, "a message is decoded as the type it declares");
  return core::decode<T>(message.body);
}

[[nodiscard]] std::size_t wire_size(const Message& message);
[[nodiscard]] core::Bytes encode_wire(const Message& message);

// Size of the whole message whose first bytes are `prefix`, as soon as kHeaderBytes are there.
// kCorrupt for a body size beyond the limit.
[[nodiscard]] core::Result<std::size_t> wire_size_of(core::BytesView prefix);

// Exactly one message. Refuses a wrong size, checksum, type out of range, missing addressee, and
// padding that is not zero.
[[nodiscard]] core::Result<Message> decode_wire(core::BytesView bytes);

}  // namespace world
