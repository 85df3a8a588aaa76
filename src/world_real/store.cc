#include "world_real/store.h"

#include <fcntl.h>

#include <limits>
#include <string>

#include "core/codec.h"
#include "file.h"
#include "frame_log.h"

namespace world_real {
namespace {

namespace filesystem = std::filesystem;

class FileStore final : public Store {
 public:
  FileStore(File lock, filesystem::path journal, FrameLog log)
      : lock_(std::move(lock)), journal_(std::move(journal)), log_(std::move(log)) {}

  core::Result<void> append(core::BytesView record) override {
    TRY_VOID(usable(record));
    broken_ = true;
    TRY_VOID(log_.append(record));
    // After a failed fdatasync the kernel may forget the pages and report success the next time, so
    // a failure is final.
    TRY_VOID(log_.sync());
    broken_ = false;
    return {};
  }

  core::Result<void> replace_all(core::BytesView record) override {
    TRY_VOID(usable(record));
    broken_ = true;
    log_ = TRY(replace_frame_file(journal_, kJournalKind, {{record.begin(), record.end()}}));
    broken_ = false;
    return {};
  }

 private:
  core::Result<void> usable(core::BytesView record) const {
    if (broken_) {
      return core::fail(core::Code::kIo,
                        journal_.string() + " failed before: end the node and start it again");
    }
    if (record.size() > kMaximumRecordBytes) {
      return core::fail(core::Code::kExhausted, "a record of " + std::to_string(record.size()) +
                                                    " bytes is larger than the limit of " +
                                                    std::to_string(kMaximumRecordBytes));
    }
    return {};
  }

  File lock_;  // held, not used
  filesystem::path journal_;
  FrameLog log_;
  bool broken_ = false;
};

core::Result<void> make_directory(const filesystem::path& directory) {
  std::error_code error;
  const bool created = filesystem::create_directories(directory, error);
  if (created && !error) {
    filesystem::permissions(directory, filesystem::perms::owner_all, error);
  }
  if (error) {
    return core::fail(core::Code::kIo,
                      "cannot create " + directory.string() + ": " + error.message());
  }
  return created ? sync_directory(directory.parent_path()) : core::Result<void>{};
}

core::Result<File> lock_directory(const filesystem::path& directory) {
  File lock = TRY(File::open(directory / "lock", O_RDWR | O_CREAT));
  if (!TRY(lock.try_lock())) {
    return core::fail(core::Code::kUnavailable, "another process has the store " +
                                                    directory.string() + " open: a node runs once");
  }
  return lock;
}

// 0 when the node has never booted.
core::Result<world::Incarnation> last_incarnation(const filesystem::path& path) {
  auto contents = read_frame_file(path, kIncarnationKind);
  if (!contents) {
    if (contents.error().code == core::Code::kNotFound) {
      return world::Incarnation{};
    }
    return std::unexpected(contents.error());
  }
  if (contents->payloads.size() != 1) {
    return core::fail(core::Code::kCorrupt, path.string() + " does not hold one number");
  }
  return core::decode<world::Incarnation>(contents->payloads.front());
}

core::Result<FrameLog::Opened> open_journal(const filesystem::path& path, bool booted_before) {
  auto opened = FrameLog::open(path, kJournalKind);
  if (opened) {
    if (!booted_before && !opened->payloads.empty()) {
      return core::fail(core::Code::kCorrupt,
                        path.string() + " has records but the count of boots beside it is missing");
    }
    return opened;
  }
  if (opened.error().code != core::Code::kNotFound) {
    return opened;
  }
  if (booted_before) {
    return core::fail(core::Code::kCorrupt,
                      path.string() + " is missing although the node has booted before: what it " +
                          "acknowledged is lost, so it must join again as a new member");
  }
  return FrameLog::Opened{TRY(replace_frame_file(path, kJournalKind, {})), {}};
}

}  // namespace

core::Result<OpenedStore> open_file_store(const filesystem::path& directory,
                                          std::optional<world::Incarnation> issued) {
  std::error_code error;
  const filesystem::path absolute = filesystem::absolute(directory, error).lexically_normal();
  if (error || directory.empty()) {
    return core::fail(core::Code::kInvalid, "a store needs a directory");
  }
  TRY_VOID(make_directory(absolute));
  File lock = TRY(lock_directory(absolute));
  const filesystem::path count = absolute / "incarnation";
  const world::Incarnation last = TRY(last_incarnation(count));
  if (last.value == std::numeric_limits<std::uint32_t>::max()) {
    return core::fail(core::Code::kExhausted, "the node has booted too often");
  }
  const world::Incarnation incarnation = issued.value_or(world::Incarnation(last.value + 1));
  if (incarnation <= last) {
    return core::fail(core::Code::kInvalid, "incarnation " + std::to_string(incarnation.value) +
                                                " is stale: " + absolute.string() + " has seen " +
                                                std::to_string(last.value));
  }
  // The journal first: a count without a journal then always means that the journal was lost.
  const filesystem::path journal = absolute / "journal";
  FrameLog::Opened opened = TRY(open_journal(journal, static_cast<bool>(last)));
  static_cast<void>(TRY(replace_frame_file(count, kIncarnationKind, {core::encode(incarnation)})));
  return OpenedStore{std::make_unique<FileStore>(std::move(lock), journal, std::move(opened.log)),
                     std::move(opened.payloads), incarnation};
}

}  // namespace world_real
