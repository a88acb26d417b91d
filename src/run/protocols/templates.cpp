#include "fedfr/run/protocols/templates.hpp"

#include "fedfr/core/error.hpp"
#include "fedfr/core/indices.hpp"
#include "fedfr/data/templates/template_tables.hpp"

namespace fedfr::run {

namespace {

/// Those of the options where the user has set them, else those of the protocol.
eval::TemplateTargets targets_of(const Options& options) {
  const Options defaults;
  eval::TemplateTargets targets;
  if (options.fars != defaults.fars) targets.fars = options.fars;
  if (options.fpirs != defaults.fpirs) targets.fpirs = options.fpirs;
  return targets;
}

}  // namespace

TemplateResult score_template_benchmark(Evaluator& evaluator, const fl::GlobalModel& model,
                                        const data::Dataset& dataset, bool as_insightface) {
  const auto tables = data::load_template_tables(dataset.path(), dataset.images());
  const auto images = dataset.all();
  const at::Tensor features = evaluator.raw_features(model, images, all_indices(images.size()));
  const auto targets = targets_of(evaluator.options());
  try {
    const auto templates = eval::pool_templates({.features = view_of(features),
                                                 .detector_scores = tables.detector_scores,
                                                 .templates = tables.templates,
                                                 .media = tables.media});
    TemplateResult result{
        .scores = eval::score_templates(templates, tables, targets), .resampled = {}, .as_insightface = {}};
    if (evaluator.options().bootstrap_draws > 0)
      result.resampled = eval::resampled_templates(templates, tables, result.scores, targets);
    if (as_insightface) result.as_insightface = eval::insightface_figures(templates, tables, targets);
    return result;
  } catch (const DataError& e) {
    throw DataError("{}: {}", dataset.path().string(), e.what());
  }
}

}  // namespace fedfr::run
