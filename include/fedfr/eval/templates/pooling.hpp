#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/eval/embedding_view.hpp"

namespace fedfr::eval {

/// Images of templates: a template is a person's set of pictures, of which several may be frames of one
/// medium (a video).
struct TemplateImages {
  EmbeddingView features{};                   ///< [N, dimension] of any length: it counts
  std::span<const float> detector_scores{};   ///< [N] how surely each is a face
  std::span<const std::int64_t> templates{};  ///< [N] number of the template
  std::span<const std::int64_t> media{};      ///< [N] number of the medium; only within a template
};

/// One feature a template, of unit length.
class PooledTemplates {
 public:
  PooledTemplates(std::vector<std::int64_t> ids, std::vector<float> features, std::int64_t dimension)
      : ids_(std::move(ids)), features_(std::move(features)), dimension_(dimension) {}

  std::span<const std::int64_t> ids() const { return ids_; }      ///< [T] ascending
  EmbeddingView view() const { return {features_, dimension_}; }  ///< [T, dimension]
  std::int64_t row_of(std::int64_t id) const;  ///< @throws DataError if there is no such template
  /// The features of these templates, in their order.
  std::vector<float> rows_of(std::span<const std::int64_t> ids) const;

 private:
  std::vector<std::int64_t> ids_;
  std::vector<float> features_;
  std::int64_t dimension_;
};

/// Each image's feature times its detector score; the mean inside a medium; the sum over media; unit length.
/// Sums in double in the order of the images.
/// Source: the IJB-B and IJB-C protocols as InsightFace evaluates them (image2template_feature).
/// @throws UsageError if counts differ
/// @throws DataError naming the template whose feature is zero or not finite
PooledTemplates pool_templates(const TemplateImages& images);

}  // namespace fedfr::eval
