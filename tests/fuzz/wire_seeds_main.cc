// wire_seeds SCENARIO DATA FOLDER: runs the first run of a scenario and writes one message of each
// type and size class that arrived anywhere, as it is on the wire, to FOLDER/TYPE-SIZE: where a
// fuzzer of the wire format begins. Prints how many there are.
#include <bit>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include "lab/run.h"
#include "scenario/load.h"
#include "world_sim/observer.h"

namespace {

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The first message of each type and power of two of its body's size.
class Collector : public world_sim::Observer {
 public:
  void on_delivery(core::Time, core::Time, const world::Message& message) override {
    const auto size = static_cast<std::uint32_t>(std::bit_width(message.body.size()));
    messages_.try_emplace({message.type, size}, message);
  }

  [[nodiscard]] bool write(const std::string& folder) const {
    for (const auto& [key, message] : messages_) {
      char name[32];
      std::snprintf(name, sizeof name, "/%04x-%02u", key.first, key.second);
      const core::Bytes bytes = world::encode_wire(message);
      std::ofstream out(folder + name, std::ios::binary);
      for (const core::Byte byte : bytes) {
        out.put(static_cast<char>(byte));
      }
      out.close();
      if (!out.good()) {
        return false;
      }
    }
    return true;
  }
  [[nodiscard]] std::size_t count() const { return messages_.size(); }

 private:
  std::map<std::pair<world::MessageType, std::uint32_t>, world::Message> messages_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("wire_seeds SCENARIO DATA FOLDER\n", stderr);
    return 2;
  }
  const std::string data = argv[2];
  const auto file =
      scenario::load(read(argv[1]), argv[1], {.read_file = [&](std::string_view name) {
                       return core::Result<std::string>(read(data + "/" + std::string(name)));
                     }});
  if (!file) {
    std::fprintf(stderr, "%s\n", file.error().message.c_str());
    return 2;
  }
  Collector collector;
  lab::RunOptions options;
  options.seed = 1;
  options.observer = &collector;
  const auto result = lab::run(*file, file->runs.front(), options);
  if (!result || !collector.write(argv[3])) {
    std::fputs("the run or the writing of its messages failed\n", stderr);
    return 1;
  }
  std::printf("%zu\n", collector.count());
  return 0;
}
