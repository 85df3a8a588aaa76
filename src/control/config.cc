#include "control/config.h"

#include <algorithm>
#include <charconv>

namespace control {

sandbox::Labels labels_of(const ControllerConfig& config, const std::string& fleet,
                          world::NodeId node) {
  const std::string number = std::to_string(node.value);
  sandbox::Labels labels{{kDeploymentLabel, config.deployment},
                         {kNodeLabel, number},
                         {std::string(sandbox::kTokenLabel), config.deployment + "/" + number}};
  if (!fleet.empty()) {
    labels[kFleetLabel] = fleet;
  }
  return labels;
}

namespace {

world::NodeId node_in(std::string_view text) {
  world::NodeId node;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), node.value);
  return error == std::errc() && end == text.data() + text.size() ? node : world::NodeId();
}

}  // namespace

world::NodeId node_of(const sandbox::SandboxInfo& sandbox) {
  return node_in(sandbox.label(kNodeLabel));
}

world::NodeId replaced_by(const sandbox::SandboxInfo& sandbox) {
  return node_in(sandbox.label(kReplacesLabel));
}

const Fleet* find_fleet(const ControllerConfig& config, std::string_view name) {
  const auto found = std::ranges::find(config.fleets, name, &Fleet::name);
  return found == config.fleets.end() ? nullptr : &*found;
}

}  // namespace control
