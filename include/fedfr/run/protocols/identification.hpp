#pragma once
#include <cstdint>

#include "fedfr/eval/gallery_plan.hpp"
#include "fedfr/eval/intervals/resampled_protocols.hpp"
#include "fedfr/run/evaluator.hpp"

namespace fedfr::run {

/// Who is in the gallery of 1:N identification.
struct GalleryChoice {
  std::int64_t images = 0;     ///< the first so many of each person; 0: the training part where the dataset
                               ///< marks one, else the first
  std::int64_t strangers = 0;  ///< so many people are drawn who are not enrolled
};

struct IdentificationResult {
  eval::IdentificationScores scores;
  eval::Resampled resampled;
};

/// 1:N on a dataset of any role. Collective.
/// @throws UsageError, DataError naming the dataset
IdentificationResult identify_people(Evaluator& evaluator, const fl::GlobalModel& model,
                                     const data::Dataset& dataset, const GalleryChoice& choice);

}  // namespace fedfr::run
