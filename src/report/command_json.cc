#include "report/command_json.h"

#include "charts.h"
#include "json_value.h"
#include "lab/names.h"
#include "markup.h"

namespace report {
namespace {

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json head(const lab::RunResult& run, const std::vector<std::string>& warnings) {
  Json object = {{"run", run.id()}, {"build", run.build}, {"fingerprint", hex16(run.fingerprint)}};
  if (!warnings.empty()) {
    object["warnings"] = warnings;
  }
  return object;
}

}  // namespace

// Record by record: a trace is long, and a tree of it many times as large as its text.
std::string trace_json(const lab::RunResult& run, const lab::Window& window,
                       const std::vector<std::string>& warnings) {
  std::string out = dumped(head(run, warnings));
  out.pop_back();
  out += ",\"records\":[";
  bool first = true;
  for (const auto& entry : window.records()) {
    const lab::TraceText told = lab::tell(entry.record);
    Json fields = Json::object();
    for (const auto& [path, text] : told.fields) {
      fields[path] = text;
    }
    out += first ? "" : ",";
    out += dumped({{"at_s", since_load(entry.at)},
                   {"node", run.node_name(entry.node)},
                   {"kind", told.name},
                   {"fields", std::move(fields)}});
    first = false;
  }
  return out + "]}";
}

std::string trace_file_json(const lab::RunResult& run, std::string_view file,
                            const std::vector<std::string>& warnings) {
  Json object = head(run, warnings);
  object["wrote"] = file;
  return dumped(object);
}

std::string patterns_json(const std::vector<std::string>& patterns) {
  return dumped({{"patterns", patterns}});
}

std::string new_json(std::string_view pattern, std::string_view file) {
  return dumped(
      {{"pattern", pattern}, {"wrote", file}, {"next", "muster run " + shell_word(file)}});
}

}  // namespace report
