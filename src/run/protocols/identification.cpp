#include "fedfr/run/protocols/identification.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "fedfr/core/error.hpp"
#include "fedfr/data/inspect/image_table.hpp"

// 1:N on any dataset: who is who is asked of the dataset, who is enrolled decides the plan, and the model
// embeds the gallery and the probes in that order.
namespace fedfr::run {

namespace {

constexpr std::int64_t kLongestRank = 100;

eval::GalleryPlan plan_of(const std::vector<data::ImageRow>& rows, const std::vector<std::int64_t>& people,
                          const GalleryChoice& choice, std::uint64_t seed) {
  const bool marked = std::ranges::count(rows, data::Subset::test, &data::ImageRow::subset) > 0;
  if (choice.images > 0 || !marked)
    return eval::gallery_of_first_images(people, std::max<std::int64_t>(choice.images, 1), choice.strangers,
                                         seed);
  if (choice.strangers > 0)
    throw UsageError(
        "the dataset marks a training and a test part, which decide who is enrolled: --strangers needs "
        "--gallery-images as well");
  std::vector<data::Subset> subsets;
  for (const auto& row : rows) subsets.push_back(row.subset);
  return eval::gallery_of_training_part(subsets);
}

eval::NumberedPeople probe_people(const eval::GalleryPlan& plan, const std::vector<std::int64_t>& people) {
  std::vector<std::int64_t> labels;
  for (const auto probe : plan.probes) labels.push_back(people[static_cast<std::size_t>(probe)]);
  return eval::number_people(labels);
}

}  // namespace

IdentificationResult identify_people(Evaluator& evaluator, const fl::GlobalModel& model,
                                     const data::Dataset& dataset, const GalleryChoice& choice) {
  const auto rows = data::image_table(dataset);
  std::vector<std::int64_t> people;
  for (const auto& row : rows) people.push_back(row.identity);
  const auto& options = evaluator.options();
  const auto plan = plan_of(rows, people, choice, options.seed);
  const auto images = dataset.all();
  const at::Tensor gallery = evaluator.features(model, images, plan.gallery);
  const at::Tensor probes = evaluator.features(model, images, plan.probes);
  try {
    auto found = eval::identify(plan, people, view_of(gallery), view_of(probes), kLongestRank, options.fpirs);
    auto resampled =
        eval::resampled_identification(found.outcomes, probe_people(plan, people), options.fpirs);
    return {.scores = std::move(found.scores), .resampled = std::move(resampled)};
  } catch (const DataError& e) {
    throw DataError("{}: {}", dataset.path().string(), e.what());
  }
}

}  // namespace fedfr::run
