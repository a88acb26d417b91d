#include "fedfr/run/options/option_table.hpp"

namespace fedfr::run {

namespace {

using O = Options;

std::vector<OptionSpec> run_options() {
  return {
      {.name = "output",
       .field = &O::output,
       .help = "folder of the run; it is created, and continued if it exists",
       .effect = Effect::none},
      {.name = "algorithm",
       .field = &O::algorithm,
       .help = "who trains on what; all but fedfr turn public-classes, hard-negatives, dfc and contrastive "
               "off unless they "
               "are set, and centralized makes a round one epoch over the pooled data",
       .choices = {"fedfr", "fedavg", "local", "centralized"}},
      {.name = "rounds",
       .field = &O::rounds,
       .help = "federated rounds; a finished run can be continued with more",
       .range = {1, 1e6},
       .effect = Effect::none},
      {.name = "seed", .field = &O::seed, .help = "of every random choice", .range = {0, 4294967295.0}},
      {.name = "threads",
       .field = &O::threads,
       .help = "processor threads of a rank; 0: the allowed processors shared by the ranks of a host",
       .range = {0, 1024},
       .effect = Effect::numerics},
      {.name = "device",
       .field = &O::device,
       .help = "where to compute; auto: a GPU if every rank has one of its own",
       .choices = {"auto", "cpu", "cuda"},
       .effect = Effect::numerics},
      {.name = "precision",
       .field = &O::precision,
       .help = "of convolutions and matrix products; weights, gradients and losses are always fp32",
       .choices = {"fp32", "bf16"}},
      {.name = "memory-format",
       .field = &O::memory_format,
       .help =
           "layout of what the layers work on; auto: the one that was measured to be fastest for the network",
       .choices = {"auto", "contiguous", "channels-last"},
       .effect = Effect::numerics},
      {.name = "allow-tf32",
       .field = &O::allow_tf32,
       .help = "let a GPU round the inputs of fp32 products to TF32: faster, other bits"},
      {.name = "allow-different-numerics",
       .field = &O::allow_different_numerics,
       .help = "go on with a run although the device, the threads of a rank or the libraries are others than "
               "before, and so the last bits of what follows",
       .effect = Effect::none},
      {.name = "reference-semantics",
       .field = &O::reference_semantics,
       .help = "repeat where the released program departs from the method; implies incomplete-batch = drop, "
               "share-public-centres = false and cohort-stream = released unless they are set"},
      {.name = "dry-run",
       .field = &O::dry_run,
       .help = "check everything, print the resolved options and estimates, and stop",
       .effect = Effect::none},
      {.name = "deadline",
       .field = &O::deadline,
       .help =
           "seconds without a sign of life after which a rank counts as hung and the job is ended; 0: 600, "
           "or 20 times what a step of the run has taken, if that is more",
       .range = {0, 1e6},
       .effect = Effect::none},
      {.name = "keep-checkpoints",
       .field = &O::keep_checkpoints,
       .help = "how many of the newest checkpoints stay",
       .range = {1, 1e6},
       .effect = Effect::none},
      {.name = "feature-memory",
       .field = &O::feature_memory,
       .help =
           "GB of memory that a rank may fill with embeddings by frozen models, which are worked out once "
           "a round; what is more lies in files in --scratch for the time",
       .range = {0, 1e6},
       .effect = Effect::none},
      {.name = "scratch",
       .field = &O::scratch,
       .help = "folder on a disk of the host for such files; without: $TMPDIR or /tmp",
       .effect = Effect::none},
      {.name = "log-level",
       .field = &O::log_level,
       .help = "how much to print",
       .choices = {"debug", "info", "warning"},
       .effect = Effect::none},
      {.name = "profile",
       .field = &O::profile,
       .help = "measure where the time goes: a table at the end and in OUTPUT/profile.txt, and a trace for "
               "Perfetto in OUTPUT/trace.json; those of an earlier start are kept as profile.1.txt and so on",
       .effect = Effect::none},
  };
}

std::vector<OptionSpec> data_options() {
  return {
      {.name = "clients", .field = &O::clients, .help = "dataset of the clients"},
      {.name = "public", .field = &O::public_set, .help = "dataset that every client may use"},
      {.name = "benchmark",
       .field = &O::benchmark,
       .help = "dataset with pairs to verify the global model on; may be repeated"},
      {.name = "init", .field = &O::init, .help = "weights to start from; without: random ones"},
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

std::vector<OptionSpec> model_options() {
  return {
      {.name = "backbone",
       .field = &O::backbone,
       .help = "network architecture",
       .choices = {"sphere20", "sphere64", "mobile", "cnn", "linear"}},
      {.name = "width",
       .field = &O::width,
       .help = "factor on the channels of every layer",
       .range = {.low = 0, .high = 4, .above_low = true}},
      {.name = "embedding",
       .field = &O::embedding,
       .help = "dimensions of a face's embedding",
       .range = {8, 4096}},
  };
}

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

std::vector<OptionSpec> evaluation_options() {
  const Range rate{.low = 0, .high = 1, .above_low = true, .below_high = true};
  return {
      {.name = "evaluate-every",
       .field = &O::evaluate_every,
       .help = "rounds between two evaluations; 0: only at the end",
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
      {.name = "pictures",
       .field = &O::pictures,
       .help = "draw curves with gnuplot, where it is installed",
       .effect = Effect::none},
  };
}

std::vector<OptionSpec> make_table() {
  const std::pair<const char*, std::vector<OptionSpec>> sections[] = {{"Run", run_options()},
                                                                      {"Data", data_options()},
                                                                      {"Model", model_options()},
                                                                      {"Cohort", cohort_options()},
                                                                      {"Local training", training_options()},
                                                                      {"Objective", objective_options()},
                                                                      {"Evaluation", evaluation_options()}};
  std::vector<OptionSpec> table;
  for (const auto& [title, options] : sections) {
    for (OptionSpec spec : options) {
      spec.section = title;
      table.push_back(std::move(spec));
    }
  }
  return table;
}

}  // namespace

const std::vector<OptionSpec>& option_table() {
  static const std::vector<OptionSpec> table = make_table();
  return table;
}

const std::vector<Preset>& presets() {
  static const std::vector<std::pair<std::string, std::string>> no_terms = {
      {"public-classes", "false"}, {"hard-negatives", "false"}, {"dfc", "false"}, {"contrastive", "false"}};
  static const std::vector<Preset> table = {
      {"algorithm", "fedavg", no_terms},
      {"algorithm", "local", no_terms},
      {"algorithm", "centralized", no_terms},
      {"algorithm", "centralized", {{"local-epochs", "1"}, {"adaptive-epochs", "false"}}},
      {"reference-semantics",
       "true",
       {{"incomplete-batch", "drop"}, {"share-public-centres", "false"}, {"cohort-stream", "released"}}},
  };
  return table;
}

}  // namespace fedfr::run
