// A sweep file.
#include "fedfr/report/sweep_file.hpp"

#include "fedfr/core/error.hpp"
#include "support.hpp"

using namespace fedfr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const fuzz::BoundedMemory bounded(size, 200);
    const auto sweep = report::parse_sweep_file(fuzz::text_of(data, size), "sweeps/sweep.cfg");
    fuzz::require(sweep.ranks >= 1, "a cell has ranks");
    for (const auto& axis : sweep.axes) fuzz::require(!axis.values.empty(), "an axis has values");
  } catch (const Error&) {
  }
  return 0;
}
