// How a client trains: epochs, batches, SGD.
#include "sections.hpp"

namespace fedfr::run {

using O = Options;

std::vector<OptionSpec> training_options() {
  const Range factor{.low = 0, .high = 1, .above_low = true};
  return {
      {.name = "local-epochs",
       .field = &O::local_epochs,
       .help = "epochs of a client in its first round",
       .range = {1, 10000}},
      {.name = "adaptive-epochs",
       .field = &O::adaptive_epochs,
       .help = "two epochs fewer (but at least 4) in later rounds, with the learning rate dropping after "
               "three quarters of them"},
      {.name = "batch", .field = &O::batch, .help = "images of a step", .range = {1, 65536}},
      {.name = "incomplete-batch",
       .field = &O::incomplete_batch,
       .help = "what to do with the last, smaller batch of an epoch",
       .choices = {"keep", "drop"}},
      {.name = "mirror", .field = &O::mirror, .help = "mirror each training image with probability 1/2"},
      {.name = "lr",
       .field = &O::lr,
       .help = "learning rate at the start of a round",
       .range = {.low = 0, .high = 100, .above_low = true}},
      {.name = "lr-step",
       .field = &O::lr_step,
       .help = "epochs of a round after which the learning rate drops, again and again",
       .range = {1, 10000}},
      {.name = "lr-gamma", .field = &O::lr_gamma, .help = "factor of that drop", .range = factor},
      {.name = "lr-round-step",
       .field = &O::lr_round_step,
       .help = "rounds after which the learning rate drops for good, again and again; 0: never",
       .range = {0, 1e6}},
      {.name = "lr-round-gamma", .field = &O::lr_round_gamma, .help = "factor of that drop", .range = factor},
      {.name = "momentum",
       .field = &O::momentum,
       .help = "of SGD",
       .range = {.low = 0, .high = 1, .below_high = true}},
      {.name = "weight-decay",
       .field = &O::weight_decay,
       .help = "of SGD, on every parameter",
       .range = {0, 1}},
      {.name = "clip-norm",
       .field = &O::clip_norm,
       .help = "longest gradient; 0: no limit",
       .range = {0, 1e6}},
  };
}

}  // namespace fedfr::run
