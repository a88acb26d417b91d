#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "fedfr/run/protocols/identification.hpp"
#include "fedfr/run/record/figure_lists.hpp"

namespace fedfr::app {

/// What `fedfr evaluate` and `fedfr compare` were asked for.
struct EvaluateRequest {
  std::vector<std::filesystem::path> models;    ///< one, or the two to compare
  std::vector<std::filesystem::path> datasets;  ///< at least one
  std::filesystem::path save;                   ///< empty: nothing
  std::filesystem::path pictures;               ///< folder; empty: none
  run::FigureForm form = run::FigureForm::text;
  bool identification = false;
  bool as_insightface = false;
  run::GalleryChoice gallery;
  std::vector<run::Setting> settings;  ///< those of a job file
};

/// @param command  its name, for messages
/// @param models   how many of the bare words are models
/// @throws UsageError, and DataError if the file to save cannot be written
EvaluateRequest parse_request(std::span<const std::string> args, const std::string& command,
                              std::size_t models);

/// Puts one dataset of any role into the options, in place of what the model was trained on, which is not
/// needed and may be gone.
void take_only_dataset(run::Options& options, const std::filesystem::path& path);

/// Sorts the datasets by their roles, likewise.
/// @throws UsageError for a role that cannot be evaluated
void take_datasets(run::Options& options, const EvaluateRequest& request);

/// The dataset for 1:N, by its role one of the experiment's.
const data::Dataset& dataset_to_identify(const run::Experiment& experiment);

}  // namespace fedfr::app
