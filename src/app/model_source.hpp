#pragma once
#include <filesystem>
#include <memory>
#include <span>

#include "fedfr/run/experiment.hpp"

namespace fedfr::app {

/// The weights of a run directory (its result, or its newest checkpoint), or the file itself.
/// @throws DataError if there are none
std::filesystem::path weights_of(const std::filesystem::path& run_or_weights);

/// The options of the run, or the defaults with the network of the weights; the settings go on top. Of
/// weights that are not fedfr's, `backbone` in the settings says which network they are of.
run::Options options_of_model(const std::filesystem::path& run_or_weights,
                              std::span<const run::Setting> settings);

/// What nobody has set of backbone, width and embedding becomes that of --init.
/// @throws DataError naming the file
void take_network_of_init(run::Configuration& configuration);

/// @param tell  on standard error, what was taken of weights that are not fedfr's and what was left
std::unique_ptr<fl::GlobalModel> load_model(const std::filesystem::path& run_or_weights,
                                            const run::Experiment& experiment, bool tell);

}  // namespace fedfr::app
