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

world::NodeId node_of(const sandbox::SandboxInfo& sandbox) {
  const std::string_view text = sandbox.label(kNodeLabel);
  world::NodeId node;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), node.value);
  return error == std::errc() && end == text.data() + text.size() ? node : world::NodeId();
}

const Fleet* find_fleet(const ControllerConfig& config, std::string_view name) {
  const auto found = std::ranges::find(config.fleets, name, &Fleet::name);
  return found == config.fleets.end() ? nullptr : &*found;
}

}  // namespace control
