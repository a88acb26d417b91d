// What is measured, when, and what is kept of it.
#include "sections.hpp"

namespace fedfr::run {

using O = Options;

std::vector<OptionSpec> evaluation_options() {
  const Range rate{.low = 0, .high = 1, .above_low = true, .below_high = true};
  return {
      {.name = "evaluate-every",
       .field = &O::evaluate_every,
       .help = "rounds between two evaluations; 0: only at the end",
       .range = {0, 1e6},
       .effect = Effect::none},
      {.name = "evaluate-every-steps",
       .field = &O::evaluate_every_steps,
       .help = "steps of an epoch after which centralized training looks at the benchmarks; 0: only between "
               "epochs",
       .range = {0, 1e9},
       .effect = Effect::none},
      {.name = "early-stop",
       .field = &O::early_stop,
       .help =
           "evaluations in a row without a better accuracy on the first benchmark after which centralized "
           "training ends; 0: never. The best model so far is always in OUTPUT/best.safetensors",
       .range = {0, 1e6},
       .effect = Effect::none},
      {.name = "eval-batch",
       .field = &O::eval_batch,
       .help = "images of a pass without gradients",
       .range = {1, 65536}},
      {.name = "personalised", .field = &O::personalised, .help = "evaluate on the clients' test images too"},
      {.name = "stranger-images",
       .field = &O::stranger_images,
       .help =
           "so many test images of other clients, drawn at random for each client, are the strangers of its "
           "evaluation; 0: all of them, which takes time with the square of the number of clients",
       .range = {0, 1e9}},
      {.name = "personal-models",
       .field = &O::personal_models,
       .help = "write every client's own model at the end",
       .effect = Effect::none},
      {.name = "mirror-embedding",
       .field = &O::mirror_embedding,
       .help = "a face's embedding is the sum over the image and its mirror image"},
      {.name = "fars",
       .field = &O::fars,
       .help = "false accept rates to report 1:1 verification at",
       .range = rate},
      {.name = "fpirs",
       .field = &O::fpirs,
       .help = "false positive identification rates to report 1:N identification at",
       .range = rate},
      {.name = "bootstrap-draws",
       .field = &O::bootstrap_draws,
       .help = "draws of people for the intervals of benchmarks; 0: none",
       .range = {0, 1e6},
       .effect = Effect::none},
      {.name = "pictures",
       .field = &O::pictures,
       .help = "draw curves with gnuplot, where it is installed",
       .effect = Effect::none},
  };
}

}  // namespace fedfr::run
