#pragma once
#include <filesystem>
#include <memory>
#include <span>

#include "fedfr/run/experiment.hpp"

namespace fedfr::app {

/// The weights of a run directory (its result, or its newest checkpoint), or the file itself.
/// @throws DataError if there are none
std::filesystem::path weights_of(const std::filesystem::path& run_or_weights);

/// The options of the run, or the defaults with the network of the weights; the settings go on top.
run::Options options_of_model(const std::filesystem::path& run_or_weights,
                              std::span<const run::Setting> settings);

std::unique_ptr<fl::GlobalModel> load_model(const std::filesystem::path& run_or_weights,
                                            const run::Experiment& experiment);

}  // namespace fedfr::app
