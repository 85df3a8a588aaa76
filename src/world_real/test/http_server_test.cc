#include "world_real/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <latch>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "http_gate.h"

namespace world_real {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::uint16_t kPort = 4711;
const std::string kSecret = "00112233445566778899aabbccddeeff";

// ---- Who is let in ----

HttpHead polite(std::string_view target) {
  HttpHead head;
  head.method = "GET";
  head.target = target;
  head.host = "127.0.0.1:4711";
  return head;
}

unsigned status_of(const HttpHead& head) {
  const auto admitted = HttpGate(kPort, kSecret).admit(head);
  const auto* refused = std::get_if<HttpResponse>(&admitted);
  return refused == nullptr ? 200 : refused->status;
}

const std::string kPage = "/" + kSecret + "/";

TEST(HttpGate, LetsInWhoKnowsTheSecretAndDecodesWhatIsAsked) {
  const std::string target = kPage + "api/run%73?text=a%20b+c&empty=&flag&text=last%26";
  const auto admitted = HttpGate(kPort, kSecret).admit(polite(target));
  const auto* request = std::get_if<HttpRequest>(&admitted);
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(request->path, "api/runs");
  EXPECT_EQ(request->query.at("text"), "last&");
  EXPECT_EQ(request->query.at("empty"), "");
  EXPECT_EQ(request->query.at("flag"), "");
}

TEST(HttpGate, AWrongOrMissingSecretFindsNothing) {
  EXPECT_EQ(status_of(polite(kPage)), 200U);
  std::string wrong = kPage;
  wrong[7] = wrong[7] == '0' ? '1' : '0';
  for (const std::string& target : {std::string("/"), wrong, "/" + kSecret, "/x" + kPage,
                                    kPage.substr(0, kPage.size() - 2) + "/", std::string("/?x")}) {
    EXPECT_EQ(status_of(polite(target)), 404U) << target;
  }
}

TEST(HttpGate, ANameThatAnotherLetsPointHereIsRefused) {
  HttpHead head = polite(kPage);
  for (const std::string_view host : {"localhost:4711", "127.0.0.1:4711"}) {
    head.host = host;
    EXPECT_EQ(status_of(head), 200U) << host;
  }
  for (const std::string_view host : {"evil.example:4711", "127.0.0.1", "127.0.0.1:4712", "",
                                      "127.0.0.1:4711.evil.example", "localhost:47110"}) {
    head.host = host;
    EXPECT_EQ(status_of(head), 421U) << host;
  }
  head.host.reset();
  EXPECT_EQ(status_of(head), 400U);
}

TEST(HttpGate, APageOfAnotherOriginGetsNothing) {
  HttpHead head = polite(kPage);
  for (const std::string_view origin :
       {"https://evil.example", "null", "http://127.0.0.1:4712", "https://127.0.0.1:4711"}) {
    head.origin = origin;
    EXPECT_EQ(status_of(head), 403U) << origin;
  }
  head.origin = "http://127.0.0.1:4711";
  EXPECT_EQ(status_of(head), 200U);
  for (const std::string_view site : {"cross-site", "same-site", ""}) {
    head.fetch_site = site;
    EXPECT_EQ(status_of(head), 403U) << site;
  }
  for (const std::string_view site : {"same-origin", "none"}) {
    head.fetch_site = site;
    EXPECT_EQ(status_of(head), 200U) << site;
  }
}

TEST(HttpGate, OnlyGetWithoutABodyIsAnswered) {
  HttpHead head = polite(kPage);
  for (const std::string_view method : {"POST", "PUT", "DELETE", "OPTIONS", "HEAD", "CONNECT"}) {
    head.method = method;
    EXPECT_EQ(status_of(head), 405U) << method;
  }
  head.method = "GET";
  head.has_body = true;
  EXPECT_EQ(status_of(head), 413U);
  head.has_body = false;
  head.repeated = true;
  EXPECT_EQ(status_of(head), 400U);
}

TEST(HttpGate, WhatDoesNotDecodeIsABadRequest) {
  for (const char* rest : {"%", "%2", "%zz", "a%00b", "?x=%", "?%=1"}) {
    EXPECT_EQ(status_of(polite(kPage + rest)), 400U) << rest;
  }
  EXPECT_EQ(status_of(polite("http://127.0.0.1:4711" + kPage)), 400U);
}

TEST(HttpSecret, IsLongAndAnotherEachTime) {
  const auto one = fresh_http_secret();
  const auto other = fresh_http_secret();
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->size(), 32U);
  EXPECT_NE(*one, *other);
}

// ---- Over sockets ----

// One connection to a server on this machine.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Client() { leave(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void leave() {
    if (socket_ >= 0) {
      ::close(std::exchange(socket_, -1));
    }
  }
  void send(std::string_view text) const {
    EXPECT_EQ(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  // What comes until the server closes; a reset is an end, too.
  std::string rest() {
    while (more()) {
    }
    return std::exchange(read_, {});
  }
  // One response with its body.
  std::string response() {
    std::size_t size = std::string::npos;
    while (read_.size() < size) {
      const std::size_t end = read_.find("\r\n\r\n");
      const std::size_t length = read_.find("Content-Length: ");
      if (end != std::string::npos && length < end) {
        size = end + 4 + std::stoul(read_.substr(length + 16));
      }
      if (read_.size() < size && !more()) {
        return "closed";
      }
    }
    const std::string whole = read_.substr(0, size);
    read_.erase(0, size);
    return whole;
  }

 private:
  bool more() {
    char buffer[4096];
    const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    read_.append(buffer, static_cast<std::size_t>(std::max<ssize_t>(0, got)));
    return got > 0;
  }

  int socket_;
  std::string read_;
};

class HttpServerStory : public testing::Test {
 protected:
  void start(HttpHandler handler, const HttpLimits& limits = {}) {
    auto made = HttpServer::listen(0, kSecret, limits, std::move(handler));
    ASSERT_TRUE(made) << made.error().message;
    server_.emplace(std::move(*made));
    thread_ = std::jthread([this] { ended_with_ = server_->run(); });
  }
  void stop() {
    if (thread_.joinable()) {
      server_->stop();
      thread_.join();
    }
  }
  ~HttpServerStory() override { stop(); }

  static HttpResponse echo(const HttpRequest& request) {
    return {200, "text/plain", "you asked for " + request.path};
  }
  [[nodiscard]] std::string get(std::string_view path, std::string_view more = "") const {
    return "GET " + kPage + std::string(path) +
           " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server_->port()) + "\r\n" +
           std::string(more) + "\r\n";
  }

  std::optional<HttpServer> server_;
  std::jthread thread_;
  int ended_with_ = -1;
};

TEST_F(HttpServerStory, AnswersOneRequestAfterAnotherOnAConnection) {
  start(echo);
  EXPECT_EQ(server_->url(),
            "http://127.0.0.1:" + std::to_string(server_->port()) + "/" + kSecret + "/");
  Client client(server_->port());
  for (const char* name : {"one", "two"}) {
    client.send(get(name));
    const std::string response = client.response();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(response, HasSubstr(std::string("you asked for ") + name));
  }
  client.send(get("three") + get("four"));
  EXPECT_THAT(client.response(), HasSubstr("three"));
  EXPECT_THAT(client.response(), HasSubstr("four"));
}

TEST_F(HttpServerStory, EveryResponseForbidsWhatIsNotOurs) {
  start(echo);
  for (const std::string& request :
       {get(""), std::string("GET / HTTP/1.1\r\nHost: evil\r\n\r\n")}) {
    Client client(server_->port());
    client.send(request);
    const std::string response = client.response();
    EXPECT_THAT(response, HasSubstr("Content-Security-Policy: default-src 'none'; "));
    EXPECT_THAT(response, HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(response, HasSubstr("X-Content-Type-Options: nosniff"));
    EXPECT_THAT(response, HasSubstr("Referrer-Policy: no-referrer"));
    EXPECT_THAT(response, HasSubstr("Cross-Origin-Resource-Policy: same-origin"));
    EXPECT_THAT(response, HasSubstr("Cache-Control: no-store"));
  }
}

TEST_F(HttpServerStory, BadRequestsAreRefusedAndTheConnectionEnds) {
  start(echo);
  const auto answer_to = [&](const std::string& request) {
    Client client(server_->port());
    client.send(request);
    return client.rest();
  };
  EXPECT_THAT(answer_to("hello\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nHost : x\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
              StartsWith("HTTP/1.1 421 "));
  EXPECT_THAT(answer_to(get("", "Host: 127.0.0.1\r\n")), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer_to(get("", "Content-Length: 5\r\n")), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer_to(get("", "Transfer-Encoding: chunked\r\n")), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer_to(get("", "Sec-Fetch-Site: cross-site\r\n")), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(answer_to("POST" + get("").substr(3)), StartsWith("HTTP/1.1 405 "));
}

TEST_F(HttpServerStory, AHeaderBeyondTheLimitIsRefused) {
  HttpLimits limits;
  limits.header_bytes = 1024;
  start(echo, limits);
  Client client(server_->port());
  client.send(get("", "X-Long: " + std::string(2'000, 'x') + "\r\n"));
  EXPECT_THAT(client.rest(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServerStory, AClientThatSendsNothingIsLeft) {
  HttpLimits limits;
  limits.patience = core::milliseconds(50);
  start(echo, limits);
  Client silent(server_->port());
  Client slow(server_->port());
  slow.send("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(silent.rest(), "");
  EXPECT_EQ(slow.rest(), "");
}

TEST_F(HttpServerStory, AClientThatTakesNothingIsLeft) {
  HttpLimits limits;
  limits.patience = core::milliseconds(200);
  limits.connections = 1;
  start(
      [](const HttpRequest&) {
        return HttpResponse{200, "text/plain", std::string(64 << 20, 'x')};
      },
      limits);
  Client greedy(server_->port());
  greedy.send(get(""));
  // There is room for another once the first one was left.
  for (std::string answer; answer.empty();) {
    Client other(server_->port());
    other.send("hello\r\n\r\n");
    answer = other.rest();
  }
}

TEST_F(HttpServerStory, ConnectionsBeyondTheLimitAreClosedAtOnce) {
  HttpLimits limits;
  limits.connections = 3;
  start(echo, limits);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(server_->port()));
    clients.back()->send(get("in"));
    EXPECT_THAT(clients.back()->response(), HasSubstr("in"));
  }
  Client beyond(server_->port());
  EXPECT_EQ(beyond.rest(), "");
  clients[0]->send(get("still here"));
  clients[1]->send(get("still", "Connection: close\r\n"));
  EXPECT_THAT(clients[1]->rest(), HasSubstr("still"));
}

TEST_F(HttpServerStory, ALongAnswerIsCancelledWhenTheClientLeaves) {
  std::latch asked(1);
  std::latch cancelled(1);
  start([&](const HttpRequest& request) {
    if (request.path == "long") {
      asked.count_down();
      while (!request.cancelled()) {
        std::this_thread::yield();
      }
      cancelled.count_down();
    }
    return echo(request);
  });
  Client client(server_->port());
  client.send(get("long"));
  asked.wait();
  Client other(server_->port());
  other.send(get("short"));
  EXPECT_THAT(other.response(), HasSubstr("short")) << "a long answer stops no other";
  client.leave();
  cancelled.wait();
}

TEST_F(HttpServerStory, StopsWhileAnAnswerIsMade) {
  std::latch asked(1);
  start([&](const HttpRequest& request) {
    asked.count_down();
    while (!request.cancelled()) {
      std::this_thread::yield();
    }
    return echo(request);
  });
  Client client(server_->port());
  client.send(get("long"));
  asked.wait();
  stop();
  EXPECT_EQ(ended_with_, 0);
  server_.reset();
  EXPECT_EQ(client.rest(), "");
}

TEST_F(HttpServerStory, APortThatIsTakenIsRefusedWithTheRemedy) {
  start(echo);
  const auto second = HttpServer::listen(server_->port(), kSecret, {}, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, core::Code::kIo);
  EXPECT_THAT(second.error().message, HasSubstr("name another port"));
}

TEST(HttpServerDeathTest, ASignalEndsItAndItSaysWhich) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  for (const int number : {SIGINT, SIGTERM}) {
    EXPECT_EXIT(
        {
          auto server =
              HttpServer::listen(0, kSecret, {}, [](const HttpRequest&) { return HttpResponse{}; });
          std::raise(number);
          std::_Exit(128 + server->run());
        },
        testing::ExitedWithCode(128 + number), "");
  }
}

}  // namespace
}  // namespace world_real
