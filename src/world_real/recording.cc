#include "world_real/recording.h"

#include <string>

#include "core/codec.h"
#include "frame_log.h"

namespace world_real {

core::Result<std::uint64_t> replay_recording(const std::filesystem::path& path,
                                             const world::Program& program) {
  const FrameContents contents = TRY(read_frame_file(path, kRecordingKind));
  if (contents.payloads.empty()) {
    return core::fail(core::Code::kCorrupt, path.string() + " is empty");
  }
  const RecordedBoot boot = TRY(core::decode<RecordedBoot>(contents.payloads.front()));
  num::Stream random = world::machine_stream(boot.seed, boot.self, boot.incarnation);
  const auto machine = program();
  for (std::size_t i = 1; i < contents.payloads.size(); ++i) {
    const RecordedStep recorded = TRY(core::decode<RecordedStep>(contents.payloads[i]));
    world::Context context{boot.self, boot.incarnation, recorded.now, recorded.wall, random};
    world::Effects effects;
    machine->step(recorded.event, context, effects);
    if (core::digest(effects.list()) != recorded.effects_digest) {
      return core::fail(core::Code::kInvalid, path.string() + ": step " + std::to_string(i) +
                                                  " had other effects when it was recorded");
    }
  }
  return contents.payloads.size() - 1;
}

}  // namespace world_real
