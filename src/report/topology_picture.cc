#include "topology_picture.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <set>

#include "lab/deployment.h"
#include "markup.h"

namespace report {
namespace {

constexpr double kWidth = 420;
constexpr double kHeight = 270;
constexpr double kRadius = 92;
// Beyond so many members only the leader and those hit by faults have room for a name.
constexpr std::size_t kNamesFit = 24;

struct Place {
  double x = 0;
  double y = 0;
  double angle = 0;
  bool centre = false;
};

// In the order of the nodes.
std::vector<std::string> members(const lab::RunResult& run) {
  std::set<std::string> linked;
  for (const lab::LinkPicture& link : run.links) {
    linked.insert(link.from);
    linked.insert(link.to);
  }
  std::vector<std::string> names;
  for (const std::string& name : run.node_names) {
    if (linked.erase(name) > 0) {
      names.push_back(name);
    }
  }
  names.insert(names.end(), linked.begin(), linked.end());
  return names;
}

// The one member through which all links go, if there is one.
std::optional<std::string> centre(const lab::RunResult& run, std::size_t count) {
  std::map<std::string, std::size_t> degrees;
  for (const lab::LinkPicture& link : run.links) {
    ++degrees[link.from];
    ++degrees[link.to];
  }
  std::optional<std::string> found;
  for (const auto& [name, degree] : degrees) {
    if (degree + 1 == count && count > 2) {
      if (found) {
        return {};
      }
      found = name;
    }
  }
  return found;
}

std::map<std::string, Place> places(const lab::RunResult& run) {
  const std::vector<std::string> names = members(run);
  const std::optional<std::string> middle = centre(run, names.size());
  const std::size_t around = names.size() - (middle ? 1 : 0);
  std::map<std::string, Place> placed;
  std::size_t next = 0;
  for (const std::string& name : names) {
    if (name == middle) {
      placed[name] = {kWidth / 2, kHeight / 2, 0, true};
      continue;
    }
    const double turn = static_cast<double>(next++) / static_cast<double>(around);
    const double angle = 2 * std::numbers::pi * turn - std::numbers::pi / 2;
    placed[name] = {kWidth / 2 + kRadius * std::cos(angle), kHeight / 2 + kRadius * std::sin(angle),
                    angle, false};
  }
  return placed;
}

void draw_link(Markup& svg, const Place& from, const Place& to, bool proven) {
  svg.html(proven ? "<line class=\"link\"" : "<line class=\"link unproven\"");
  svg.html(" x1=\"").html(coordinate(from.x)).html("\" y1=\"").html(coordinate(from.y));
  svg.html("\" x2=\"").html(coordinate(to.x)).html("\" y2=\"").html(coordinate(to.y));
  svg.html("\"/>");
}

struct Look {
  bool leads = false;
  bool hit = false;
  bool named = true;
};

// So much of a name as has room, with its end, which tells agents of a pool apart; the whole one is
// the member's title.
std::string short_name(const std::string& name) {
  constexpr std::size_t kBytesFit = 17;
  constexpr std::size_t kBegin = 9;
  constexpr std::size_t kEnd = 6;
  const auto inside = [&](std::size_t at) {
    return (static_cast<unsigned char>(name[at]) & 0xC0U) == 0x80;
  };
  if (name.size() <= kBytesFit) {
    return name;
  }
  std::size_t begin = kBegin;
  while (begin > 0 && inside(begin)) {
    --begin;
  }
  std::size_t end = name.size() - kEnd;
  while (end < name.size() && inside(end)) {
    ++end;
  }
  return name.substr(0, begin) + "…" + name.substr(end);
}

void draw_name(Markup& svg, const std::string& name, const Place& place) {
  constexpr double kGap = 17;
  const double side = place.centre ? 0 : std::cos(place.angle);
  const double drop = place.centre ? 1.3 : std::sin(place.angle);
  const bool beside = std::abs(side) > 0.3;
  svg.html("<text x=\"").html(coordinate(place.x + (beside ? side * kGap : 0)));
  svg.html("\" y=\"").html(coordinate(place.y + drop * kGap + 4)).html("\" text-anchor=\"");
  svg.html(!beside ? "middle" : side > 0 ? "start" : "end").html("\">");
  svg.text(short_name(name)).html("</text>");
}

void draw_member(Markup& svg, const std::string& name, const Place& place, const Look& look) {
  const std::string at = " cx=\"" + coordinate(place.x) + "\" cy=\"" + coordinate(place.y) + "\"";
  svg.html("<g><title>").text(name).html(look.leads ? ", led when the load began" : "");
  svg.html(look.hit ? ", hit by a fault" : "").html("</title>");
  if (look.hit) {
    svg.html("<circle class=\"hit\"").html(at).html(" r=\"13\"/>");
  }
  svg.html(look.leads ? "<circle class=\"member leads\"" : "<circle class=\"member\"");
  svg.html(at).html(look.leads ? " r=\"9\"/>" : " r=\"7\"/>");
  if (look.named) {
    draw_name(svg, name, place);
  }
  svg.html("</g>");
}

std::set<std::string> hit_by_faults(const lab::RunResult& run) {
  std::set<std::string> hit;
  for (const lab::FaultRecord& fault : run.faults) {
    for (const world::NodeId target : fault.targets) {
      if (fault.acted > 0) {
        hit.emplace(run.node_name(target));
      }
    }
  }
  return hit;
}

}  // namespace

std::string first_leader(const lab::RunResult& run) {
  std::string leader;
  for (const lab::Milestone& milestone : run.milestones) {
    if (milestone.at > core::at(lab::kSettle) && !leader.empty()) {
      break;
    }
    if (milestone.text.starts_with("leads ")) {
      leader = run.node_name(milestone.node);
    }
  }
  return leader;
}

std::string topology_svg(const lab::RunResult& run) {
  if (run.links.empty()) {
    return {};
  }
  const std::map<std::string, Place> placed = places(run);
  const std::set<std::string> hit = hit_by_faults(run);
  const std::string leader = first_leader(run);
  Markup svg;
  svg.html("<svg class=\"topology\" viewBox=\"0 0 ").html(coordinate(kWidth)).html(" ");
  svg.html(coordinate(kHeight)).html("\" role=\"img\" aria-label=\"Topology of ");
  svg.number(placed.size()).html(" members and ").number(run.links.size()).html(" links\">");
  for (const lab::LinkPicture& link : run.links) {
    draw_link(svg, placed.at(link.from), placed.at(link.to), link.proven);
  }
  for (const auto& [name, place] : placed) {
    const Look look{name == leader, hit.contains(name), true};
    const bool named = placed.size() <= kNamesFit || look.leads || look.hit;
    draw_member(svg, name, place, {look.leads, look.hit, named});
  }
  svg.html("</svg>");
  return svg.str();
}

}  // namespace report
