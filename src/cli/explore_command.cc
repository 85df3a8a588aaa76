// explore: the stored runs as a page, served to a browser on this machine alone.
#include <charconv>
#include <cstdio>
#include <optional>

#include "build.h"
#include "commands.h"
#include "report/explore.h"
#include "run_name.h"
#include "wall_clock.h"
#include "world_real/http_server.h"

namespace cli {
namespace {

using world_real::HttpRequest;
using world_real::HttpResponse;

constexpr std::string_view kJson = "application/json; charset=utf-8";
// Of running a run again for its film.
constexpr double kReplayLimitS = 120;

HttpResponse json_response(std::string body) {
  return {200, std::string(kJson), std::move(body)};
}

HttpResponse error_response(const core::Error& error) {
  const unsigned status = error.code == core::Code::kNotFound  ? 404
                          : error.code == core::Code::kInvalid ? 400
                                                               : 500;
  return {status, std::string(kJson), report::explored_error(error.message)};
}

std::string parameter(const HttpRequest& request, std::string_view name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? "" : found->second;
}

// Not negative; 0 where the parameter is absent.
core::Result<std::int64_t> number(std::string_view text, std::string_view what) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!text.empty() && (!whole || value < 0)) {
    return core::fail(core::Code::kInvalid, std::string(what) + " is no number");
  }
  return value;
}

core::Result<std::string> runs(const report::Store& store, const HttpRequest& request) {
  report::RunFilter filter;
  filter.suite = TRY(number(parameter(request, "suite"), "suite"));
  filter.pattern = parameter(request, "pattern");
  filter.case_name = parameter(request, "case");
  filter.seed = parameter(request, "seed");
  filter.verdict = parameter(request, "verdict");
  filter.build = parameter(request, "build");
  filter.text = parameter(request, "text");
  filter.skip = static_cast<std::uint64_t>(TRY(number(parameter(request, "skip"), "skip")));
  return report::explored_runs(store, filter);
}

core::Result<report::StoredRun> one_run(const report::Store& store, const HttpRequest& request) {
  const std::int64_t id = TRY(number(parameter(request, "id"), "id"));
  return store.load_run(id);
}

// "ids=3,17": in the order in which they are named.
core::Result<std::string> comparison(const report::Store& store, const HttpRequest& request) {
  const std::string ids = parameter(request, "ids");
  std::vector<report::StoredRun> found;
  for (std::string_view rest = ids; !rest.empty();) {
    const std::string_view id = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), id.size() + 1));
    const std::int64_t named = TRY(number(id, "id"));
    found.push_back(TRY(store.load_run(named)));
    if (found.size() > report::kMostCompared) {
      return core::fail(core::Code::kInvalid, "at most " + std::to_string(report::kMostCompared) +
                                                  " runs are compared at a time");
    }
  }
  if (found.empty()) {
    return core::fail(core::Code::kInvalid, "no run is named");
  }
  return report::explored_comparison(found, "muster");
}

// The run again, if this program can run it; else why not.
core::Result<lab::Filmed> filmed(const report::StoredRun& stored, const HttpRequest& request) {
  if (stored.suite.world != "sim") {
    return core::fail(core::Code::kInvalid,
                      "the run was one in real time, which cannot be run "
                      "again; this is what its record tells");
  }
  if (stored.run.build != build_identity()) {
    return core::fail(core::Code::kInvalid,
                      "the run is of build " +
                          (stored.run.build.empty() ? "unknown" : stored.run.build) +
                          " and this program is build " + std::string(build_identity()) +
                          ", so it cannot be run again the same; this is what its record tells");
  }
  const FoundRun found = TRY(find_run(stored.run.id()));
  if (found.changed) {
    return core::fail(core::Code::kInvalid,
                      changed_text(found) + " What follows is what the record tells.");
  }
  lab::RunOptions options;
  options.seed = found.seed;
  options.interrupted = [&request, end = wall_clock_s() + kReplayLimitS] {
    return request.cancelled() || wall_clock_s() > end;
  };
  lab::Filmed made = TRY(lab::film(found.source.file, found.scenario(), options));
  if (made.run.stopped == world_sim::StopReason::kInterrupted) {
    return core::fail(core::Code::kUnavailable,
                      "running it again took too long; this is what its record tells");
  }
  return made;
}

core::Result<std::string> film(const report::Store& store, const HttpRequest& request) {
  const report::StoredRun stored = TRY(one_run(store, request));
  const auto made = filmed(stored, request);
  return made ? report::explored_film(stored.run, *made)
              : report::explored_film(stored.run, made.error().message);
}

core::Result<std::string> data(const std::string& store_path, const HttpRequest& request) {
  // Opened for each request: a connection stays with its thread, and sees what others add.
  const report::Store store = TRY(report::Store::open(store_path, report::Store::Access::kRead));
  if (request.path == "api/runs") {
    return runs(store, request);
  }
  if (request.path == "api/run") {
    const report::StoredRun stored = TRY(one_run(store, request));
    return report::explored_run(stored, "muster");
  }
  if (request.path == "api/compare") {
    return comparison(store, request);
  }
  if (request.path == "api/film") {
    return film(store, request);
  }
  return core::fail(core::Code::kNotFound, "there is no such data");
}

HttpResponse answer(const std::string& store_path, const HttpRequest& request) {
  if (request.path.starts_with("api/")) {
    auto made = data(store_path, request);
    return made ? json_response(std::move(*made)) : error_response(made.error());
  }
  const auto file = report::explorer_file(request.path.empty() ? "index.html" : request.path);
  if (!file) {
    return {404, "text/plain; charset=utf-8", "there is nothing here\n"};
  }
  return {200, std::string(file->content_type), std::string(file->text)};
}

core::Result<int> served(const ExploreFlags& flags) {
  // What is wrong with the database is said before there is a page.
  TRY(report::Store::open(flags.store, report::Store::Access::kRead));
  const std::string secret = TRY(world_real::fresh_http_secret());
  auto server = TRY(world_real::HttpServer::listen(
      flags.port, secret, {},
      [&flags](const HttpRequest& request) { return answer(flags.store, request); }));
  if (flags.json) {
    std::printf("{\"url\": \"%s\", \"port\": %u}\n", server.url().c_str(), server.port());
  } else {
    std::printf("explore  %s  (Ctrl-C ends it)\n", server.url().c_str());
  }
  std::fflush(stdout);
  return 128 + server.run();
}

}  // namespace

int explore(const ExploreFlags& flags) {
  const auto code = served(flags);
  return code ? *code : report_error(code.error());
}

}  // namespace cli
