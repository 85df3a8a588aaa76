#include <algorithm>
#include <map>
#include <set>

#include "rules.h"
#include "values.h"

namespace scenario {
namespace {

// Where to complain, and about whom.
struct Atlas {
  Regions& regions;
  const Scenario& scenario;
  const Tree& tree;
  const Source& source;

  [[nodiscard]] std::unexpected<core::Error> complain(const std::string& path,
                                                      std::string_view message) const {
    return refuse(source, place_of(tree, path), path, message);
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const Region& region : regions.places) {
      all.push_back(region.name);
    }
    return all;
  }
};

std::vector<std::string> members_of(const Scenario& scenario) {
  std::vector<std::string> members = member_names(scenario);
  std::sort(members.begin(), members.end());
  return members;
}

// Every member in one region; `rest` becomes the names that it stands for.
core::Result<void> place_members(const Atlas& atlas) {
  const std::vector<std::string> members = members_of(atlas.scenario);
  std::set<std::string> names;
  std::set<std::string> placed;
  std::vector<std::string>* rest = nullptr;
  for (std::size_t i = 0; i < atlas.regions.places.size(); ++i) {
    Region& region = atlas.regions.places[i];
    const std::string path = "regions.places[" + std::to_string(i) + "]";
    if (!names.insert(region.name).second) {
      return atlas.complain(path + ".name",
                            "a second region " + quote(region.name) + "; give it another name");
    }
    for (std::size_t j = 0; j < region.members.size(); ++j) {
      const std::string& member = region.members[j];
      const std::string where = path + ".members[" + std::to_string(j) + "]";
      if (member == "rest") {
        if (rest != nullptr || region.members.size() > 1) {
          return atlas.complain(where, "stands once and alone; name the members instead");
        }
        rest = &region.members;
      } else if (!std::binary_search(members.begin(), members.end(), member)) {
        return atlas.complain(where,
                              "no member is named " + quote(member) + suggestion(member, members));
      } else if (!placed.insert(member).second) {
        return atlas.complain(where, quote(member) + " is in two regions; keep one of the two");
      }
    }
  }
  std::vector<std::string> left;
  std::set_difference(members.begin(), members.end(), placed.begin(), placed.end(),
                      std::back_inserter(left));
  if (rest == nullptr && !left.empty()) {
    return atlas.complain("regions.places",
                          "have no place for " + quote(left.front()) + "; put it into a region");
  }
  if (rest != nullptr && left.empty()) {
    return atlas.complain("regions.places", "have a rest that is nobody; take it away");
  }
  if (rest != nullptr) {
    *rest = left;
  }
  return {};
}

core::Result<void> check_round_trips(const Atlas& atlas) {
  const std::vector<std::string> names = atlas.names();
  std::set<std::pair<std::string, std::string>> known;
  for (std::size_t i = 0; i < atlas.regions.round_trips.size(); ++i) {
    const RoundTrip& round_trip = atlas.regions.round_trips[i];
    const std::string path = "regions.round_trips[" + std::to_string(i) + "].between";
    for (const std::string& name : round_trip.between) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        return atlas.complain(path, "no region is named " + quote(name) + suggestion(name, names));
      }
    }
    const std::string& one = std::min(round_trip.between[0], round_trip.between[1]);
    const std::string& other = std::max(round_trip.between[0], round_trip.between[1]);
    if (one == other) {
      return atlas.complain(path, "names one region twice; name two");
    }
    if (!known.insert({one, other}).second) {
      return atlas.complain(
          path, "a second round trip of " + one + " and " + other + "; keep one of the two");
    }
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t j = i + 1; j < names.size(); ++j) {
      if (!known.contains({std::min(names[i], names[j]), std::max(names[i], names[j])})) {
        return atlas.complain("regions.round_trips", "say nothing of " + names[i] + " and " +
                                                         names[j] + "; add their round trip");
      }
    }
  }
  return {};
}

// Two regions cannot tell who of them is cut off: the rule needs a third that breaks the tie.
core::Result<void> check_split_brain(const Atlas& atlas) {
  if (atlas.regions.split_brain == SplitBrain::kUndefined) {
    return {};
  }
  const std::vector<std::string> voters = voter_names(atlas.scenario);
  std::map<std::string, std::size_t> held;
  for (const std::string& voter : voters) {
    ++held[region_of(atlas.regions, voter).name];
  }
  if (held.size() < 3) {
    return atlas.complain(
        "regions", "have voters in " + std::to_string(held.size()) +
                       " of them, and with fewer than three the split-brain rule is undefined; "
                       "place voters in three regions or write split_brain: undefined");
  }
  for (const auto& [region, count] : held) {
    if (2 * count >= voters.size()) {
      return atlas.complain("regions", "place " + std::to_string(count) + " of " +
                                           std::to_string(voters.size()) + " voters in " + region +
                                           ", whose loss would leave no majority; spread them or "
                                           "write split_brain: undefined");
    }
  }
  return {};
}

}  // namespace

core::Result<void> apply_region_rules(Scenario& scenario, const Tree& tree, const Source& source) {
  if (!scenario.regions) {
    return {};
  }
  const Atlas atlas{*scenario.regions, scenario, tree, source};
  TRY_VOID(place_members(atlas));
  TRY_VOID(check_round_trips(atlas));
  return check_split_brain(atlas);
}

}  // namespace scenario
