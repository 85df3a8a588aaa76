#include "frame_log.h"

#include <fcntl.h>
#include <sys/random.h>

#include <limits>
#include <optional>
#include <string>

#include "core/codec.h"

namespace world_real {
namespace {

constexpr std::size_t kFileHeaderBytes = 16;
constexpr std::size_t kFrameHeaderBytes = 16;

struct FrameHeader {
  std::uint32_t sequence = 0;
  std::uint32_t size = 0;
  std::uint32_t payload_checksum = 0;
  MUSTER_FIELDS(FrameHeader, sequence, size, payload_checksum)
};

core::Bytes encode_checked(core::Bytes bytes, std::uint32_t salt) {
  const std::uint32_t checksum = core::crc32c(bytes, salt);
  core::ByteSink(bytes).integer(checksum, 4);
  return bytes;
}

// The bytes in front of the checksum, if it is right.
std::optional<core::BytesView> decode_checked(core::BytesView bytes, std::size_t size,
                                              std::uint32_t salt) {
  if (bytes.size() < size) {
    return std::nullopt;
  }
  const core::BytesView covered = bytes.first(size - 4);
  core::Reader reader(bytes.subspan(size - 4, 4));
  if (reader.integer(4) != core::crc32c(covered, salt)) {
    return std::nullopt;
  }
  return covered;
}

std::optional<FrameHeader> decode_frame_header(core::BytesView bytes, std::uint32_t salt) {
  const auto covered = decode_checked(bytes, kFrameHeaderBytes, salt);
  if (!covered) {
    return std::nullopt;
  }
  auto header = core::decode<FrameHeader>(*covered);
  if (!header) {
    return std::nullopt;
  }
  return *header;
}

std::unexpected<core::Error> corrupt(const std::filesystem::path& path, std::size_t offset,
                                     std::string_view what) {
  return core::fail(core::Code::kCorrupt, path.string() + " is damaged at byte " +
                                              std::to_string(offset) + ": " + std::string(what) +
                                              "; restore it or remove the node's data and let it " +
                                              "join again as a new member");
}

// Whether a later frame begins somewhere in `bytes`: then what is in front of it was once
// acknowledged.
bool has_frame_after(core::BytesView bytes, std::uint32_t salt, std::uint32_t sequence) {
  for (std::size_t offset = 1; offset + kFrameHeaderBytes <= bytes.size(); ++offset) {
    const auto header = decode_frame_header(bytes.subspan(offset), salt);
    if (header && header->sequence > sequence) {
      return true;
    }
  }
  return false;
}

core::Result<std::uint32_t> read_salt(core::BytesView file, std::string_view kind,
                                      const std::filesystem::path& path) {
  const auto covered = decode_checked(file, kFileHeaderBytes, 0);
  if (!covered) {
    return corrupt(path, 0, "its header is incomplete or has a wrong checksum");
  }
  if (core::to_text(covered->first(kind.size())) != kind) {
    return corrupt(path, 0, "it is not a file of kind " + std::string(kind));
  }
  core::Reader reader(covered->subspan(kind.size()));
  return static_cast<std::uint32_t>(reader.integer(4));
}

}  // namespace

core::Result<FrameContents> read_frames(core::BytesView file, std::string_view kind,
                                        const std::filesystem::path& path) {
  FrameContents contents;
  contents.salt = TRY(read_salt(file, kind, path));
  contents.size = kFileHeaderBytes;
  while (contents.size < file.size()) {
    const core::BytesView rest = file.subspan(contents.size);
    const auto sequence = static_cast<std::uint32_t>(contents.payloads.size() + 1);
    const auto header = decode_frame_header(rest, contents.salt);
    if (!header) {
      if (has_frame_after(rest, contents.salt, sequence)) {
        return corrupt(path, contents.size, "a frame's header has a wrong checksum");
      }
      break;
    }
    if (header->sequence != sequence) {
      return corrupt(path, contents.size,
                     "frame " + std::to_string(header->sequence) + " stands where frame " +
                         std::to_string(sequence) + " should");
    }
    const std::size_t frame_size = kFrameHeaderBytes + header->size;
    if (rest.size() < frame_size) {
      break;
    }
    const core::BytesView payload = rest.subspan(kFrameHeaderBytes, header->size);
    if (core::crc32c(payload) != header->payload_checksum) {
      if (rest.size() > frame_size) {
        return corrupt(path, contents.size, "a frame's payload has a wrong checksum");
      }
      break;
    }
    contents.payloads.emplace_back(payload.begin(), payload.end());
    contents.size += frame_size;
  }
  return contents;
}

core::Result<FrameContents> read_frame_file(const std::filesystem::path& path,
                                            std::string_view kind) {
  File file = TRY(File::open(path, O_RDONLY));
  const core::Bytes bytes = TRY(file.read_all());
  return read_frames(bytes, kind, path);
}

core::Result<FrameLog> FrameLog::create(const std::filesystem::path& path, std::string_view kind) {
  File file = TRY(File::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND));
  std::uint32_t salt = 0;
  if (::getrandom(&salt, sizeof(salt), 0) != static_cast<ssize_t>(sizeof(salt))) {
    return std::unexpected(system_error("draw a random salt for", path));
  }
  core::Bytes header = core::to_bytes(kind);
  core::ByteSink(header).integer(salt, 4);
  TRY_VOID(file.write_all(encode_checked(std::move(header), 0)));
  return FrameLog(std::move(file), salt, 0);
}

core::Result<FrameLog::Opened> FrameLog::open(const std::filesystem::path& path,
                                              std::string_view kind) {
  File file = TRY(File::open(path, O_RDWR | O_APPEND));
  const core::Bytes bytes = TRY(file.read_all());
  FrameContents contents = TRY(read_frames(bytes, kind, path));
  if (contents.size < bytes.size()) {
    TRY_VOID(file.truncate(contents.size));
    TRY_VOID(file.sync());
  }
  const auto last = static_cast<std::uint32_t>(contents.payloads.size());
  return Opened{FrameLog(std::move(file), contents.salt, last), std::move(contents.payloads)};
}

core::Result<void> FrameLog::append(core::BytesView payload) {
  if (broken_) {
    return core::fail(core::Code::kIo, "an earlier write failed: open the file again");
  }
  if (payload.size() > std::numeric_limits<std::uint32_t>::max() ||
      last_sequence_ == std::numeric_limits<std::uint32_t>::max()) {
    return core::fail(core::Code::kExhausted, "a frame is too large or the file has too many");
  }
  const FrameHeader header{last_sequence_ + 1, static_cast<std::uint32_t>(payload.size()),
                           core::crc32c(payload)};
  core::Bytes frame = encode_checked(core::encode(header), salt_);
  frame.insert(frame.end(), payload.begin(), payload.end());
  auto written = file_.write_all(frame);
  if (!written) {
    broken_ = true;
    return written;
  }
  ++last_sequence_;
  return {};
}

core::Result<FrameLog> replace_frame_file(const std::filesystem::path& path, std::string_view kind,
                                          const std::vector<core::Bytes>& payloads) {
  std::filesystem::path fresh = path;
  fresh += ".new";
  FrameLog log = TRY(FrameLog::create(fresh, kind));
  for (const core::Bytes& payload : payloads) {
    TRY_VOID(log.append(payload));
  }
  TRY_VOID(log.sync());
  std::error_code error;
  std::filesystem::rename(fresh, path, error);
  if (error) {
    return core::fail(core::Code::kIo, "cannot rename " + fresh.string() + " to " +
                                           path.filename().string() + ": " + error.message());
  }
  TRY_VOID(sync_directory(path.parent_path()));
  return log;
}

}  // namespace world_real
