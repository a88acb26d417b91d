#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"
#include "fedfr/eval/gallery_search.hpp"

/// Which images of any dataset are the gallery of 1:N identification, and which the probes.
namespace fedfr::eval {

struct GalleryPlan {
  std::vector<std::int64_t> gallery;  ///< images, ascending
  std::vector<std::int64_t> probes;   ///< the others, ascending
};

/// The first images of each person are the gallery, all others probes. Who has no image more than that is not
/// enrolled: all of its images are probes of a stranger, and so are those of people who are drawn.
/// @param people     [images] whose each is
/// @param enrolled   images of a person for the gallery, at least 1
/// @param strangers  so many of those who could be enrolled are not; drawn by the seed
/// @throws UsageError if nobody is left to enrol
GalleryPlan gallery_of_first_images(std::span<const std::int64_t> people, std::int64_t enrolled,
                                    std::int64_t strangers, std::uint64_t seed);

/// The training part is the gallery, the test part the probes.
GalleryPlan gallery_of_training_part(std::span<const data::Subset> subsets);

struct Identified {
  IdentificationScores scores;
  std::vector<ProbeOutcome> outcomes;  ///< of the probes, in their order
};

/// 1:N by the plan; a gallery entry is the unit-length mean of a person's gallery images.
/// @param gallery  [gallery images, dimension] of unit length
/// @param probes   [probes, dimension]
/// @param people   [images] whose each is
/// @throws DataError without gallery or probes, or if a feature is not of unit length
Identified identify(const GalleryPlan& plan, std::span<const std::int64_t> people,
                    const EmbeddingView& gallery, const EmbeddingView& probes, std::int64_t longest_rank,
                    std::span<const double> fpirs);

}  // namespace fedfr::eval
