#pragma once
#include "fedfr/eval/templates/template_figures.hpp"
#include "fedfr/run/evaluator.hpp"

namespace fedfr::run {

struct TemplateResult {
  eval::TemplateScores scores;
  eval::Resampled resampled;
  std::vector<eval::Figure> as_insightface;  ///< empty unless it was asked for
};

/// A template benchmark (IJB-B, IJB-C): images are embedded with their lengths, pooled and scored.
/// Collective.
/// @throws DataError naming the dataset
TemplateResult score_template_benchmark(Evaluator& evaluator, const fl::GlobalModel& model,
                                        const data::Dataset& dataset, bool as_insightface);

}  // namespace fedfr::run
