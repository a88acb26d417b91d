#pragma once
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "fedfr/eval/templates/template_protocol.hpp"

/// The figures that InsightFace's IJB scripts print for the same scores, to compare with published ones. They
/// depart from the protocol: the point of the curve nearest to the FAR is taken, also beyond it; both
/// galleries are one; and the open-set threshold is one of all wrong scores, not of the strangers'.
namespace fedfr::eval {

/// TAR at the point whose FAR is nearest to each target, of a curve without the points on straight lines.
/// @returns NaN where there are no genuine or no impostor scores
std::vector<double> insightface_tar_at_far(std::span<const float> genuine, std::span<const float> impostor,
                                           std::span<const double> fars);

struct InsightfaceIdentification {
  double top1 = kUndefined;
  double top5 = kUndefined;
  double top10 = kUndefined;
  std::vector<std::pair<double, double>>
      rate_at_far;  ///< target and share of right scores above its threshold
};

/// @param fars  the script's own are 0.01 and 0.1
/// @throws DataError if a probe's person is in neither gallery, for which the script has no case
InsightfaceIdentification insightface_identification(const PooledTemplates& templates,
                                                     const TemplateSearch& search,
                                                     std::span<const double> fars);

}  // namespace fedfr::eval
