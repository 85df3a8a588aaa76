// What a node keeps through crashes: an ordered list of records, and the count of its boots.
//
// On disk a store is a directory with three files: `journal` (append-only, one checksummed frame a
// record), `incarnation` (the count) and `lock` (held while the store is open). A record is durable
// when append() or replace_all() has returned success.
//
// Because every append is synchronised before the next begins, a crash can damage the last frame
// only. Opening drops such a torn tail, and refuses a journal that is damaged anywhere else: nobody
// may go on with a hole in what was acknowledged. A last record that the medium damaged later
// cannot be told from a torn one and is dropped too; replication is what protects against that.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "world/node.h"

namespace world_real {

inline constexpr std::size_t kMaximumRecordBytes = std::size_t{64} << 20U;

class Store {
 public:
  virtual ~Store() = default;

  // Both block until the record is durable. After a failure the store is unusable: what is on disk
  // is unknown until it is opened again.
  [[nodiscard]] virtual core::Result<void> append(core::BytesView record) = 0;
  // Makes `record` the only one, atomically: after a crash either the old records or this one is
  // there.
  [[nodiscard]] virtual core::Result<void> replace_all(core::BytesView record) = 0;
};

struct OpenedStore {
  std::unique_ptr<Store> store;
  std::vector<core::Bytes> recovered;  // in the order in which they were persisted
  world::Incarnation incarnation;      // of this boot; durable before this is returned
};

// Opens or creates the store in `directory` (created with its parents, mode 0700) for one boot of
// its node. The incarnation is the one `issued` by whoever boots the node, or else the last plus
// one. kUnavailable when another process has the store open, kCorrupt for a damaged journal,
// kInvalid when `issued` is not above the last incarnation.
[[nodiscard]] core::Result<OpenedStore> open_file_store(
    const std::filesystem::path& directory, std::optional<world::Incarnation> issued = {});

}  // namespace world_real
