// Which requests an HttpServer lets in. Pure: no socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "world_real/http_server.h"

namespace world_real {

// What of a request decides. A header that is not there is absent; one that is there twice is
// `repeated`.
struct HttpHead {
  std::string_view method;
  std::string_view target;
  std::optional<std::string_view> host;
  std::optional<std::string_view> origin;
  std::optional<std::string_view> fetch_site;
  bool repeated = false;  // Host, Origin or Sec-Fetch-Site
  bool has_body = false;
};

class HttpGate {
 public:
  HttpGate(std::uint16_t port, std::string secret) : port_(port), secret_(std::move(secret)) {}

  // The request, or the refusal to send instead.
  [[nodiscard]] std::variant<HttpRequest, HttpResponse> admit(const HttpHead& head) const;

 private:
  [[nodiscard]] bool is_own_host(std::string_view host) const;
  // What follows "/SECRET/" in a path; none when it does not begin so.
  [[nodiscard]] std::optional<std::string_view> behind_secret(std::string_view path) const;

  std::uint16_t port_;
  std::string secret_;
};

// RFC 3986, section 2.1; none when a '%' is not followed by two hexadecimal digits or a zero byte
// results. `plus_is_space`: as forms encode queries.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

[[nodiscard]] HttpResponse refusal(unsigned status, std::string_view text);

}  // namespace world_real
