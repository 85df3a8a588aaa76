#include "lab/window.h"

#include <algorithm>
#include <cstdio>

#include "lab/names.h"

namespace lab {
namespace {

// Trace Event times are microseconds; three decimals keep the nanosecond.
std::string micros(core::Duration duration) {
  char text[48];
  std::snprintf(text, sizeof text, "%.3f", static_cast<double>(duration.count()) / 1e3);
  return text;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') {
      out += '\\';
      out += letter;
    } else if (byte < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", byte);
      out += escape;
    } else {
      out += letter;
    }
  }
  return out + '"';
}

std::string event(std::string_view phase, world::NodeId node, core::Duration at,
                  std::string_view name, const std::string& more) {
  return "{\"ph\":\"" + std::string(phase) + "\",\"pid\":1,\"tid\":" + std::to_string(node.value) +
         ",\"ts\":" + micros(at) + ",\"name\":" + json_text(name) + more + "}";
}

}  // namespace

void Window::receive(const world::TraceEntry& entry) {
  if (entry.at >= from_ && entry.at < until_) {
    records_.push_back(entry);
  }
}

void Window::on_delivery(core::Time sent, core::Time arrived, const world::Message& message) {
  flights_.push_back({sent, arrived, message.from, message.to, message_name(message.type)});
}

void Window::on_event(const world_sim::EventKey&, world::NodeId, const world::Event& event) {
  const auto* received = std::get_if<world::Received>(&event);
  step_name_ =
      received != nullptr ? message_name(received->message.type) : std::string(event_name(event));
}

void Window::on_step(const world_sim::StepView& step, const std::vector<world::Effect>&) {
  steps_.push_back({step.started, step.cost, step.node, step_name_});
}

std::string Window::text(const RunResult& result) const {
  std::string out;
  for (const world::TraceEntry& entry : records_) {
    char time[32];
    std::snprintf(time, sizeof time, "%12.6f s  ", core::to_seconds(since_load(entry.at)));
    out += time;
    std::string name(result.node_name(entry.node));
    name.resize(std::max<std::size_t>(name.size(), 16), ' ');
    out += name + "  " + describe(entry.record) + "\n";
  }
  return out;
}

std::string Window::perfetto(const RunResult& result) const {
  std::vector<std::string> events;
  for (std::size_t i = 0; i < result.node_names.size(); ++i) {
    events.push_back(event("M", world::NodeId(static_cast<std::uint32_t>(i + 1)), {}, "thread_name",
                           ",\"args\":{\"name\":" + json_text(result.node_names[i]) + "}"));
  }
  for (const Slice& step : steps_) {
    events.push_back(
        event("X", step.node, since_load(step.at), step.name, ",\"dur\":" + micros(step.lasts)));
  }
  for (const world::TraceEntry& entry : records_) {
    events.push_back(
        event("i", entry.node, since_load(entry.at), describe(entry.record), ",\"s\":\"t\""));
  }
  std::size_t number = 0;
  for (const Flight& flight : flights_) {
    const std::string id = ",\"cat\":\"message\",\"id\":" + std::to_string(++number);
    events.push_back(event("s", flight.from, since_load(flight.sent), flight.name, id));
    events.push_back(
        event("f", flight.to, since_load(flight.arrived), flight.name, id + ",\"bp\":\"e\""));
  }
  std::string out = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n";
  for (std::size_t i = 0; i < events.size(); ++i) {
    out += events[i] + (i + 1 < events.size() ? ",\n" : "\n");
  }
  return out + "]}\n";
}

}  // namespace lab
