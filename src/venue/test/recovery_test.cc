// A crash at any moment: the trace and the store still tell one consistent story.
#include <gmock/gmock.h>

#include "trace_reader.h"
#include "venue_bench.h"

namespace venue {
namespace {

// Two traders order, retry and cancel at random; the disk writes at random; the venue crashes at
// random.
void storm(VenueBench& bench, std::uint64_t seed, std::uint32_t crash_percent) {
  num::Stream stream(seed, 0, num::purpose_of("test.storm"));
  std::uint64_t newest = 1;
  for (int i = 0; i < 400; ++i) {
    const world::NodeId node = stream.below(2) == 0 ? kAnna : kBert;
    newest += stream.below(2);
    const std::uint64_t back = stream.below(4);
    market::OrderRequest order = buy(node, newest > back ? newest - back : 1,
                                     1 + static_cast<std::int64_t>(stream.below(60)),
                                     9'900 + static_cast<std::int64_t>(stream.below(400)), 1,
                                     static_cast<std::uint32_t>(1 + stream.below(2)));
    order.side = stream.below(2) == 0 ? market::Side::kBuy : market::Side::kSell;
    order.authority.leg = static_cast<market::Leg>(stream.below(2));
    if (stream.below(5) == 0) {
      bench.receive(node, market::CancelRequest{order.authority, order.account});
    } else {
      bench.receive(node, order);
    }
    if (stream.below(3) == 0) {
      bench.write();
    }
    if (stream.below(8) == 0) {
      bench.tick();
    }
    if (stream.chance(num::Probability::percent(crash_percent))) {
      bench.crash(stream.below(2) == 0 ? VenueBench::InFlight::kLost : VenueBench::InFlight::kKept);
    }
  }
  bench.settle();
}

TEST(Recovery, TheTraceRecomputesAllAccountsWhateverCrashed) {
  std::size_t fills = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    VenueConfig config = small_venue();
    config.balances_every_ticks = 1;
    config.snapshot_every_commands = 60;
    VenueBench bench(config);
    storm(bench, seed, 10);
    TraceReader reader;
    for (const world::TraceRecord& record : bench.traces()) {
      reader.read(record);
    }
    EXPECT_GT(reader.statements(), 20U);
    EXPECT_GT(reader.orders(), 20U);
    fills += reader.fills();
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
  EXPECT_GT(fills, 1'000U);
}

TEST(Recovery, ARestartGivesTheStateThatWasDurable) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    VenueConfig config = small_venue();
    config.snapshot_every_commands = 60;
    VenueBench bench(config);
    storm(bench, seed, 5);
    const std::uint64_t before = bench.venue().exchange().digest();
    const std::uint64_t journal = bench.venue().journal_records();
    const std::size_t recoveries = bench.traced<market::VenueRecovered>().size();
    bench.crash();
    const auto recovered = bench.traced<market::VenueRecovered>();
    ASSERT_EQ(recovered.size(), recoveries + 1);
    EXPECT_EQ(recovered.back().digest, before);
    EXPECT_EQ(recovered.back().journal, journal);
  }
}

TEST(Recovery, EqualEventsGiveEqualStatesAndTraces) {
  VenueBench one;
  VenueBench other;
  storm(one, 3, 5);
  storm(other, 3, 5);
  EXPECT_EQ(one.venue().digest(), other.venue().digest());
  EXPECT_EQ(one.traces(), other.traces());
}

}  // namespace
}  // namespace venue
