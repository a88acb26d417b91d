#pragma once
#include <filesystem>

#include "fedfr/run/record/evaluation.hpp"

namespace fedfr::app {

/// Draws the curves of an evaluation: roc_NAME.png of each benchmark, and of 1:N cmc_NAME.png and
/// dir_NAME.png. What is missing is told on standard error.
void draw_evaluation(const run::Evaluation& evaluation, const std::filesystem::path& folder);

}  // namespace fedfr::app
