// Any text as a price file: refused with a reason, or bars of which there is at least one.
#include "core/check.h"
#include "market/series.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto series = market::parse_series(text, "prices.csv");
  core::check(series ? !series->bars.empty() : !series.error().message.empty(),
              "a series has bars, and a refusal a reason");
  return 0;
}
