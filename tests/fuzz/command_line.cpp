// The words of a command line, each with a null character behind it: the record of a run that was started
// with them repeats it.
#include "fedfr/core/error.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "support.hpp"

using namespace fedfr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> words;
  for (auto rest = fuzz::text_of(data, size); !rest.empty();) words.emplace_back(next_part(rest, '\0'));
  try {
    const auto options = run::resolve({}, run::parse_command_line(words).settings).options;
    const std::string recorded = run::record(options);
    fuzz::require(run::resolve(run::parse_job_file(recorded, "config.cfg"), {}).options == options,
                  "a recorded run has the same options");
  } catch (const Error&) {
  }
  return 0;
}
