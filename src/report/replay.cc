#include "report/replay.h"

#include "markup.h"

namespace report {

std::string replay_command(const lab::RunResult& run, std::string_view program) {
  return std::string(program) + " replay " + shell_word(run.id());
}

}  // namespace report
