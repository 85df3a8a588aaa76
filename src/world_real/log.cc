#include "log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <utility>

namespace world_real {

struct Log::Impl {
  spdlog::logger logger;
};

Log::Log(std::string name)
    : impl_(new Impl{
          spdlog::logger(std::move(name), std::make_shared<spdlog::sinks::stderr_sink_mt>())}) {
  impl_->logger.set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %n: %v");
  impl_->logger.set_error_handler([](const std::string&) {});  // a full disk must not end the node
}

Log::~Log() = default;

void Log::info(std::string_view text) {
  impl_->logger.info("{}", text);
}

void Log::warn(std::string_view text) {
  impl_->logger.warn("{}", text);
}

}  // namespace world_real
