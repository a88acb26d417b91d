#include "model_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string_view>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/standard_streams.hpp"
#include "fedfr/nn/weights/model_file.hpp"
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

const run::Setting* setting_of(std::span<const run::Setting> settings, std::string_view name) {
  const auto found = std::ranges::find(settings, name, &run::Setting::name);
  return found == settings.end() ? nullptr : &*found;
}

/// Within the bounds of the options.
void set_network(run::Options& options, const nn::BackboneConfig& network, const fs::path& weights,
                 const std::function<bool(const char* name)>& may_set) {
  const auto set = [&](const char* name, const std::string& value) {
    if (may_set(name)) run::assign(options, {name, value, weights.string()});
  };
  set("backbone", network.name);
  set("width", fmt::format("{}", network.width));
  set("embedding", fmt::format("{}", network.embedding));
}

}  // namespace

run::Options options_of_model(const fs::path& run_or_weights, std::span<const run::Setting> settings) {
  const fs::path weights = weights_of(run_or_weights);
  std::vector<run::Setting> known;
  if (fs::is_directory(run_or_weights)) {
    known = run::recorded_settings(run::RunPaths(run_or_weights));
  }
  run::Options options = run::resolve(known, settings).options;
  const auto* forced = setting_of(settings, "backbone");
  const auto network = nn::network_of(weights, {.backbone = forced == nullptr ? "" : forced->value});
  set_network(options, network, weights, [](const char*) { return true; });
  return options;
}

void take_network_of_init(run::Configuration& configuration) {
  run::Options& options = configuration.options;
  const auto is_set = [&](const char* name) { return configuration.where.contains(name); };
  if (options.init.empty() || (is_set("backbone") && is_set("width") && is_set("embedding"))) return;
  const auto network = nn::network_of(options.init, {.backbone = is_set("backbone") ? options.backbone : ""});
  set_network(options, network, options.init, [&](const char* name) { return !is_set(name); });
}

std::unique_ptr<fl::GlobalModel> load_model(const fs::path& run_or_weights, const run::Experiment& experiment,
                                            bool tell) {
  const fs::path weights = weights_of(run_or_weights);
  auto model = std::make_unique<fl::GlobalModel>(experiment.backbone, 0, experiment.device);
  const auto& network = experiment.backbone->config();
  const auto file = nn::read_model(
      weights, {.backbone = network.name, .height = network.height, .width_pixels = network.width_pixels});
  if (tell && !file.is_own) complain(fmt::format("fedfr: {}: {}", weights.string(), file.note()));
  model->take(file.file, weights, "");
  return model;
}

}  // namespace fedfr::app
