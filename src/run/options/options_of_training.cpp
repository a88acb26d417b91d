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
      {.name = "micro-batches",
       .field = &O::micro_batches,
       .help =
           "parts of a step's batch, which ranks share out among themselves: its gradient is their exact "
           "sum, "
           "the same for any number of ranks. Batch norms see one part at a time. 0: of 8 images or more, at "
           "most 8 parts in centralized training and 8 in all clients of a cohort together otherwise",
       .range = {0, 1024}},
      {.name = "incomplete-batch",
       .field = &O::incomplete_batch,
       .help = "what to do with the last, smaller batch of an epoch",
       .choices = {"keep", "drop"}},
      {.name = "mirror", .field = &O::mirror, .help = "mirror each training image with probability 1/2"},
      {.name = "augment-crop",
       .field = &O::augment_crop,
       .help =
           "probability that only a part of a training image stays, of 20 to 100 % of its area, and the rest "
           "is black; this and the next two as in AdaFace's program, which has 0.2. Frozen models see images "
           "as "
           "they are",
       .range = {0, 1}},
      {.name = "augment-low-resolution",
       .field = &O::augment_low_resolution,
       .help = "probability that it is shrunk, to 20 % at least, and enlarged again",
       .range = {0, 1}},
      {.name = "augment-photometric",
       .field = &O::augment_photometric,
       .help = "probability that brightness, contrast and saturation change, each by up to a half",
       .range = {0, 1}},
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
      {.name = "lr-schedule",
       .field = &O::lr_schedule,
       .help =
           "how the learning rate falls: step, by lr-gamma every lr-step epochs of a round; multistep, by "
           "lr-gamma at each of lr-milestones; cosine, to lr-lowest; polynomial, to 0 as the power lr-power "
           "of what is left",
       .choices = {"step", "multistep", "cosine", "polynomial"}},
      {.name = "lr-rounds",
       .field = &O::lr_rounds,
       .help = "all but step fall once over so many rounds, to whose epochs lr-warmup and lr-milestones then "
               "refer; after them the rate stays. 0: anew in each round",
       .range = {0, 1e6}},
      {.name = "lr-every",
       .field = &O::lr_every,
       .help = "cosine and polynomial fall with each epoch or each step",
       .choices = {"epoch", "step"}},
      {.name = "lr-warmup",
       .field = &O::lr_warmup,
       .help = "epochs in which the rate of all but step rises from 0 first, step by step",
       .range = {0, 1e6}},
      {.name = "lr-milestones",
       .field = &O::lr_milestones,
       .help = "epochs after which multistep drops the rate",
       .range = {.low = 0, .high = 1e6, .above_low = true}},
      {.name = "lr-lowest",
       .field = &O::lr_lowest,
       .help = "learning rate at the end of cosine",
       .range = {0, 100}},
      {.name = "lr-power",
       .field = &O::lr_power,
       .help = "of polynomial; 1: a line, as in arcface_torch",
       .range = {.low = 0, .high = 100, .above_low = true}},
      {.name = "momentum",
       .field = &O::momentum,
       .help = "of SGD",
       .range = {.low = 0, .high = 1, .below_high = true}},
      {.name = "weight-decay", .field = &O::weight_decay, .help = "of SGD", .range = {0, 1}},
      {.name = "decay-on",
       .field = &O::decay_on,
       .help =
           "what decays: all parameters, or weights, which are filters, matrices and class centres, but no "
           "biases, norms and PReLU slopes",
       .choices = {"all", "weights"}},
      {.name = "clip-norm",
       .field = &O::clip_norm,
       .help = "longest gradient; 0: no limit",
       .range = {0, 1e6}},
  };
}

}  // namespace fedfr::run
