// What a client minimises.
#include "sections.hpp"

namespace fedfr::run {

using O = Options;

std::vector<OptionSpec> objective_options() {
  const Range weight{.low = 0, .high = 1e6};
  const Range scale{.low = 0, .high = 1000, .above_low = true};
  const Range angle{.low = 0, .high = 1};
  return {
      {.name = "margin",
       .field = &O::margin,
       .help = "margin of the softmax over identities; logits: no identities but classes that all clients "
               "share, with the embedding as their logits",
       .choices = {"cosface", "arcface", "none", "logits"}},
      {.name = "margin-scale", .field = &O::margin_scale, .help = "s, factor on the cosines", .range = scale},
      {.name = "margin-value",
       .field = &O::margin_value,
       .help = "m, a cosine (cosface) or radians (arcface)",
       .range = angle},
      {.name = "margin-weight",
       .field = &O::margin_weight,
       .help = "of the softmax term in the objective; 0: off",
       .range = weight},
      {.name = "public-classes",
       .field = &O::public_classes,
       .help = "public identities are classes of the softmax too"},
      {.name = "share-public-centres",
       .field = &O::share_public_centres,
       .help = "average the clients' public class centres; false: every round starts from the first ones"},
      {.name = "hard-negatives",
       .field = &O::hard_negatives,
       .help = "train with the public images that resemble the client's"},
      {.name = "hn-threshold",
       .field = &O::hn_threshold,
       .help = "a public image is taken if its cosine to a local one is above",
       .range = {-1, 1}},
      {.name = "hn-cap",
       .field = &O::hn_cap,
       .help = "take at most so many times the number of local images, the most similar ones; 0: no cap",
       .range = {0, 1e6}},
      {.name = "dfc",
       .field = &O::dfc,
       .help = "private branch: decoupled feature customisation with binary classifiers"},
      {.name = "dfc-weight",
       .field = &O::dfc_weight,
       .help = "of its term in the objective",
       .range = weight},
      {.name = "dfc-converter",
       .field = &O::dfc_converter,
       .help = "map from the shared to the client's features",
       .choices = {"linear", "bottleneck", "none"}},
      {.name = "dfc-scale", .field = &O::dfc_scale, .help = "r, factor on the similarities", .range = scale},
      {.name = "dfc-margin", .field = &O::dfc_margin, .help = "m of the binary classifiers", .range = angle},
      {.name = "dfc-lambda", .field = &O::dfc_lambda, .help = "share of the positive part", .range = {0, 1}},
      {.name = "dfc-power",
       .field = &O::dfc_power,
       .help = "t of g(z) = 2 ((z+1)/2)^t - 1",
       .range = {.low = 0, .high = 100, .above_low = true}},
      {.name = "dfc-detach",
       .field = &O::dfc_detach,
       .help = "keep this term's gradient from the shared features"},
      {.name = "contrastive",
       .field = &O::contrastive,
       .help = "pull features towards the global model's and away from the client's previous ones"},
      {.name = "contrastive-weight",
       .field = &O::contrastive_weight,
       .help = "of its term in the objective",
       .range = weight},
      {.name = "temperature",
       .field = &O::temperature,
       .help = "of the contrastive softmax",
       .range = {.low = 0, .high = 100, .above_low = true}},
  };
}

}  // namespace fedfr::run
