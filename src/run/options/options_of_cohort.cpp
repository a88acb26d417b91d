// Who trains in a round.
#include "sections.hpp"

namespace fedfr::run {

using O = Options;

std::vector<OptionSpec> cohort_options() {
  return {
      {.name = "cohort-share",
       .field = &O::cohort_share,
       .help = "share of the clients that train in a round",
       .range = {.low = 0, .high = 1, .above_low = true}},
      {.name = "cohort-stream",
       .field = &O::cohort_stream,
       .help = "random stream that draws a cohort: fedfr's own, or the released program's",
       .choices = {"fedfr", "released"}},
  };
}

}  // namespace fedfr::run
