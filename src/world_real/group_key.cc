#include "world_real/group_key.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <string>

namespace world_real {
namespace {

// -1: no hexadecimal digit.
int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') {
    return digit - '0';
  }
  if (digit >= 'a' && digit <= 'f') {
    return digit - 'a' + 10;
  }
  if (digit >= 'A' && digit <= 'F') {
    return digit - 'A' + 10;
  }
  return -1;
}

}  // namespace

core::Result<GroupKey> GroupKey::generate() {
  GroupKey key;
  if (RAND_bytes(key.bytes_.data(), static_cast<int>(key.bytes_.size())) != 1) {
    return core::fail(core::Code::kIo, "the operating system gave no entropy for a group key");
  }
  return key;
}

core::Result<GroupKey> GroupKey::from_hex(std::string_view text) {
  if (text.size() != 2 * kGroupKeyBytes) {
    return core::fail(core::Code::kInvalid, "a group key is 64 hexadecimal digits, not " +
                                                std::to_string(text.size()) + " characters");
  }
  GroupKey key;
  for (std::size_t i = 0; i < kGroupKeyBytes; ++i) {
    const int high = digit_value(text[2 * i]);
    const int low = digit_value(text[2 * i + 1]);
    if (high < 0 || low < 0) {
      return core::fail(core::Code::kInvalid,
                        "a group key has only hexadecimal digits; see characters " +
                            std::to_string(2 * i + 1) + " and " + std::to_string(2 * i + 2));
    }
    key.bytes_[i] = static_cast<core::Byte>(16 * high + low);
  }
  return key;
}

core::Result<GroupKey> GroupKey::take_from_environment() {
  char* value = std::getenv(kGroupKeyVariable);
  if (value == nullptr) {
    return core::fail(core::Code::kNotFound, std::string("the environment has no ") +
                                                 kGroupKeyVariable +
                                                 ": whoever starts the node must set it");
  }
  const std::string_view text(value);
  auto key = from_hex(text);
  // Wiped in place too: /proc/PID/environ shows this memory.
  OPENSSL_cleanse(value, text.size());
  ::unsetenv(kGroupKeyVariable);
  if (!key) {
    return core::fail(key.error().code,
                      std::string(kGroupKeyVariable) + ": " + key.error().message);
  }
  return key;
}

GroupKey::~GroupKey() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

std::string GroupKey::to_hex() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const core::Byte byte : bytes_) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0x0FU];
  }
  return text;
}

}  // namespace world_real
