// Any text as a scenario: refused with its place, or runs of which there is at least one.
#include "core/check.h"
#include "scenario/load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = scenario::load(text, "any.yaml", {});
  core::check(file ? !file->runs.empty() : file.error().message.starts_with("any.yaml"),
              "a scenario has runs, and a refusal a place");
  return 0;
}
