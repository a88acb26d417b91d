// Where a run writes, how it computes, and what it prints.
#include "sections.hpp"

namespace fedfr::run {

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
               "are set; centralized is ordinary training by all ranks together, a round an epoch over the "
               "pooled data",
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
      {.name = "checkpoint-every-steps",
       .field = &O::checkpoint_every_steps,
       .help =
           "steps of an epoch after which centralized training saves a checkpoint in the middle of it; 0: "
           "only between epochs",
       .range = {0, 1e9},
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

}  // namespace fedfr::run
