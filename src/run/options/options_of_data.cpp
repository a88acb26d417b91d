// The data of a run. What lies at a path decides the results, not the path: Effect::data.
#include "sections.hpp"

namespace fedfr::run {

using O = Options;

std::vector<OptionSpec> data_options() {
  return {
      {.name = "clients", .field = &O::clients, .help = "dataset of the clients", .effect = Effect::data},
      {.name = "public",
       .field = &O::public_set,
       .help = "dataset that every client may use",
       .effect = Effect::data},
      {.name = "benchmark",
       .field = &O::benchmark,
       .help = "dataset with pairs to verify the global model on; may be repeated",
       .effect = Effect::data},
      {.name = "init",
       .field = &O::init,
       .help =
           "weights to start from: a model of fedfr's, any safetensors, or a file of PyTorch (.pt, .pth); "
           "without: random ones",
       .effect = Effect::data},
      {.name = "probe-people",
       .field = &O::probe_people,
       .help =
           "with init: two images each of so many people of the clients and of the public set are looked at, "
           "whether they lie as the weights expect (fedfr probe); 0: none",
       .range = {0, 10000},
       .effect = Effect::none},
      {.name = "centralized-data",
       .field = &O::centralized_data,
       .help = "what algorithm = centralized trains on",
       .choices = {"public", "clients", "all"}},
      {.name = "max-images-per-identity",
       .field = &O::max_images_per_identity,
       .help = "use only the first so many training images of each identity of a client; 0: all",
       .range = {0, 1e6}},
  };
}

}  // namespace fedfr::run
