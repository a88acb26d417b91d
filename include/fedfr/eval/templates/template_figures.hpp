#pragma once
#include <optional>
#include <span>
#include <vector>

#include "fedfr/eval/figures.hpp"
#include "fedfr/eval/intervals/resampled_protocols.hpp"
#include "fedfr/eval/people.hpp"
#include "fedfr/eval/templates/insightface_rates.hpp"
#include "fedfr/eval/templates/template_protocol.hpp"

/// Every figure of a template benchmark, with what draws their intervals.
namespace fedfr::eval {

struct TemplateTargets {
  std::vector<double> fars = {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1};  ///< those of IJB-C
  std::vector<double> fpirs = {1e-2, 1e-1};
};

struct TemplateScores {
  std::optional<TemplateVerification> verification;      ///< where there are pairs
  std::optional<TemplateIdentification> identification;  ///< where there are galleries and probes
};

/// @param tables  of the dataset whose images were pooled
TemplateScores score_templates(const PooledTemplates& templates, const data::TemplateTables& tables,
                               const TemplateTargets& targets);

/// Whose each template is: one person are those of one subject, and those that a genuine pair connects.
NumberedPeople people_of_templates(const PooledTemplates& templates, const data::TemplateTables& tables);

/// TAR at each FAR; then ranks 1, 5 and 10 and TPIR at each FPIR, means over the two galleries; then each
/// gallery's own.
std::vector<Figure> figures_of(const TemplateScores& scores);

/// The figures in the order of figures_of, as far as they have intervals.
/// @returns no figures where there are so many pairs that their scores should not be held (2^27)
Resampled resampled_templates(const PooledTemplates& templates, const data::TemplateTables& tables,
                              const TemplateScores& scores, const TemplateTargets& targets);

/// What InsightFace's scripts print for the same scores.
std::vector<Figure> insightface_figures(const PooledTemplates& templates, const data::TemplateTables& tables,
                                        const TemplateTargets& targets);

/// Puts intervals to the first figures.
void add_intervals(std::vector<Figure>& figures, std::span<const Interval> intervals);

}  // namespace fedfr::eval
