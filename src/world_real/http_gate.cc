#include "http_gate.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>

namespace world_real {
namespace {

constexpr std::size_t kSecretBytes = 16;

int hexadecimal(char digit) {
  if (digit >= '0' && digit <= '9') {
    return digit - '0';
  }
  const char lower = static_cast<char>(digit | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// False when something in it does not decode.
bool read_query(std::string_view text, HttpRequest& request) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.size(), pair.find('='));
    const auto name = percent_decoded(pair.substr(0, equals), true);
    const auto value = percent_decoded(pair.substr(std::min(pair.size(), equals + 1)), true);
    if (!name || !value) {
      return false;
    }
    request.query[*name] = *value;
  }
  return true;
}

}  // namespace

core::Result<std::string> fresh_http_secret() {
  std::array<unsigned char, kSecretBytes> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return core::fail(core::Code::kIo, "the operating system gave no entropy for a secret address");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0x0FU];
  }
  return text;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
      continue;
    }
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hexadecimal(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hexadecimal(text[i + 2]) : -1;
    if (high < 0 || low < 0 || high + low == 0) {
      return {};
    }
    decoded += static_cast<char>(16 * high + low);
    i += 2;
  }
  return decoded;
}

HttpResponse refusal(unsigned status, std::string_view text) {
  return {status, "text/plain; charset=utf-8", std::string(text) + "\n"};
}

bool HttpGate::is_own_host(std::string_view host) const {
  const std::string port = ":" + std::to_string(port_);
  return host == "127.0.0.1" + port || host == "localhost" + port;
}

std::optional<std::string_view> HttpGate::behind_secret(std::string_view path) const {
  if (secret_.empty()) {
    return path.substr(1);
  }
  const std::size_t behind = 1 + secret_.size();
  // Its length is no secret; its digits are compared in a time that does not depend on them.
  if (path.size() <= behind || path[behind] != '/' ||
      CRYPTO_memcmp(path.data() + 1, secret_.data(), secret_.size()) != 0) {
    return {};
  }
  return path.substr(behind + 1);
}

std::variant<HttpRequest, HttpResponse> HttpGate::admit(const HttpHead& head) const {
  if (head.repeated || !head.host) {
    return refusal(400, "bad request");
  }
  if (!is_own_host(*head.host)) {
    return refusal(421, "this server has another name");
  }
  constexpr std::string_view kScheme = "http://";
  const bool foreign_origin = head.origin && !(head.origin->starts_with(kScheme) &&
                                               is_own_host(head.origin->substr(kScheme.size())));
  const bool foreign_site =
      head.fetch_site && *head.fetch_site != "same-origin" && *head.fetch_site != "none";
  if (foreign_origin || foreign_site) {
    return refusal(403, "another page asks; enter the address yourself instead");
  }
  if (head.method != "GET") {
    return refusal(405, "only GET is answered");
  }
  if (head.has_body) {
    return refusal(413, "a request must have no body");
  }
  const std::size_t mark = std::min(head.target.size(), head.target.find('?'));
  const std::string_view path = head.target.substr(0, mark);
  if (!path.starts_with('/')) {
    return refusal(400, "bad request");
  }
  const auto rest = behind_secret(path);
  if (!rest) {
    return refusal(404, "there is nothing here; the address ends in a secret that is missing");
  }
  HttpRequest request;
  const auto decoded = percent_decoded(*rest, false);
  if (!decoded ||
      !read_query(head.target.substr(std::min(head.target.size(), mark + 1)), request)) {
    return refusal(400, "bad request");
  }
  request.path = *decoded;
  return request;
}

}  // namespace world_real
