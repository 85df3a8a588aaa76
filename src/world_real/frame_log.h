// A file of checksummed frames: the format of journals and traces.
//
// A file begins with 16 bytes: the kind (8 letters), a random salt and a CRC-32C of both. A frame
// is a header of four 32-bit integers and its payload: sequence from 1, payload size, CRC-32C of
// the payload, CRC-32C of the three seeded with the salt. The header has a checksum of its own so
// that its size can be believed: a damaged size in the middle would otherwise look like a torn tail
// and take every good frame after it along. The salt keeps payloads that contain frames from
// looking like frames.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "file.h"

namespace world_real {

inline constexpr std::string_view kJournalKind = "MSTRJRN1";
inline constexpr std::string_view kIncarnationKind = "MSTRINC1";
inline constexpr std::string_view kTraceKind = "MSTRTRC1";
inline constexpr std::string_view kRecordingKind = "MSTRREC1";

struct FrameContents {
  std::vector<core::Bytes> payloads;
  std::uint32_t salt = 0;
  std::size_t size = 0;  // of the file up to the end of the last whole frame
};

// The frames of a file's bytes. What is behind the last whole frame is dropped if it can be the
// rest of one interrupted append; kCorrupt for any other damage.
[[nodiscard]] core::Result<FrameContents> read_frames(core::BytesView file, std::string_view kind,
                                                      const std::filesystem::path& path);
[[nodiscard]] core::Result<FrameContents> read_frame_file(const std::filesystem::path& path,
                                                          std::string_view kind);

class FrameLog {
 public:
  struct Opened;

  // A new file with no frame; replaces an existing one.
  [[nodiscard]] static core::Result<FrameLog> create(const std::filesystem::path& path,
                                                     std::string_view kind);
  // Goes on after the frames that are there; cuts off a torn tail.
  [[nodiscard]] static core::Result<Opened> open(const std::filesystem::path& path,
                                                 std::string_view kind);

  // After a failure every later append fails: the file may end in the middle of a frame.
  [[nodiscard]] core::Result<void> append(core::BytesView payload);
  [[nodiscard]] core::Result<void> sync() { return file_.sync(); }

 private:
  FrameLog(File file, std::uint32_t salt, std::uint32_t last_sequence)
      : file_(std::move(file)), salt_(salt), last_sequence_(last_sequence) {}

  File file_;
  std::uint32_t salt_;
  std::uint32_t last_sequence_;
  bool broken_ = false;
};

struct FrameLog::Opened {
  FrameLog log;
  std::vector<core::Bytes> payloads;
};

// Writes a file of one frame (or none) so that after a crash either the old file or the new one is
// there, durable on return. The returned log goes on behind it.
[[nodiscard]] core::Result<FrameLog> replace_frame_file(const std::filesystem::path& path,
                                                        std::string_view kind,
                                                        const std::vector<core::Bytes>& payloads);

}  // namespace world_real
