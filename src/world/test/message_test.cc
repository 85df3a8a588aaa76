#include "world/message.h"

#include <gtest/gtest.h>

#include "world/outbox.h"

namespace world {
namespace {

struct Ping {
  static constexpr MessageType kType = 0x0201;
  std::string text;
  MUSTER_FIELDS(Ping, text)
};

Message sample(std::size_t text_size) {
  Message message = make_message(NodeId(2), Ping{std::string(text_size, 'x')}, 7, 99);
  message.from = NodeId(1);
  message.incarnation = Incarnation(3);
  return message;
}

TEST(Wire, SmallBodiesFillOneCellAndLargeOnesFollow) {
  EXPECT_EQ(encode_wire(sample(20)).size(), kCellBytes);
  EXPECT_EQ(encode_wire(sample(21)).size(), kHeaderBytes + 25);
  for (const std::size_t size : {0U, 20U, 21U, 5000U}) {
    const core::Bytes bytes = encode_wire(sample(size));
    EXPECT_EQ(decode_wire(bytes).value(), sample(size));
    EXPECT_EQ(wire_size_of(bytes).value(), bytes.size());
    EXPECT_EQ(payload<Ping>(decode_wire(bytes).value()).value().text.size(), size);
  }
}

TEST(Wire, EveryFlippedBitIsRefused) {
  const core::Bytes whole = encode_wire(sample(30));
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    core::Bytes flipped = whole;
    flipped[bit / 8] = static_cast<core::Byte>(flipped[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(decode_wire(flipped).has_value()) << bit;
  }
}

TEST(Wire, RefusesPaddingTruncationAndMissingAddresses) {
  core::Bytes padded = encode_wire(sample(1));
  padded.back() = 1;
  EXPECT_FALSE(decode_wire(padded).has_value());
  const core::Bytes whole = encode_wire(sample(100));
  EXPECT_FALSE(decode_wire(core::BytesView(whole).first(whole.size() - 1)).has_value());
  Message nobody = sample(1);
  nobody.to = NodeId();
  EXPECT_FALSE(decode_wire(encode_wire(nobody)).has_value());
}

std::vector<Effect> timers(std::initializer_list<std::uint64_t> ids) {
  std::vector<Effect> effects;
  for (const std::uint64_t id : ids) {
    effects.emplace_back(SetTimer{TimerId(id), core::seconds(1)});
  }
  return effects;
}

std::vector<std::uint64_t> drain(Outbox& outbox) {
  std::vector<std::uint64_t> released;
  while (auto next = outbox.next()) {
    if (const auto* timer = std::get_if<SetTimer>(&next->effect)) {
      released.push_back(timer->timer.value);
    }
  }
  return released;
}

TEST(Outbox, APersistHoldsBackEverythingAfterItAlsoFromLaterSteps) {
  Outbox outbox;
  std::vector<Effect> step = timers({1});
  step.emplace_back(Persist{});
  step.emplace_back(SetTimer{TimerId(2), core::seconds(1)});
  outbox.push(step);
  outbox.push(timers({3}));
  EXPECT_EQ(drain(outbox), (std::vector<std::uint64_t>{1}));
  EXPECT_TRUE(outbox.persisting());
  outbox.durable();
  EXPECT_EQ(drain(outbox), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, WorkHoldsBackItsOwnStepOnly) {
  Outbox outbox;
  std::vector<Effect> step = timers({1});
  step.emplace_back(Work{core::milliseconds(5), {}});
  step.emplace_back(SetTimer{TimerId(2), core::seconds(1)});
  outbox.push(step);
  outbox.push(timers({3}));
  EXPECT_EQ(outbox.next()->ticket, WorkTicket());
  const auto work = outbox.next();
  ASSERT_TRUE(work->ticket);
  EXPECT_EQ(drain(outbox), (std::vector<std::uint64_t>{3}));
  EXPECT_EQ(outbox.work_in_progress(), 1U);
  outbox.finished(work->ticket);
  EXPECT_EQ(drain(outbox), (std::vector<std::uint64_t>{2}));
  EXPECT_TRUE(outbox.empty());
}

}  // namespace
}  // namespace world
