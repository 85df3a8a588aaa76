// A small HTTP/1.1 server for pages that one person opens in a browser on this machine.
//
// It listens on the IPv4 loopback interface alone and answers GET alone, to whoever knows the
// secret that begins every path. Pages of other origins get nothing: a request must name this
// server as its Host (a name that an attacker lets point to 127.0.0.1 does not pass), and where the
// browser says which page asks, it must be one of ours. Every response forbids scripts, styles and
// connections of any other origin, and framing. Sizes, times and numbers of connections are
// bounded.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/result.h"
#include "core/time.h"

namespace world_real {

struct HttpRequest {
  std::string path;  // what follows the secret, decoded: "", "api/runs"
  std::map<std::string, std::string, std::less<>> query;  // decoded; of a repeated name the last
  // Whether nobody waits for the answer any more: the client left or the server stops. A long
  // handler looks at it now and then. From any thread.
  std::function<bool()> cancelled;
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Called on the server's worker threads, by several at a time. It must not throw.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

struct HttpLimits {
  std::uint32_t header_bytes = 8192;
  std::uint32_t connections = 32;  // those beyond are closed at once
  std::uint32_t workers = 2;       // threads that answer
  // A client has so long for each request, and again for taking each answer.
  core::Duration patience = core::seconds(15);
};

class HttpServer {
 public:
  // Binds; port 0: any free one. The secret may be empty only in tests. kIo: the port is taken or
  // may not be used.
  [[nodiscard]] static core::Result<HttpServer> listen(std::uint16_t port, std::string secret,
                                                       const HttpLimits& limits,
                                                       HttpHandler handler);
  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) = delete;
  // Waits for the handlers that are still at work.
  ~HttpServer();

  [[nodiscard]] std::uint16_t port() const;
  // "http://127.0.0.1:4711/SECRET/"
  [[nodiscard]] std::string url() const;

  // Serves on the calling thread until stop(), SIGINT or SIGTERM; returns the signal's number, 0
  // for stop(). REQUIRES: called once.
  int run();
  // From any thread; also before run(), which then returns at once.
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// 32 hexadecimal digits from the operating system's entropy. kIo: it has none.
[[nodiscard]] core::Result<std::string> fresh_http_secret();

}  // namespace world_real
