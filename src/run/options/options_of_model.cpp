// The network.
#include "sections.hpp"

namespace fedfr::run {

using O = Options;

std::vector<OptionSpec> model_options() {
  return {
      {.name = "backbone",
       .field = &O::backbone,
       .help = "network architecture",
       .choices = {"sphere20", "sphere64", "iresnet18", "iresnet34", "iresnet50", "iresnet100", "iresnet200",
                   "mobilefacenet", "mobilefacenet-large", "mobile", "cnn", "linear"}},
      {.name = "width",
       .field = &O::width,
       .help = "factor on the channels of every layer",
       .range = {.low = 0, .high = 4, .above_low = true}},
      {.name = "embedding",
       .field = &O::embedding,
       .help = "dimensions of a face's embedding",
       .range = {8, 4096}},
      {.name = "norm-statistics",
       .field = &O::norm_statistics,
       .help =
           "batch norms: average them over clients, each client keeps its own (local), or they stay as they "
           "came, and normalise training too (frozen)",
       .choices = {"average", "local", "frozen"}},
  };
}

}  // namespace fedfr::run
