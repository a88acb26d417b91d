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
      {.name = "ranks-per-client",
       .field = &O::ranks_per_client,
       .help = "ranks that train one client together, sharing the micro-batches of its steps; 0: as many as "
               "would "
               "be idle otherwise",
       .range = {0, 1024},
       .effect = Effect::none},
  };
}

}  // namespace fedfr::run
