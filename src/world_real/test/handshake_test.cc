#include "handshake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace world_real {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Identity kDialer{world::NodeId(1), world::Incarnation(4)};
const Identity kAcceptor{world::NodeId(2), world::Incarnation(9)};

// Both ends up to the proof.
struct Meeting {
  explicit Meeting(char dialer_key = 'a', char acceptor_key = 'a',
                   world::NodeId dialed = kAcceptor.node)
      : dialer(key_of(dialer_key), kDialer, dialed, fresh_nonce()),
        acceptor(key_of(acceptor_key), kAcceptor, fresh_nonce()),
        answer(acceptor.read_hello(dialer.hello()).value()) {}

  DialerHandshake dialer;
  AcceptorHandshake acceptor;
  core::Bytes answer;
};

TEST(Handshake, BothEndsLearnWhoTheOtherIs) {
  Meeting meeting;
  EXPECT_EQ(meeting.dialer.read_answer(meeting.answer).value(), kAcceptor);
  EXPECT_EQ(meeting.acceptor.read_proof(meeting.dialer.proof()).value(), kDialer);
  EXPECT_TRUE(meeting.acceptor.addressed_to_self());
}

TEST(Handshake, ADifferentKeyIsRefusedByBothEnds) {
  Meeting meeting('a', 'b');
  const auto answered = meeting.dialer.read_answer(meeting.answer);
  ASSERT_FALSE(answered);
  EXPECT_THAT(answered.error().message, HasSubstr("does not hold the group key"));
  EXPECT_FALSE(meeting.acceptor.read_proof(meeting.dialer.proof()));
}

TEST(Handshake, AnotherNodeAtTheDialedAddressIsNamed) {
  Meeting meeting('a', 'a', world::NodeId(3));
  const auto answered = meeting.dialer.read_answer(meeting.answer);
  ASSERT_FALSE(answered);
  EXPECT_THAT(answered.error().message, HasSubstr("node 2 listens at the address of node 3"));
  EXPECT_FALSE(meeting.acceptor.addressed_to_self());
}

TEST(Handshake, AProofOfOneMeetingIsWorthlessInAnother) {
  Meeting first;
  ASSERT_TRUE(first.dialer.read_answer(first.answer));
  Meeting second;
  EXPECT_FALSE(second.acceptor.read_proof(first.dialer.proof()));
  EXPECT_FALSE(second.dialer.read_answer(first.answer));
}

TEST(Handshake, TheAcceptorsProofDoesNotProveADialer) {
  Meeting meeting;
  const auto answer = core::decode<Answer>(meeting.answer).value();
  EXPECT_FALSE(meeting.acceptor.read_proof(core::encode(answer.proof)));
}

TEST(Handshake, EveryDamagedByteOfHelloAndAnswerIsNoticed) {
  for (std::size_t place = 0; place < kHelloBytes; ++place) {
    DialerHandshake dialer(key_of('a'), kDialer, kAcceptor.node, fresh_nonce());
    AcceptorHandshake acceptor(key_of('a'), kAcceptor, fresh_nonce());
    core::Bytes hello = dialer.hello();
    hello[place] ^= 1U;
    const auto answer = acceptor.read_hello(hello);
    EXPECT_FALSE(answer && dialer.read_answer(*answer)) << "byte " << place;
  }
  for (std::size_t place = 0; place < kAnswerBytes; ++place) {
    Meeting meeting;
    meeting.answer[place] ^= 1U;
    EXPECT_FALSE(meeting.dialer.read_answer(meeting.answer)) << "byte " << place;
  }
}

TEST(Handshake, ANodeDoesNotTalkToItself) {
  AcceptorHandshake acceptor(key_of('a'), kDialer, fresh_nonce());
  const DialerHandshake dialer(key_of('a'), kDialer, kDialer.node, fresh_nonce());
  EXPECT_FALSE(acceptor.read_hello(dialer.hello()));
}

TEST(Handshake, AnyVerdictButAcceptedIsAnError) {
  const auto read = [](HandshakeVerdict verdict) {
    return DialerHandshake::read_verdict(core::encode(verdict));
  };
  EXPECT_TRUE(read(HandshakeVerdict::kAccepted));
  EXPECT_THAT(read(HandshakeVerdict::kStale).error().message, HasSubstr("later incarnation"));
  EXPECT_FALSE(read(HandshakeVerdict::kNotMe));
  EXPECT_FALSE(read(HandshakeVerdict::kTooMany));
  EXPECT_FALSE(DialerHandshake::read_verdict(core::Bytes{77}));
}

TEST(GroupKeyTest, IsSixtyFourHexadecimalDigits) {
  const std::string text = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
  EXPECT_EQ(GroupKey::from_hex(text).value().bytes()[31], 0xFF);
  EXPECT_EQ(GroupKey::from_hex(text).value().to_hex().substr(0, 8), "00112233");
  EXPECT_FALSE(GroupKey::from_hex(text.substr(1)));
  std::string wrong = text;
  wrong[5] = 'x';
  const auto refused = GroupKey::from_hex(wrong);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, Not(HasSubstr("33445566"))) << "a key is never printed";
}

TEST(GroupKeyTest, FreshKeysDiffer) {
  EXPECT_NE(GroupKey::generate().value().to_hex(), GroupKey::generate().value().to_hex());
}

TEST(GroupKeyTest, IsTakenOutOfTheEnvironment) {
  const std::string text(64, 'c');
  ASSERT_EQ(::setenv(kGroupKeyVariable, text.c_str(), 1), 0);
  const char* memory = std::getenv(kGroupKeyVariable);
  EXPECT_EQ(GroupKey::take_from_environment().value().to_hex(), text);
  EXPECT_EQ(std::getenv(kGroupKeyVariable), nullptr);
  EXPECT_EQ(memory[0], '\0') << "its memory is wiped";
  EXPECT_EQ(GroupKey::take_from_environment().error().code, core::Code::kNotFound);
}

}  // namespace
}  // namespace world_real
