#include "world/message.h"

#include <algorithm>

namespace world {
namespace {

struct Header {
  NodeId from;
  NodeId to;
  Incarnation incarnation;
  MessageType type = 0;
  std::uint16_t flags = 0;
  std::uint64_t term = 0;
  std::uint64_t key = 0;
  std::uint32_t body_size = 0;
  std::uint32_t checksum = 0;
  MUSTER_FIELDS(Header, from, to, incarnation, type, flags, term, key, body_size, checksum)
};

std::uint32_t checksum_of(Header header, core::BytesView rest) {
  header.checksum = 0;
  return core::crc32c(rest, core::crc32c(core::encode(header)));
}

std::size_t size_for_body(std::size_t body_size) {
  return body_size <= kInlineBodyBytes ? kCellBytes : kHeaderBytes + body_size;
}

}  // namespace

std::size_t wire_size(const Message& message) {
  return size_for_body(message.body.size());
}

core::Bytes encode_wire(const Message& message) {
  core::check(message.body.size() <= kMaximumBodyBytes, "a message body is at most 1 MiB");
  Header header{message.from,
                message.to,
                message.incarnation,
                message.type,
                message.flags,
                message.term,
                message.key,
                0,
                0};
  header.body_size = static_cast<std::uint32_t>(message.body.size());
  header.checksum = checksum_of(header, message.body);
  core::Bytes out = core::encode(header);
  core::check(out.size() == kHeaderBytes, "the header is 40 bytes");
  out.insert(out.end(), message.body.begin(), message.body.end());
  out.resize(wire_size(message), 0);
  return out;
}

core::Result<std::size_t> wire_size_of(core::BytesView prefix) {
  core::check(prefix.size() >= kHeaderBytes, "the size stands in a whole header");
  const Header header = TRY(core::decode<Header>(prefix.first(kHeaderBytes)));
  if (header.body_size > kMaximumBodyBytes) {
    return core::fail(core::Code::kCorrupt, "a message claims a body of more than 1 MiB");
  }
  return size_for_body(header.body_size);
}

core::Result<Message> decode_wire(core::BytesView bytes) {
  if (bytes.size() < kCellBytes) {
    return core::fail(core::Code::kCorrupt, "a message is shorter than one cell");
  }
  const Header header = TRY(core::decode<Header>(bytes.first(kHeaderBytes)));
  if (header.body_size > kMaximumBodyBytes || bytes.size() != size_for_body(header.body_size)) {
    return core::fail(core::Code::kCorrupt, "a message's size differs from what its header says");
  }
  const core::BytesView rest = bytes.subspan(kHeaderBytes);
  const core::BytesView body = rest.first(header.body_size);
  const auto is_zero = [](core::Byte byte) { return byte == 0; };
  if (!std::ranges::all_of(rest.subspan(header.body_size), is_zero)) {
    return core::fail(core::Code::kCorrupt, "a message's padding is not zero");
  }
  if (header.checksum != checksum_of(header, body)) {
    return core::fail(core::Code::kCorrupt, "a message's checksum is wrong");
  }
  if (header.type == 0 || header.type > kLargestMessageType || !header.from || !header.to) {
    return core::fail(core::Code::kCorrupt, "a message's type or address is out of range");
  }
  return Message{header.from,  header.to,   header.incarnation, header.type,
                 header.flags, header.term, header.key,         {body.begin(), body.end()}};
}

}  // namespace world
