#include "world_real/http_server.h"

#include "event_loop.h"

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <set>
#include <utility>

#include "http_gate.h"
#include "worker_pool.h"

namespace world_real {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr core::Duration kHttpAcceptPause = core::milliseconds(100);

// What a browser may do with a page of ours: nothing that leaves this server.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kPageRules = {{
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
     "require-trusted-types-for 'script'; trusted-types 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
}};

using Parser = http::request_parser<http::empty_body>;
using Response = http::response<http::string_body>;

std::string_view view(boost::string_view text) {
  return {text.data(), text.size()};
}

boost::string_view view(std::string_view text) {
  return {text.data(), text.size()};
}

HttpHead head_of(const Parser& parser) {
  const auto& fields = parser.get();
  HttpHead head;
  head.method = view(fields.method_string());
  head.target = view(fields.target());
  const auto read = [&](std::string_view name) -> std::optional<std::string_view> {
    const auto range = fields.equal_range(view(name));
    if (range.first == range.second) {
      return {};
    }
    head.repeated = head.repeated || std::next(range.first) != range.second;
    return view(range.first->value());
  };
  head.host = read("Host");
  head.origin = read("Origin");
  head.fetch_site = read("Sec-Fetch-Site");
  head.has_body = parser.chunked() || parser.content_length().value_or(0) > 0;
  return head;
}

Response message_of(HttpResponse made, bool keep_alive) {
  Response message(static_cast<http::status>(made.status), 11, std::move(made.body));
  message.set(http::field::content_type, made.content_type);
  for (const auto& [name, value] : kPageRules) {
    message.set(view(name), view(value));
  }
  message.keep_alive(keep_alive);
  message.prepare_payload();
  return message;
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(std::string secret, const HttpLimits& limits, HttpHandler handler)
      : secret_(std::move(secret)), limits_(limits), handler_(std::move(handler)) {}

  core::Result<void> listen(std::uint16_t port);
  int run();
  void stop();
  void finish();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& secret() const { return secret_; }

 private:
  class Connection;

  void accept();

  const std::string secret_;
  const HttpLimits limits_;
  const HttpHandler handler_;
  std::uint16_t port_ = 0;
  std::optional<HttpGate> gate_;
  std::atomic<bool> stopping_ = false;
  int signal_ = 0;
  std::set<Connection*> connections_;  // outlives the loop, whose handlers hold connections
  EventLoop loop_;
  tcp::acceptor acceptor_{loop_.context()};
  asio::steady_timer pause_{loop_.context()};
  asio::signal_set signals_{loop_.context()};
  // Gone first: its jobs post to the loop.
  std::optional<WorkerPool> workers_;
};

// One client: reads a request, has it answered, writes the answer, and again. On the loop's thread.
class HttpServer::Impl::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Impl& server, tcp::socket socket) : server_(server), stream_(std::move(socket)) {
    server_.connections_.insert(this);
  }
  ~Connection() { server_.connections_.erase(this); }

  void read();

 private:
  void on_read(const error_code& error);
  void answer(HttpRequest request, bool keep_alive);
  void write(HttpResponse made, bool keep_alive);
  void watch();

  Impl& server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::optional<Response> response_;
  std::shared_ptr<std::atomic<bool>> left_;  // while an answer is made
};

void HttpServer::Impl::Connection::read() {
  parser_.emplace();
  parser_->header_limit(server_.limits_.header_bytes);
  parser_->body_limit(std::uint64_t{0});
  stream_.expires_after(server_.limits_.patience);
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = this->shared_from_this()](const error_code& error, std::size_t) {
                            self->on_read(error);
                          });
}

void HttpServer::Impl::Connection::on_read(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    write(refusal(431, "the request is too large"), false);
    return;
  }
  if (error && error.category() == make_error_code(http::error::bad_method).category() &&
      error != http::error::end_of_stream && error != http::error::partial_message) {
    write(refusal(error == http::error::body_limit ? 413 : 400, "bad request"), false);
    return;
  }
  if (error) {
    return;  // the client left, or took too long
  }
  auto admitted = server_.gate_->admit(head_of(*parser_));
  if (auto* refused = std::get_if<HttpResponse>(&admitted)) {
    write(std::move(*refused), false);
  } else {
    answer(std::move(std::get<HttpRequest>(admitted)), parser_->keep_alive());
  }
}

void HttpServer::Impl::Connection::answer(HttpRequest request, bool keep_alive) {
  left_ = std::make_shared<std::atomic<bool>>(false);
  request.cancelled = [left = left_, &stopping = server_.stopping_] {
    return left->load() || stopping.load();
  };
  stream_.expires_never();
  watch();
  server_.workers_->submit([self = this->shared_from_this(), request = std::move(request),
                            keep_alive](const std::stop_token&) mutable {
    const bool given_up = request.cancelled();
    HttpResponse made =
        given_up ? refusal(503, "the server stops") : self->server_.handler_(request);
    // The connection must end on the loop's thread, so the loop gets the last hold on it.
    EventLoop& loop = self->server_.loop_;
    loop.post([self = std::move(self), made = std::move(made), keep_alive]() mutable {
      self->write(std::move(made), keep_alive);
    });
  });
}

// Notes when the client leaves while its answer is made. What it sends meanwhile waits.
void HttpServer::Impl::Connection::watch() {
  stream_.socket().async_wait(tcp::socket::wait_read, [self = this->shared_from_this(),
                                                       left = left_](const error_code& error) {
    error_code ignored;
    if (error || self->stream_.socket().available(ignored) == 0) {
      left->store(error != asio::error::operation_aborted);
    }
  });
}

void HttpServer::Impl::Connection::write(HttpResponse made, bool keep_alive) {
  error_code ignored;
  stream_.socket().cancel(ignored);
  response_.emplace(message_of(std::move(made), keep_alive));
  stream_.expires_after(server_.limits_.patience);
  http::async_write(
      stream_, *response_,
      [self = this->shared_from_this(), keep_alive](const error_code& error, std::size_t) {
        error_code unheeded;
        if (error || self->server_.stopping_) {
          return;
        }
        if (keep_alive) {
          self->read();
        } else {
          self->stream_.socket().shutdown(tcp::socket::shutdown_send, unheeded);
        }
      });
}

core::Result<void> HttpServer::Impl::listen(std::uint16_t port) {
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
  error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) {
    acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  }
  if (!error) {
    acceptor_.bind(endpoint, error);
  }
  if (!error) {
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
  }
  const tcp::endpoint bound = error ? endpoint : acceptor_.local_endpoint(error);
  if (error) {
    return core::fail(core::Code::kIo, "cannot listen on 127.0.0.1:" + std::to_string(port) + ": " +
                                           error.message() + "; name another port, or 0 for any");
  }
  port_ = bound.port();
  gate_.emplace(port_, secret_);
  workers_.emplace(limits_.workers);
  // From here on an interrupt waits for run().
  signals_.add(SIGINT);
  signals_.add(SIGTERM);
  return {};
}

void HttpServer::Impl::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) {
      return;
    }
    if (error) {
      // Out of descriptors or memory: the connection stays in the kernel's queue meanwhile.
      pause_.expires_after(kHttpAcceptPause);
      pause_.async_wait([this](const error_code& ended) {
        if (!ended) {
          accept();
        }
      });
      return;
    }
    if (connections_.size() < limits_.connections) {
      std::make_shared<Connection>(*this, std::move(socket))->read();
    }
    accept();
  });
}

int HttpServer::Impl::run() {
  signals_.async_wait([this](const error_code& error, int number) {
    if (!error) {
      signal_ = number;
      stop();
    }
  });
  accept();
  loop_.run();
  return signal_;
}

void HttpServer::Impl::stop() {
  stopping_ = true;
  loop_.stop();
}

void HttpServer::Impl::finish() {
  stopping_ = true;
  workers_.reset();
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer::~HttpServer() {
  if (impl_) {
    impl_->finish();
  }
}

core::Result<HttpServer> HttpServer::listen(std::uint16_t port, std::string secret,
                                            const HttpLimits& limits, HttpHandler handler) {
  auto impl = std::make_unique<Impl>(std::move(secret), limits, std::move(handler));
  TRY_VOID(impl->listen(port));
  return HttpServer(std::move(impl));
}

std::uint16_t HttpServer::port() const {
  return impl_->port();
}

std::string HttpServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port()) + "/" +
         (impl_->secret().empty() ? "" : impl_->secret() + "/");
}

int HttpServer::run() {
  return impl_->run();
}

void HttpServer::stop() {
  impl_->stop();
}

}  // namespace world_real
