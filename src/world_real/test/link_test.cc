// Links between nodes: who is let in, what passes, what is dropped.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"
#include "handshake.h"

namespace world_real {
namespace {

using ::testing::HasSubstr;
using Kind = LinkEvent::Kind;

const world::NodeId kOne(1);
const world::NodeId kTwo(2);

void idle(const world::Event&, world::Context&, world::Effects&) {}

// Sends a line to `to` every millisecond, so that it gets through as soon as that is possible.
ScriptedMachine::Script repeat(world::NodeId to, std::string text) {
  return [to, text](const world::Event& event, world::Context&, world::Effects& effects) {
    if (!std::holds_alternative<world::Received>(event)) {
      effects.send(to, Line{text});
      effects.set_timer(world::TimerId(1), core::milliseconds(1));
    }
  };
}

// Notes the lines that arrive, with sender and incarnation: "1/1 hello".
ScriptedMachine::Script note(Seen<std::string>& seen) {
  return [&seen](const world::Event& event, world::Context&, world::Effects&) {
    if (const auto* received = std::get_if<world::Received>(&event)) {
      const world::Message& message = received->message;
      seen.add(std::to_string(message.from.value) + "/" +
               std::to_string(message.incarnation.value) + " " +
               world::payload<Line>(message).value().text);
    }
  };
}

bool wait_for_text(Seen<std::string>& seen, const std::string& text) {
  return seen.wait_for([&](const std::string& line) { return line == text; });
}

Options with_peer(world::NodeId peer, Address address) {
  Options options;
  options.peers[peer] = std::move(address);
  return options;
}

// A stranger's socket.
class Stranger {
 public:
  explicit Stranger(const TestNode& node) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{kPatience.count(), 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(node.address().port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    core::check(
        ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0,
        "a node on loopback can be connected to");
  }
  ~Stranger() { ::close(descriptor_); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  void send(core::BytesView bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return;  // the node has closed the link; hung_up() will say so
      }
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
  }
  core::Bytes read(std::size_t size) {
    core::Bytes bytes(size);
    const ssize_t got = ::recv(descriptor_, bytes.data(), size, MSG_WAITALL);
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return bytes;
  }
  // Whether the node ends the connection, within patience.
  bool hung_up() {
    core::Byte byte = 0;
    ssize_t got = 1;
    while (got > 0) {
      got = ::recv(descriptor_, &byte, 1, 0);
    }
    return got == 0 || errno == ECONNRESET;
  }
  // Goes through the handshake as `self`; the verdict, if it came to that.
  std::optional<HandshakeVerdict> prove(const Identity& self, world::NodeId to = kOne,
                                        char key = 'a') {
    DialerHandshake handshake(key_of(key), self, to, fresh_nonce());
    send(handshake.hello());
    const auto answered = handshake.read_answer(read(kAnswerBytes));
    if (!answered && key == 'a' && to == kOne) {
      return std::nullopt;
    }
    send(handshake.proof());
    const auto verdict = core::decode<HandshakeVerdict>(read(kVerdictBytes));
    return verdict ? std::optional(*verdict) : std::nullopt;
  }

 private:
  int descriptor_;
};

Identity identity(world::NodeId node, std::uint32_t incarnation) {
  return {node, world::Incarnation(incarnation)};
}

world::Message line_from(const Identity& from, const std::string& text) {
  world::Message message = world::make_message(kOne, Line{text});
  message.from = from.node;
  message.incarnation = from.incarnation;
  return message;
}

TEST(LinkTest, TwoNodesTalkOverALinkThatOneOfThemDialed) {
  Seen<std::string> at_one;
  Seen<std::string> at_two;
  TestNode two(2, [&](const world::Event& event, world::Context& context, world::Effects& effects) {
    note(at_two)(event, context, effects);
    if (const auto* received = std::get_if<world::Received>(&event)) {
      effects.send(received->message.from, Line{"and to you"});
    }
  });
  TestNode one(
      1,
      [&](const world::Event& event, world::Context& context, world::Effects& effects) {
        note(at_one)(event, context, effects);
        if (std::holds_alternative<world::Start>(event)) {
          effects.send(kTwo, Line{"good morning"});
        }
      },
      memory_store(), with_peer(kTwo, two.address()));
  two.start();
  one.start();
  ASSERT_TRUE(wait_for_text(at_two, "1/1 good morning"));
  ASSERT_TRUE(wait_for_text(at_one, "2/1 and to you")) << "two knows no address of one";
  EXPECT_TRUE(one.stop());
  EXPECT_TRUE(two.stop());
  EXPECT_EQ(one.runner->counters().messages_sent, 1U);
  EXPECT_EQ(one.runner->counters().messages_received, 1U);
}

TEST(LinkTest, MessagesOfOneLinkArriveInTheirOrder) {
  constexpr int kCount = 2000;
  Seen<std::string> seen;
  TestNode two(2, note(seen));
  TestNode one(
      1,
      [](const world::Event& event, world::Context&, world::Effects& effects) {
        for (int i = 0; std::holds_alternative<world::Start>(event) && i < kCount; ++i) {
          effects.send(
              kTwo, Line{std::string(static_cast<std::size_t>(i % 90), ' ') + std::to_string(i)});
        }
      },
      memory_store(), with_peer(kTwo, two.address()));
  two.start();
  one.start();
  ASSERT_TRUE(seen.wait_for_size(kCount));
  const auto all = seen.all();
  for (int i = 0; i < kCount; ++i) {
    const std::string& line = all[static_cast<std::size_t>(i)];
    ASSERT_EQ(std::stoi(line.substr(3)), i);
  }
}

TEST(LinkTest, ABodyOfOneMebibytePasses) {
  Seen<std::size_t> sizes;
  TestNode two(2, [&](const world::Event& event, world::Context&, world::Effects&) {
    if (const auto* received = std::get_if<world::Received>(&event)) {
      sizes.add(received->message.body.size());
    }
  });
  TestNode one(
      1,
      [](const world::Event& event, world::Context&, world::Effects& effects) {
        if (std::holds_alternative<world::Start>(event)) {
          world::Message message;
          message.to = kTwo;
          message.type = Line::kType;
          message.body = core::Bytes(world::kMaximumBodyBytes, 7);
          effects.send(message);
          message.body.resize(3);
          effects.send(message);
        }
      },
      memory_store(), with_peer(kTwo, two.address()));
  two.start();
  one.start();
  ASSERT_TRUE(sizes.wait_for_size(2));
  EXPECT_THAT(sizes.all(), ::testing::ElementsAre(world::kMaximumBodyBytes, 3U));
}

TEST(LinkTest, AMessageThatClaimsMoreThanOneMebibyteEndsTheLink) {
  TestNode node(1, idle);
  node.start();
  Stranger member(node);
  const Identity self = identity(kTwo, 1);
  ASSERT_EQ(member.prove(self), HandshakeVerdict::kAccepted);
  core::Bytes wire = world::encode_wire(line_from(self, "small"));
  const std::uint32_t size = world::kMaximumBodyBytes + 1;
  for (unsigned i = 0; i < 4; ++i) {
    wire[32 + i] = static_cast<core::Byte>(size >> (8 * i));
  }
  member.send(wire);
  EXPECT_TRUE(node.wait_for_link(Kind::kClosed, "more than 1 MiB"));
  EXPECT_TRUE(member.hung_up());
}

TEST(LinkTest, ADamagedMessageIsDroppedAndTheNextOneArrives) {
  Seen<std::string> seen;
  TestNode node(1, note(seen));
  node.start();
  Stranger member(node);
  const Identity self = identity(kTwo, 3);
  ASSERT_EQ(member.prove(self), HandshakeVerdict::kAccepted);
  core::Bytes wire = world::encode_wire(line_from(self, "damaged"));
  wire[45] ^= 4U;
  member.send(wire);
  member.send(world::encode_wire(line_from(self, "intact")));
  EXPECT_TRUE(node.wait_for_drop(world::DropReason::kCorrupt));
  EXPECT_TRUE(wait_for_text(seen, "2/3 intact"));
}

TEST(LinkTest, AMemberCannotSpeakForAnotherOrForItsOwnPast) {
  Seen<std::string> seen;
  TestNode node(1, note(seen));
  node.start();
  for (const Identity& claimed : {identity(world::NodeId(3), 2), identity(kTwo, 1)}) {
    Stranger member(node);
    ASSERT_EQ(member.prove(identity(kTwo, 2)), HandshakeVerdict::kAccepted);
    member.send(world::encode_wire(line_from(claimed, "forged")));
    EXPECT_TRUE(member.hung_up());
  }
  EXPECT_TRUE(node.wait_for_link(Kind::kClosed, "which this link has not proven"));
  EXPECT_TRUE(node.stop());
  EXPECT_TRUE(seen.all().empty());
}

TEST(LinkTest, AWrongKeyIsRefused) {
  TestNode node(1, idle);
  node.start();
  Stranger stranger(node);
  EXPECT_EQ(stranger.prove(identity(kTwo, 1), kOne, 'b'), std::nullopt);
  EXPECT_TRUE(stranger.hung_up());
  EXPECT_TRUE(node.wait_for_link(Kind::kRefused, "does not hold the group key"));
}

TEST(LinkTest, ANodeWithAnotherKeyIsRefusedByTheNodeThatDialsIt) {
  TestNode two(2, idle, memory_store(), {}, 'b');
  TestNode one(1, repeat(kTwo, "hello"), memory_store(), with_peer(kTwo, two.address()));
  two.start();
  one.start();
  EXPECT_TRUE(one.wait_for_link(Kind::kRefused, "does not hold the group key"));
  EXPECT_TRUE(one.wait_for_drop(world::DropReason::kNodeDown));
}

TEST(LinkTest, AnotherNodeAtTheAddressIsRefused) {
  TestNode three(3, idle);
  TestNode one(1, repeat(kTwo, "hello"), memory_store(), with_peer(kTwo, three.address()));
  three.start();
  one.start();
  EXPECT_TRUE(one.wait_for_link(Kind::kRefused, "node 3 listens at the address of node 2"));
  Stranger member(three);
  EXPECT_EQ(member.prove(identity(kTwo, 1), kOne), std::nullopt) << "it finds node 3 at once";
}

TEST(LinkTest, ADialerThatMeansAnotherNodeIsToldSo) {
  TestNode node(1, idle);
  node.start();
  Stranger member(node);
  EXPECT_EQ(member.prove(identity(kTwo, 1), world::NodeId(9)), HandshakeVerdict::kNotMe);
  EXPECT_TRUE(member.hung_up());
}

TEST(LinkTest, AStaleIncarnationIsRefusedAndALaterOneReplacesTheEarlier) {
  TestNode node(1, idle);
  node.start();
  Stranger earlier(node);
  ASSERT_EQ(earlier.prove(identity(kTwo, 4)), HandshakeVerdict::kAccepted);
  Stranger later(node);
  ASSERT_EQ(later.prove(identity(kTwo, 5)), HandshakeVerdict::kAccepted);
  EXPECT_TRUE(earlier.hung_up());
  Stranger ghost(node);
  EXPECT_EQ(ghost.prove(identity(kTwo, 4)), HandshakeVerdict::kStale);
  EXPECT_TRUE(ghost.hung_up());
  EXPECT_TRUE(node.wait_for_link(Kind::kRefused, "is stale"));
}

TEST(LinkTest, AnAnnouncedIncarnationShutsOutEarlierOnes) {
  TestNode node(1, idle);
  node.start();
  Stranger earlier(node);
  ASSERT_EQ(earlier.prove(identity(kTwo, 4)), HandshakeVerdict::kAccepted);
  node.runner->set_peer(kTwo, {}, world::Incarnation(6));
  EXPECT_TRUE(earlier.hung_up());
  Stranger again(node);
  EXPECT_EQ(again.prove(identity(kTwo, 5)), HandshakeVerdict::kStale);
}

TEST(LinkTest, GarbageIsRefused) {
  TestNode node(1, idle);
  node.start();
  Stranger stranger(node);
  stranger.send(core::to_bytes("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nX: y\r\n\r\n"));
  EXPECT_TRUE(stranger.hung_up());
  EXPECT_TRUE(node.wait_for_link(Kind::kRefused, "does not speak Muster's protocol"));
}

TEST(LinkTest, AConnectionThatSaysNothingIsClosedAtTheDeadline) {
  Options options;
  options.limits.handshake_deadline = core::milliseconds(20);
  TestNode node(1, idle, memory_store(), options);
  node.start();
  Stranger stranger(node);
  stranger.send(core::Bytes(kHelloBytes - 1, 0));
  EXPECT_TRUE(stranger.hung_up());
  EXPECT_TRUE(node.wait_for_link(Kind::kRefused, "did not complete the handshake in time"));
}

TEST(LinkTest, UnprovenConnectionsAreLimited) {
  Options options;
  options.limits.pending_handshakes = 2;
  TestNode node(1, idle, memory_store(), options);
  node.start();
  std::vector<std::unique_ptr<Stranger>> silent;
  for (int i = 0; i < 3; ++i) {
    silent.push_back(std::make_unique<Stranger>(node));
  }
  EXPECT_TRUE(node.wait_for_link(Kind::kRefused, "too many unproven connections"));
  silent.clear();
  ASSERT_TRUE(node.links.wait_for([](const LinkEvent&) { return true; }, 3));
  Stranger member(node);
  EXPECT_EQ(member.prove(identity(kTwo, 1)), HandshakeVerdict::kAccepted);
}

TEST(LinkTest, ARestartedPeerIsReachedAgain) {
  Seen<std::string> seen;
  auto two = std::make_unique<TestNode>(2, note(seen));
  TestNode one(1, repeat(kTwo, "still here"), memory_store(), with_peer(kTwo, two->address()));
  two->start();
  one.start();
  ASSERT_TRUE(wait_for_text(seen, "1/1 still here"));
  two.reset();
  EXPECT_TRUE(one.wait_for_link(Kind::kClosed));
  EXPECT_TRUE(one.wait_for_drop(world::DropReason::kNodeDown));

  Seen<std::string> after;
  two = std::make_unique<TestNode>(2, note(after), memory_store(2));
  two->start();
  // Another port: a test that runs beside this one may have got the old one meanwhile.
  one.runner->set_peer(kTwo, two->address());
  ASSERT_TRUE(wait_for_text(after, "1/1 still here"));
  EXPECT_TRUE(one.links.wait_for([](const LinkEvent& event) {
    return event.kind == Kind::kProven && event.incarnation == world::Incarnation(2);
  }));
  two.reset();
}

TEST(LinkTest, APeerWithoutAnAddressCannotBeReachedUntilItHasOne) {
  Seen<std::string> seen;
  TestNode two(2, note(seen));
  TestNode one(1, repeat(kTwo, "hello"));
  two.start();
  one.start();
  EXPECT_TRUE(one.wait_for_drop(world::DropReason::kNoLink));
  one.runner->set_peer(kTwo, {"localhost", two.address().port});
  EXPECT_TRUE(wait_for_text(seen, "1/1 hello"));
}

TEST(LinkTest, WhenAQueueIsFullTheNewestMessageIsDropped) {
  Options options;
  options.limits.queued_messages = 3;
  Seen<std::string> seen;
  TestNode two(2, note(seen));
  options.peers[kTwo] = two.address();
  TestNode one(
      1,
      [](const world::Event& event, world::Context&, world::Effects& effects) {
        for (int i = 0; std::holds_alternative<world::Start>(event) && i < 5; ++i) {
          effects.send(kTwo, Line{std::to_string(i)});
        }
      },
      memory_store(), options);
  two.start();
  one.start();
  ASSERT_TRUE(seen.wait_for_size(3));
  EXPECT_TRUE(one.wait_for_drop(world::DropReason::kInboxFull));
  EXPECT_TRUE(one.stop());
  EXPECT_TRUE(two.stop());
  EXPECT_THAT(seen.all(), ::testing::ElementsAre("1/1 0", "1/1 1", "1/1 2"));
  EXPECT_EQ(one.runner->counters().messages_dropped, 2U);
}

TEST(LinkTest, ANodeThatCannotKeepUpDropsWhatArrives) {
  Options options;
  options.inbox_limit = 5;
  TestNode node(
      1,
      [](const world::Event& event, world::Context&, world::Effects& effects) {
        if (std::holds_alternative<world::Received>(event)) {
          effects.work(core::hours(1), core::Duration{});
        }
      },
      memory_store(), options);
  node.start();
  Stranger member(node);
  const Identity self = identity(kTwo, 1);
  ASSERT_EQ(member.prove(self), HandshakeVerdict::kAccepted);
  for (int i = 0; i < 8; ++i) {
    member.send(world::encode_wire(line_from(self, "task")));
  }
  EXPECT_TRUE(node.wait_for_drop(world::DropReason::kInboxFull));
  EXPECT_TRUE(node.stop());
  EXPECT_EQ(node.runner->counters().messages_received, 6U);
}

// ---- Link faults ----

world::Fault link_fault(world::FaultKind kind) {
  world::Fault fault;
  fault.kind = kind;
  fault.target.nodes = {kOne};
  fault.probability = decltype(fault.probability)::always();
  return fault;
}

// The FaultEnded record of the only fault, once it acted at least so often.
bool wait_for_end(TestNode& node, std::uint64_t acted) {
  return node.trace.wait_for([acted](const world::TraceEntry& entry) {
    const auto ended = world::as<world::FaultEnded>(entry);
    return ended && ended->acted >= acted;
  });
}

TEST(LinkFaultTest, APartitionStopsMessagesUntilItEnds) {
  Seen<std::string> seen;
  TestNode two(2, note(seen));
  Options options = with_peer(kTwo, two.address());
  options.faults = {link_fault(world::FaultKind::kPartition)};
  TestNode one(1, repeat(kTwo, "hello"), memory_store(), options);
  two.start();
  one.start();
  EXPECT_TRUE(one.wait_for_drop(world::DropReason::kFault));
  EXPECT_TRUE(seen.all().empty());
  one.runner->end_fault(0);
  EXPECT_TRUE(wait_for_end(one, 1));
  EXPECT_TRUE(wait_for_text(seen, "1/1 hello"));
}

TEST(LinkFaultTest, AFaultWithADurationEndsByItself) {
  Seen<std::string> seen;
  TestNode two(2, note(seen));
  Options options = with_peer(kTwo, two.address());
  options.faults = {link_fault(world::FaultKind::kLoss)};
  options.faults[0].duration = core::milliseconds(5);
  TestNode one(1, repeat(kTwo, "hello"), memory_store(), options);
  two.start();
  one.start();
  EXPECT_TRUE(wait_for_end(one, 0));
  EXPECT_TRUE(wait_for_text(seen, "1/1 hello"));
}

TEST(LinkFaultTest, ACloggedLinkDeliversEverythingInOrderAtTheEnd) {
  Seen<std::string> seen;
  TestNode two(2, note(seen));
  Options options = with_peer(kTwo, two.address());
  options.faults = {link_fault(world::FaultKind::kClog)};
  options.faults[0].target = {};  // begun by hand
  Seen<int> sent;
  TestNode one(
      1,
      [&](const world::Event& event, world::Context&, world::Effects& effects) {
        if (std::holds_alternative<world::TimerFired>(event) && sent.all().size() < 5) {
          sent.add(1);
          effects.send(kTwo, Line{std::to_string(sent.all().size())});
        }
        effects.set_timer(world::TimerId(1), core::milliseconds(1));
      },
      memory_store(), options);
  one.runner->begin_fault(0, {kOne});
  two.start();
  one.start();
  ASSERT_TRUE(sent.wait_for_size(5));
  EXPECT_TRUE(seen.all().empty());
  one.runner->end_fault(0);
  ASSERT_TRUE(seen.wait_for_size(5));
  EXPECT_TRUE(wait_for_end(one, 5));
  EXPECT_EQ(seen.all(), (std::vector<std::string>{"1/1 1", "1/1 2", "1/1 3", "1/1 4", "1/1 5"}));
}

TEST(LinkFaultTest, ADuplicatedMessageArrivesTwice) {
  Seen<std::string> seen;
  TestNode two(2, note(seen));
  Options options = with_peer(kTwo, two.address());
  options.faults = {link_fault(world::FaultKind::kDuplicate)};
  int lines = 0;
  const auto count = [&lines](const world::Event&, world::Context&, world::Effects& effects) {
    effects.send(kTwo, Line{std::to_string(++lines)});
    effects.set_timer(world::TimerId(1), core::milliseconds(1));
  };
  TestNode one(1, count, memory_store(), options);
  two.start();
  one.start();
  ASSERT_TRUE(seen.wait_for_size(4));
  EXPECT_TRUE(one.stop());
  EXPECT_TRUE(two.stop());
  EXPECT_TRUE(wait_for_end(one, 1)) << "a fault that is active when the node ends is traced";
  const auto all = seen.all();
  EXPECT_EQ(all[0], all[1]);
  EXPECT_EQ(all[2], all[3]);
  EXPECT_NE(all[1], all[2]);
}

TEST(LinkFaultTest, AFlippedBitIsRefusedByTheReceiver) {
  TestNode two(2, idle);
  Options options = with_peer(kTwo, two.address());
  options.faults = {link_fault(world::FaultKind::kCorrupt)};
  TestNode one(1, repeat(kTwo, "hello"), memory_store(), options);
  two.start();
  one.start();
  EXPECT_TRUE(two.wait_for_drop(world::DropReason::kCorrupt));
  EXPECT_TRUE(one.stop());
  EXPECT_TRUE(two.stop());
  EXPECT_EQ(two.runner->counters().messages_received, 0U);
  EXPECT_TRUE(wait_for_end(one, 1));
}

TEST(LinkFaultTest, DelayedMessagesKeepTheirOrder) {
  Seen<std::string> seen;
  TestNode two(2, note(seen));
  Options options = with_peer(kTwo, two.address());
  options.faults = {link_fault(world::FaultKind::kDelay)};
  options.faults[0].delay = core::milliseconds(4);
  options.faults[0].jitter = core::milliseconds(3);
  TestNode one(
      1,
      [count = 0](const world::Event&, world::Context&, world::Effects& effects) mutable {
        if (count < 20) {
          effects.send(kTwo, Line{std::to_string(100 + count++)});
          effects.set_timer(world::TimerId(1), core::microseconds(300));
        }
      },
      memory_store(), options);
  two.start();
  one.start();
  ASSERT_TRUE(seen.wait_for_size(20));
  const auto all = seen.all();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
}

}  // namespace
}  // namespace world_real
