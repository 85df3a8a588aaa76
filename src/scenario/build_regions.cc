#include <algorithm>

#include "build.h"
#include "section.h"

namespace scenario {

std::optional<Regions> build_regions(const Section& file) {
  if (!file.has("regions")) {
    return std::nullopt;
  }
  const Section section = file.section("regions");
  Regions made;
  for (const Tree& item : section.list("places")) {
    const Section place(&item);
    Region& region = made.places.emplace_back();
    region.name = place.text("name");
    place.words("members", region.members);
  }
  for (const Tree& item : section.list("round_trips")) {
    const Section pair(&item);
    RoundTrip& round_trip = made.round_trips.emplace_back();
    pair.words("between", round_trip.between);
    pair.duration("time", round_trip.time);
    pair.duration("jitter", round_trip.jitter);
  }
  section.word("split_brain", made.split_brain);
  return made;
}

}  // namespace scenario
