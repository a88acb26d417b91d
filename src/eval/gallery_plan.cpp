#include "fedfr/eval/gallery_plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "fedfr/core/error.hpp"
#include "fedfr/core/rng.hpp"
#include "fedfr/eval/people.hpp"
#include "fedfr/eval/similarity.hpp"
#include "gallery.hpp"

// Any dataset as a gallery and probes. People with too few images for both are what an open set needs:
// strangers, whom nobody has to make up.
namespace fedfr::eval {

namespace {

/// Those who are not to be enrolled although they could be.
std::set<std::int64_t> draw_strangers(const std::vector<std::int64_t>& enrollable, std::int64_t strangers,
                                      std::uint64_t seed) {
  if (strangers >= std::ssize(enrollable))
    throw UsageError(
        "{} strangers leave nobody to enrol: only {} people have images for a gallery and for probes",
        strangers, enrollable.size());
  RngStream random({.seed = seed, .purpose = Purpose::strangers});
  std::set<std::int64_t> drawn;
  for (const auto index : sample_distinct(random, std::ssize(enrollable), strangers))
    drawn.insert(enrollable[static_cast<std::size_t>(index)]);
  return drawn;
}

std::vector<std::int64_t> people_of(std::span<const std::int64_t> images,
                                    std::span<const std::int64_t> people) {
  std::vector<std::int64_t> labels;
  for (const auto image : images) labels.push_back(people[static_cast<std::size_t>(image)]);
  return labels;
}

}  // namespace

GalleryPlan gallery_of_first_images(std::span<const std::int64_t> people, std::int64_t enrolled,
                                    std::int64_t strangers, std::uint64_t seed) {
  std::map<std::int64_t, std::int64_t> images;
  for (const auto person : people) ++images[person];
  std::vector<std::int64_t> enrollable;
  for (const auto& [person, count] : images)
    if (count > enrolled) enrollable.push_back(person);
  const auto unknown = draw_strangers(enrollable, strangers, seed);
  std::map<std::int64_t, std::int64_t> taken;
  GalleryPlan plan;
  for (std::size_t i = 0; i < people.size(); ++i) {
    const auto person = people[i];
    const bool known = images[person] > enrolled && !unknown.contains(person);
    const bool is_gallery = known && taken[person]++ < enrolled;
    (is_gallery ? plan.gallery : plan.probes).push_back(static_cast<std::int64_t>(i));
  }
  return plan;
}

GalleryPlan gallery_of_training_part(std::span<const data::Subset> subsets) {
  GalleryPlan plan;
  for (std::size_t i = 0; i < subsets.size(); ++i)
    (subsets[i] == data::Subset::train ? plan.gallery : plan.probes).push_back(static_cast<std::int64_t>(i));
  return plan;
}

Identified identify(const GalleryPlan& plan, std::span<const std::int64_t> people,
                    const EmbeddingView& gallery, const EmbeddingView& probes, std::int64_t longest_rank,
                    std::span<const double> fpirs) {
  if (plan.gallery.empty() || plan.probes.empty())
    throw DataError("{} gallery images and {} probes: both are needed for identification",
                    plan.gallery.size(), plan.probes.size());
  require_unit_rows(gallery, "gallery images");
  require_unit_rows(probes, "probes");
  const auto gallery_people = people_of(plan.gallery, people);
  const auto numbered = number_people(gallery_people);
  const GalleryEntries entries(gallery, numbered.numbers, MeanLength::unit);
  std::map<std::int64_t, std::int64_t> row_of;  // entries lie by rising number
  for (std::size_t i = 0; i < gallery_people.size(); ++i) row_of[gallery_people[i]] = numbered.numbers[i];
  std::vector<std::int64_t> right;
  for (const auto person : people_of(plan.probes, people)) {
    const auto found = row_of.find(person);
    right.push_back(found == row_of.end() ? kNotInGallery : found->second);
  }
  Identified result{.scores = {}, .outcomes = search_gallery(probes, entries.view(), right)};
  result.scores = identification_scores(result.outcomes, entries.view().rows(), longest_rank, fpirs);
  return result;
}

}  // namespace fedfr::eval
