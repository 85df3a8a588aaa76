// The secret that the nodes of one run share: who holds it is a member of the group.
//
// A link is accepted only from somebody who proves the key (HMAC-SHA256, RFC 2104, over both ends'
// nonces and identities). The key says that the other end belongs to the run, not which node it is:
// a holder could claim a sibling's id. It protects against strangers and against mistakes (an old
// process, a wrong port), and encrypts nothing.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"

namespace world_real {

inline constexpr std::size_t kGroupKeyBytes = 32;
inline constexpr const char* kGroupKeyVariable = "MUSTER_GROUP_KEY";

// Never printed, logged or encoded. Its memory is wiped at the end.
class GroupKey {
 public:
  // A fresh key from the operating system's entropy.
  [[nodiscard]] static core::Result<GroupKey> generate();
  // 64 hexadecimal digits. The message of an error never quotes the text.
  [[nodiscard]] static core::Result<GroupKey> from_hex(std::string_view text);
  // Reads kGroupKeyVariable and removes it from the environment, so that programs started later do
  // not inherit it. REQUIRES: no other thread runs yet.
  [[nodiscard]] static core::Result<GroupKey> take_from_environment();

  GroupKey(const GroupKey&) = default;
  GroupKey& operator=(const GroupKey&) = default;
  ~GroupKey();

  // For handing the key to a child through its environment or a pipe; never for output.
  [[nodiscard]] std::string to_hex() const;
  [[nodiscard]] core::BytesView bytes() const { return bytes_; }

 private:
  GroupKey() = default;
  std::array<core::Byte, kGroupKeyBytes> bytes_{};
};

}  // namespace world_real
