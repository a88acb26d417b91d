#include "model_source.hpp"

#include <fmt/format.h>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "fedfr/run/options/option_table.hpp"
#include "fedfr/run/record/checkpoint_files.hpp"
#include "fedfr/run/record/run_directory.hpp"

// From what a user names, a run or a weights file, to a model. The network is that of the weights, whatever
// the options say; sizes are compared before it is made.
namespace fedfr::app {

namespace fs = std::filesystem;

fs::path weights_of(const fs::path& run_or_weights) {
  if (!fs::exists(run_or_weights)) throw DataError("{} does not exist", run_or_weights.string());
  if (!fs::is_directory(run_or_weights)) return run_or_weights;
  const run::RunPaths paths(run_or_weights);
  if (fs::exists(paths.folder / "model.safetensors")) return paths.folder / "model.safetensors";
  const auto rounds = run::checkpoint_rounds(paths.checkpoint);
  if (rounds.empty())
    throw DataError("{} holds neither model.safetensors nor a checkpoint: is it a run directory?",
                    run_or_weights.string());
  return run::checkpoint_path(paths.checkpoint, rounds.front());
}

namespace {

/// A file that names a larger network than it has numbers for is found before that network is made.
void check_size(const nn::BackboneConfig& network, const nn::TensorHeader& header, const fs::path& weights) {
  constexpr int longest_side = 1 << 14;
  std::int64_t bytes = 0;
  for (const auto& tensor : header.tensors) bytes += tensor.bytes;
  if (network.height > longest_side || network.width_pixels > longest_side ||
      nn::element_count(nn::Backbone::make(network)->specs()) >
          bytes / static_cast<std::int64_t>(sizeof(float)))
    throw DataError(
        "{} is no model: it has fewer numbers than the network that it names, {} for {}x{} pixels",
        weights.string(), network.name, network.height, network.width_pixels);
}

}  // namespace

run::Options options_of_model(const fs::path& run_or_weights, std::span<const run::Setting> settings) {
  const fs::path weights = weights_of(run_or_weights);
  std::vector<run::Setting> known;
  if (fs::is_directory(run_or_weights)) {
    known = run::recorded_settings(run::RunPaths(run_or_weights));
  }
  run::Options options = run::resolve(known, settings).options;
  const auto header = nn::load_header(weights);
  const auto network = fl::backbone_of({.tensors = {}, .metadata = header.metadata}, weights);
  const auto set = [&](const char* name, const std::string& value) {
    run::assign(options, {name, value, weights.string()});  // within the bounds of the options
  };
  set("backbone", network.name);
  set("width", fmt::format("{}", network.width));
  set("embedding", fmt::format("{}", network.embedding));
  check_size(network, header, weights);
  return options;
}

std::unique_ptr<fl::GlobalModel> load_model(const fs::path& run_or_weights,
                                            const run::Experiment& experiment) {
  const fs::path weights = weights_of(run_or_weights);
  auto model = std::make_unique<fl::GlobalModel>(experiment.backbone, 0, experiment.device);
  model->take(nn::load(weights), weights, "");
  return model;
}

}  // namespace fedfr::app
