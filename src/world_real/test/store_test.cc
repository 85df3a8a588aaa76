#include "world_real/store.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"
#include "frame_log.h"
#include "world_real/trace_file.h"

namespace world_real {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace filesystem = std::filesystem;

std::string contents_of(const filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void overwrite(const filesystem::path& path, const std::string& contents) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << contents;
}

std::vector<std::string> texts(const std::vector<core::Bytes>& records) {
  std::vector<std::string> result;
  for (const core::Bytes& record : records) {
    result.emplace_back(core::to_text(record));
  }
  return result;
}

class StoreTest : public ::testing::Test {
 protected:
  // What a boot of the node finds.
  std::vector<std::string> recovered() { return texts(open_file_store(node_).value().recovered); }
  core::Error refusal() {
    auto opened = open_file_store(node_);
    EXPECT_FALSE(opened.has_value());
    return opened ? core::Error{} : opened.error();
  }
  void write(const std::vector<std::string>& records) {
    auto opened = open_file_store(node_).value();
    for (const std::string& record : records) {
      ASSERT_TRUE(opened.store->append(core::to_bytes(record)));
    }
  }

  TemporaryDirectory directory_;
  filesystem::path node_ = directory_.path() / "runs" / "node-1";
  filesystem::path journal_ = node_ / "journal";
};

TEST_F(StoreTest, RecordsComeBackInTheOrderInWhichTheyWerePersisted) {
  write({"first", "", "third"});
  EXPECT_THAT(recovered(), ElementsAre("first", "", "third"));
  write({"fourth"});
  EXPECT_THAT(recovered(), ElementsAre("first", "", "third", "fourth"));
}

TEST_F(StoreTest, ASnapshotReplacesAllBeforeItAndIsFollowedByLaterRecords) {
  {
    auto opened = open_file_store(node_).value();
    ASSERT_TRUE(opened.store->append(core::to_bytes("old")));
    ASSERT_TRUE(opened.store->replace_all(core::to_bytes("snapshot")));
    ASSERT_TRUE(opened.store->append(core::to_bytes("new")));
  }
  EXPECT_THAT(recovered(), ElementsAre("snapshot", "new"));
  EXPECT_FALSE(filesystem::exists(node_ / "journal.new"));
}

TEST_F(StoreTest, ASnapshotThatWasInterruptedLeavesTheOldRecords) {
  write({"kept"});
  overwrite(node_ / "journal.new", contents_of(journal_).substr(0, 20));
  EXPECT_THAT(recovered(), ElementsAre("kept"));
}

TEST_F(StoreTest, ATornTailIsDroppedWhereverItIsTorn) {
  write({"first"});
  const std::size_t whole = contents_of(journal_).size();
  write({"the last record"});
  const std::string full = contents_of(journal_);
  for (std::size_t size = whole; size < full.size(); ++size) {
    overwrite(journal_, full.substr(0, size));
    ASSERT_THAT(recovered(), ElementsAre("first")) << "cut at byte " << size;
    ASSERT_EQ(contents_of(journal_).size(), whole);
  }
  write({"after the cut"});
  EXPECT_THAT(recovered(), ElementsAre("first", "after the cut"));
}

TEST_F(StoreTest, ATailWhoseBlocksWereNotAllWrittenIsDropped) {
  write({"first"});
  const std::size_t whole = contents_of(journal_).size();
  write({"the last record"});
  std::string zeros = contents_of(journal_);
  std::fill(zeros.begin() + static_cast<std::ptrdiff_t>(whole), zeros.end(), '\0');
  overwrite(journal_, zeros);
  EXPECT_THAT(recovered(), ElementsAre("first"));
}

TEST_F(StoreTest, DamageBeforeTheLastRecordIsRefusedWhereverItIs) {
  write({"first"});
  const std::size_t whole = contents_of(journal_).size();
  write({"second"});
  const std::string good = contents_of(journal_);
  for (std::size_t place = 0; place < whole; ++place) {
    std::string damaged = good;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x10);
    overwrite(journal_, damaged);
    const core::Error error = refusal();
    ASSERT_EQ(error.code, core::Code::kCorrupt) << "damaged at byte " << place;
    ASSERT_THAT(error.message, HasSubstr("damaged at byte"));
    ASSERT_EQ(contents_of(journal_), damaged) << "a refused journal is left as it is";
  }
}

TEST_F(StoreTest, ARecordThatLooksLikeAJournalIsOnlyARecord) {
  write({"inner"});
  const std::string inner = contents_of(journal_);
  filesystem::remove_all(node_);
  write({"first"});
  const std::size_t whole = contents_of(journal_).size();
  write({inner + inner});
  EXPECT_THAT(recovered(), ElementsAre("first", inner + inner));
  overwrite(journal_, contents_of(journal_).substr(0, whole + 3) + inner + inner);
  EXPECT_THAT(recovered(), ElementsAre("first"));
}

TEST_F(StoreTest, EveryBootHasAHigherIncarnation) {
  EXPECT_EQ(open_file_store(node_).value().incarnation, world::Incarnation(1));
  EXPECT_EQ(open_file_store(node_).value().incarnation, world::Incarnation(2));
  EXPECT_EQ(open_file_store(node_, world::Incarnation(7)).value().incarnation,
            world::Incarnation(7));
  EXPECT_EQ(open_file_store(node_).value().incarnation, world::Incarnation(8));
}

TEST_F(StoreTest, AStaleIssuedIncarnationIsRefused) {
  ASSERT_TRUE(open_file_store(node_, world::Incarnation(3)));
  const auto again = open_file_store(node_, world::Incarnation(3));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, core::Code::kInvalid);
  EXPECT_THAT(again.error().message, HasSubstr("stale"));
}

TEST_F(StoreTest, OnlyOneProcessMayHaveAStoreOpen) {
  const auto first = open_file_store(node_);
  ASSERT_TRUE(first);
  EXPECT_EQ(refusal().code, core::Code::kUnavailable);
}

TEST_F(StoreTest, AJournalThatVanishedIsNotTakenForAnEmptyOne) {
  write({"acknowledged"});
  filesystem::remove(journal_);
  EXPECT_EQ(refusal().code, core::Code::kCorrupt);
}

TEST_F(StoreTest, ACountOfBootsThatVanishedIsNotStartedAgain) {
  write({"acknowledged"});
  filesystem::remove(node_ / "incarnation");
  EXPECT_EQ(refusal().code, core::Code::kCorrupt);
}

TEST_F(StoreTest, ARecordBeyondTheLimitIsRefusedAndTheStoreGoesOn) {
  auto opened = open_file_store(node_).value();
  const auto refused = opened.store->append(core::Bytes(kMaximumRecordBytes + 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, core::Code::kExhausted);
  EXPECT_TRUE(opened.store->append(core::to_bytes("small")));
}

TEST_F(StoreTest, AFileOfAnotherKindIsRefused) {
  write({"record"});
  overwrite(journal_, contents_of(node_ / "incarnation"));
  EXPECT_THAT(refusal().message, HasSubstr("not a file of kind"));
}

TEST(TraceFileTest, EntriesComeBackAndALaterBootGoesOnBehindThem) {
  const TemporaryDirectory directory;
  const filesystem::path path = directory.path() / "trace";
  const auto entry = [](std::int64_t time) {
    return world::TraceEntry{core::at(core::Duration(time)), world::NodeId(1),
                             world::Incarnation(1), world::make_trace(world::NodeBooted{})};
  };
  for (const std::int64_t time : {5, 6}) {
    auto file = TraceFile::open(path).value();
    file->receive(entry(time));
    EXPECT_FALSE(file->failure());
  }
  EXPECT_THAT(read_trace_file(path).value(), ElementsAre(entry(5), entry(6)));
  filesystem::resize_file(path, filesystem::file_size(path) - 1);
  EXPECT_THAT(read_trace_file(path).value(), ElementsAre(entry(5)));
  EXPECT_EQ(read_trace_file(directory.path() / "none").error().code, core::Code::kNotFound);
}

}  // namespace
}  // namespace world_real
