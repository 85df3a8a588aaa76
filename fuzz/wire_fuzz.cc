// Any bytes as a message: refused, or a message that encodes to just these bytes.
#include <algorithm>

#include "core/check.h"
#include "world/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const core::BytesView bytes(data, size);
  const auto message = world::decode_wire(bytes);
  if (message) {
    const core::Bytes again = world::encode_wire(*message);
    core::check(std::ranges::equal(again, bytes), "what is accepted is what would be written");
  }
  return 0;
}
