// new: a commented scenario file to start from.
#include <cstdio>
#include <filesystem>

#include "commands.h"
#include "files.h"
#include "report/command_json.h"
#include "scenario/nearest.h"
#include "templates.h"

namespace cli {

int make_new(const NewFlags& flags) {
  const std::vector<std::string> names = template_names();
  if (flags.pattern.empty() && flags.json) {
    std::puts(report::patterns_json(names).c_str());
    return kExitPass;
  }
  if (flags.pattern.empty()) {
    for (const std::string& name : names) {
      std::printf("%s\n", name.c_str());
    }
    return kExitPass;
  }
  const auto text = template_of(flags.pattern);
  if (!text) {
    std::string known;
    for (const std::string& name : names) {
      known += known.empty() ? name : ", " + name;
    }
    return report_error({core::Code::kInvalid,
                         "there is no pattern '" + flags.pattern + "'; did you mean '" +
                             scenario::nearest(flags.pattern, names) + "'? There are " + known});
  }
  const std::filesystem::path path = flags.file.empty() ? flags.pattern + ".yaml" : flags.file;
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    return report_error(
        {core::Code::kInvalid,
         path.string() + " exists; name another file: muster new " + flags.pattern + " FILE"});
  }
  const auto written = write_file(path, *text);
  if (!written) {
    return report_error(written.error());
  }
  if (flags.json) {
    std::puts(report::new_json(flags.pattern, path.string()).c_str());
    return kExitPass;
  }
  std::printf("wrote %s\nrun it with: muster run %s\n", path.c_str(), path.c_str());
  return kExitPass;
}

}  // namespace cli
