#include <fmt/format.h>

#include <system_error>

#include "fedfr/core/error.hpp"
#include "fedfr/run/options/options.hpp"

// What the table of options cannot say: options that need one another or contradict, and files that have to
// exist. No dataset is opened here, so that it takes no time on a login node and no rank has to wait.
namespace fedfr::run {

namespace fs = std::filesystem;

namespace {

void check_data(const Configuration& c) {
  const Options& o = c.options;
  if (o.algorithm == "centralized") {
    if (o.centralized_data != "clients" && o.public_set.empty())
      throw UsageError("{} = {} trains on a public dataset: name one with --public",
                       c.named("centralized-data"), o.centralized_data);
    if (o.centralized_data != "public" && o.clients.empty())
      throw UsageError("{} = {} trains on the clients' data: name a dataset with --clients",
                       c.named("centralized-data"), o.centralized_data);
    return;
  }
  if (o.clients.empty())
    throw UsageError("{} = {} trains clients: name their dataset with --clients", c.named("algorithm"),
                     o.algorithm);
  if (o.public_set.empty() && (o.public_classes || o.hard_negatives))
    throw UsageError(
        "{} = true needs a public dataset: name one with --public, or set both public-classes and "
        "hard-negatives to false",
        c.named(o.public_classes ? "public-classes" : "hard-negatives"));
}

void check_objective(const Configuration& c) {
  const Options& o = c.options;
  if (o.margin_weight == 0 && !(o.dfc && o.dfc_weight > 0))
    throw UsageError("{} = 0 leaves no term that tells identities apart: give it a weight, or turn dfc on",
                     c.named("margin-weight"));
  if (o.margin == "logits" && (o.public_classes || o.hard_negatives))
    throw UsageError(
        "{} = logits has no classes for public images: set public-classes and hard-negatives to false",
        c.named("margin"));
  if (o.magface_highest_norm <= o.magface_lowest_norm)
    throw UsageError("{} = {} has to be above magface-lowest-norm = {}", c.named("magface-highest-norm"),
                     o.magface_highest_norm, o.magface_lowest_norm);
  if (o.magface_highest_margin < o.magface_lowest_margin)
    throw UsageError("{} = {} has to be at least magface-lowest-margin = {}",
                     c.named("magface-highest-margin"), o.magface_highest_margin, o.magface_lowest_margin);
  if (o.hard_negatives && !o.public_classes && o.margin_weight > 0)
    throw UsageError(
        "{} = true needs public-classes = true: the softmax has no class for a public image otherwise",
        c.named("hard-negatives"));
}

/// What only training without clients has, and what it has not.
void check_centralized(const Configuration& c) {
  const Options& o = c.options;
  const auto refuse = [&](bool is_set, const char* option, const char* why) {
    if (is_set) throw UsageError("{} {}", c.named(option), why);
  };
  if (o.algorithm == "centralized") {
    constexpr const char* of_clients =
        "is a part of a client's training: algorithm = centralized has no clients";
    refuse(o.hard_negatives, "hard-negatives", of_clients);
    refuse(o.dfc, "dfc", of_clients);
    refuse(o.contrastive, "contrastive", of_clients);
    refuse(
        o.margin == "logits", "margin",
        "= logits has no class centres, which algorithm = centralized trains for the start of a federation");
    return;
  }
  constexpr const char* of_one = "is for algorithm = centralized";
  refuse(o.class_sample < 1, "class-sample", of_one);
  refuse(o.evaluate_every_steps > 0, "evaluate-every-steps", of_one);
  refuse(o.early_stop > 0, "early-stop", of_one);
}

void check_batch(const Configuration& c) {
  const Options& o = c.options;
  if (o.micro_batches > 0 && o.batch % o.micro_batches != 0)
    throw UsageError("{} = {} does not divide batch = {}: its parts have to be of one size",
                     c.named("micro-batches"), o.micro_batches, o.batch);
}

void check_schedule(const Configuration& c) {
  const Options& o = c.options;
  if (o.lr_schedule == "step" && o.lr_rounds > 0)
    throw UsageError(
        "{} = {} is not for lr-schedule = step, which begins anew in each round: lr-round-step makes the "
        "rate "
        "fall over rounds",
        c.named("lr-rounds"), o.lr_rounds);
  if (o.lr_schedule == "step" && o.lr_warmup > 0)
    throw UsageError("{} = {} is not for lr-schedule = step: take multistep, with lr-milestones, instead",
                     c.named("lr-warmup"), o.lr_warmup);
  if (o.lr_rounds == 0 && o.lr_warmup >= o.local_epochs)
    throw UsageError(
        "{} = {} epochs are all that a round has (local-epochs = {}): set lr-rounds, over which the schedule "
        "then runs",
        c.named("lr-warmup"), o.lr_warmup, o.local_epochs);
  if (o.lr_schedule == "cosine" && o.lr_lowest > o.lr)
    throw UsageError("{} = {} is above lr = {}", c.named("lr-lowest"), o.lr_lowest, o.lr);
}

void check_exists(const Configuration& c, const std::string& option, const fs::path& path, const char* file) {
  if (path.empty()) return;
  std::error_code ignored;
  // Whether something is there cannot always be asked: a folder on the way may be closed to this user.
  for (const auto& asked : {path, *file == '\0' ? path : path / file})
    if (std::error_code failed; fs::status(asked, failed).type() == fs::file_type::none)
      throw DataError("{} = {}: {}", c.named(option), path.string(), failed.message());
  if (!fs::exists(path, ignored))
    throw DataError("{} = {}: there is no such {} (relative paths start at the working directory, {})",
                    c.named(option), path.string(), *file == '\0' ? "file" : "folder",
                    fs::current_path(ignored).string());
  if (*file == '\0' && fs::is_directory(path, ignored))
    throw DataError("{} = {}: this is a folder; name a file in it, such as model.safetensors of a run",
                    c.named(option), path.string());
  if (*file != '\0' && !fs::exists(path / file, ignored))
    throw DataError("{} = {}: this is no dataset, it holds no {}; fedfr-data makes one", c.named(option),
                    path.string(), file);
}

}  // namespace

void validate(const Configuration& configuration) {
  if (configuration.options.output.empty())
    throw UsageError("no folder for the results: name one with --output");
  check_data(configuration);
  check_objective(configuration);
  check_centralized(configuration);
  check_batch(configuration);
  check_schedule(configuration);
}

void check_files(const Configuration& configuration) {
  const Options& o = configuration.options;
  check_exists(configuration, "clients", o.clients, "dataset.json");
  check_exists(configuration, "public", o.public_set, "dataset.json");
  for (const auto& path : o.benchmark) check_exists(configuration, "benchmark", path, "dataset.json");
  check_exists(configuration, "init", o.init, "");
  std::error_code ignored;
  if (!o.scratch.empty() && !fs::is_directory(o.scratch, ignored))
    throw DataError("{} = {}: there is no such folder", configuration.named("scratch"), o.scratch.string());
}

std::vector<std::string> remarks(const Options& o) {
  std::vector<std::string> found;
  if (o.init.empty() && o.algorithm != "centralized")
    found.emplace_back(
        "no --init: training starts from random weights; the method is meant to start from a "
        "pre-trained model (algorithm = centralized makes one)");
  if (o.benchmark.empty() && !o.personalised)
    found.emplace_back("nothing will be evaluated: no benchmark, and personalised = false");
  if (o.allow_tf32 && o.device == "cpu") found.emplace_back("allow-tf32 has no effect on a CPU");
  if (o.share_public_centres && !o.public_classes && o.algorithm == "fedfr")
    found.emplace_back("share-public-centres has no effect with public-classes = false");
  return found;
}

}  // namespace fedfr::run
