#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/data/templates/template_tables.hpp"
#include "fedfr/eval/gallery_search.hpp"
#include "fedfr/eval/score_selection.hpp"
#include "fedfr/eval/templates/pooling.hpp"

/// The protocols of IJB-B and IJB-C on pooled templates (Whitelam et al., CVPRW 2017; Maze et al., ICB 2018).
namespace fedfr::eval {

using data::TemplatePair;
using data::TemplateSubject;

/// Gallery 1, gallery 2, and the probes, which are looked for in both.
struct TemplateSearch {
  std::array<std::vector<TemplateSubject>, 2> galleries;
  std::vector<TemplateSubject> probes;

  bool empty() const { return probes.empty(); }
};

struct TemplateVerification {
  std::int64_t genuine_pairs = 0;
  std::int64_t impostor_pairs = 0;
  std::vector<OperatingPoint> tar_at_far;
  std::vector<OperatingPoint> roc;  ///< from the smallest resolvable FAR to the largest below 1
};

/// Goes through the scores of the pairs, in their order: dot products in double, rounded once.
/// @throws DataError for a template without images
ScorePass pair_scores(const PooledTemplates& templates, std::span<const TemplatePair> pairs);

/// 1:1 in two passes over the scores, which are never held together.
TemplateVerification verify_templates(const PooledTemplates& templates, std::span<const TemplatePair> pairs,
                                      std::span<const double> fars);

/// 1:N against each gallery, in which the probes of the other gallery's people are the strangers.
struct TemplateIdentification {
  std::array<IdentificationScores, 2> galleries;
  std::array<std::vector<ProbeOutcome>, 2> outcomes;  ///< [probes], for intervals
  double rank1 = kUndefined;                          ///< mean over the galleries, as are the following
  std::vector<double> cumulative_match;               ///< as far as both go
  std::vector<OperatingPoint> tpir_at_fpir;           ///< without thresholds, of which there are two
};

/// @throws DataError if a gallery is empty or has a person twice, or a template has no images
TemplateIdentification identify_templates(const PooledTemplates& templates, const TemplateSearch& search,
                                          std::int64_t longest_rank, std::span<const double> fpirs);

}  // namespace fedfr::eval
