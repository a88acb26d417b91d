#include "fedfr/eval/templates/pooling.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fedfr/core/error.hpp"
#include "fedfr/eval/similarity.hpp"

// A template's images need not lie together, so images are sorted by template and medium first; the sort is
// stable, for sums of floating-point numbers depend on their order.
namespace fedfr::eval {

namespace {

void check(const TemplateImages& images) {
  const auto n = images.features.rows();
  if (std::ssize(images.detector_scores) != n || std::ssize(images.templates) != n ||
      std::ssize(images.media) != n)
    throw UsageError("{} features have {} detector scores, {} templates and {} media: as many are needed", n,
                     images.detector_scores.size(), images.templates.size(), images.media.size());
}

/// Images in the order of templates, media, and their own.
std::vector<std::size_t> grouped(const TemplateImages& images) {
  std::vector<std::size_t> order(images.templates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {},
                           [&](std::size_t i) { return std::pair(images.templates[i], images.media[i]); });
  return order;
}

/// Adds the mean of one medium to the sum of its template.
void add_medium(const TemplateImages& images, std::span<const std::size_t> members, std::span<double> sum) {
  std::vector<double> medium(sum.size());
  for (const auto i : members) {
    const auto row = images.features.row(static_cast<std::int64_t>(i));
    for (std::size_t k = 0; k < row.size(); ++k)
      medium[k] += double{row[k]} * double{images.detector_scores[i]};
  }
  for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += medium[k] / static_cast<double>(members.size());
}

void append_unit(std::span<const double> sum, std::int64_t id, std::vector<float>& features) {
  double squared = 0;
  for (const double x : sum) squared += x * x;
  const double length = std::sqrt(squared);
  if (!(length > 0) || !std::isfinite(length))
    throw DataError(
        "template {} has the length {}: the model tells nothing of its images, or their detector scores are "
        "zero",
        id, length);
  for (const double x : sum) features.push_back(static_cast<float>(x / length));
}

/// The part of `order` from `begin` on for which `key` stays the same.
template <class Key>
std::span<const std::size_t> run_from(std::span<const std::size_t> order, std::size_t begin, const Key& key) {
  std::size_t end = begin + 1;
  while (end < order.size() && key(order[end]) == key(order[begin])) ++end;
  return order.subspan(begin, end - begin);
}

}  // namespace

PooledTemplates pool_templates(const TemplateImages& images) {
  check(images);
  const auto order = grouped(images);
  std::vector<std::int64_t> ids;
  std::vector<float> features;
  for (std::size_t begin = 0; begin < order.size();) {
    const auto of_template = run_from(order, begin, [&](std::size_t i) { return images.templates[i]; });
    std::vector<double> sum(static_cast<std::size_t>(images.features.dimension()));
    for (std::size_t first = 0; first < of_template.size();) {
      const auto of_medium = run_from(of_template, first, [&](std::size_t i) { return images.media[i]; });
      add_medium(images, of_medium, sum);
      first += of_medium.size();
    }
    ids.push_back(images.templates[of_template.front()]);
    append_unit(sum, ids.back(), features);
    begin += of_template.size();
  }
  return {std::move(ids), std::move(features), images.features.dimension()};
}

std::int64_t PooledTemplates::row_of(std::int64_t id) const {
  const auto found = std::ranges::lower_bound(ids_, id);
  if (found == ids_.end() || *found != id) throw DataError("template {} is asked for, but has no images", id);
  return found - ids_.begin();
}

std::vector<float> PooledTemplates::rows_of(std::span<const std::int64_t> ids) const {
  std::vector<float> rows;
  for (const auto id : ids) {
    const auto row = view().row(row_of(id));
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return rows;
}

}  // namespace fedfr::eval
