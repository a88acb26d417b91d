// A job file, up to the options of a run: what is accepted and recorded gives the same options again.
#include "fedfr/run/options/job_file.hpp"

#include "fedfr/core/error.hpp"
#include "support.hpp"

using namespace fedfr;

namespace {

run::Options options_of(std::string_view text) {
  constexpr std::size_t table_of_options = std::size_t{1} << 18;
  const fuzz::BoundedMemory bounded(text.size(), 200, table_of_options);
  return run::resolve(run::parse_job_file(text, "job.cfg"), {}).options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto options = options_of(fuzz::text_of(data, size));
    const std::string recorded = run::record(options);
    fuzz::require(options_of(recorded) == options, "a recorded run has the same options");
    fuzz::require(run::record(options_of(recorded)) == recorded, "and the same record");
    run::validate({.options = options, .where = {}});
  } catch (const Error&) {
  }
  return 0;
}
