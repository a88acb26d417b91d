#include "reference_rates.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "fedfr/eval/similarity.hpp"

namespace fedfr::eval {

namespace {

constexpr std::size_t kBins = 2002;
constexpr double kProbesPerIdentity = 40;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

/// Products in float32 and their sum in double, as the released program does.
double cosine(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += double{a[k] * b[k]};
  return sum;
}

struct Histogram {
  std::array<std::int64_t, kBins> genuine{};
  std::array<std::int64_t, kBins> impostor{};
};

Histogram bin_pairs(const ClientTrial& trial) {
  Histogram bins;
  const auto own = trial.probes.rows(trial.own_begin, trial.own_end);
  for (std::int64_t i = 0; i < own.rows(); ++i)
    for (std::int64_t j = 0; j < trial.probes.rows(); ++j) {
      const bool is_own = j >= trial.own_begin && j < trial.own_end;
      if (is_own && j - trial.own_begin <= i) continue;
      const bool genuine = is_own && trial.own_labels[at(i)] == trial.own_labels[at(j - trial.own_begin)];
      const double shifted = std::max(0.0, (cosine(own.row(i), trial.probes.row(j)) + 1) * 1000);
      const auto bin = std::min(static_cast<std::size_t>(shifted), kBins - 1);
      ++(genuine ? bins.genuine : bins.impostor)[bin];
    }
  return bins;
}

struct CurvePoint {
  double far = 0;
  double tar = 0;
};

std::vector<CurvePoint> curve(const Histogram& bins) {
  std::vector<CurvePoint> points(kBins);
  std::int64_t genuine = 0, impostor = 0;
  for (std::size_t bin = kBins; bin-- > 0;) {
    genuine += bins.genuine[bin];
    impostor += bins.impostor[bin];
    points[bin] = {static_cast<double>(impostor), static_cast<double>(genuine)};
  }
  for (auto& point : points)
    point = {point.far / static_cast<double>(impostor), point.tar / static_cast<double>(genuine)};
  std::ranges::stable_sort(points, {}, &CurvePoint::far);
  return points;
}

double interpolate(const std::vector<CurvePoint>& points, double far) {
  const auto right = std::ranges::upper_bound(points, far, {}, &CurvePoint::far);
  if (right == points.begin() || right == points.end()) return kUndefined;
  const auto left = right - 1;
  return left->tar + (right->tar - left->tar) * (far - left->far) / (right->far - left->far);
}

/// Scores with the right and with every wrong gallery entry.
struct EntryScores {
  std::vector<float> right;
  std::vector<float> wrong;  // descending
};

EntryScores score_entries(const ClientTrial& trial, const GalleryEntries& gallery) {
  EntryScores scores;
  for_each_similarity_row(trial.probes, gallery.view(), [&](std::int64_t i, std::span<const float> products) {
    const bool own = i >= trial.own_begin && i < trial.own_end;
    const auto right = own ? gallery.index_of(trial.own_labels[at(i - trial.own_begin)]) : products.size();
    for (std::size_t entry = 0; entry < products.size(); ++entry)
      (entry == right ? scores.right : scores.wrong).push_back(products[entry]);
  });
  std::ranges::sort(scores.wrong, std::greater<>{});
  return scores;
}

}  // namespace

std::vector<OperatingPoint> reference_tar_at_far(const ClientTrial& trial, const std::vector<double>& fars,
                                                 std::int64_t impostor_pairs) {
  const auto points = curve(bin_pairs(trial));
  std::vector<OperatingPoint> rates;
  for (const double far : fars)
    rates.push_back({.target = far, .true_rate = interpolate(points, far), .impostors = impostor_pairs});
  return rates;
}

std::vector<OperatingPoint> reference_tpir_at_fpir(const ClientTrial& trial,
                                                   const std::vector<double>& fpirs) {
  const GalleryEntries gallery(trial.gallery, trial.gallery_labels, MeanLength::as_is);
  const auto scores = score_entries(trial, gallery);
  const auto probes = static_cast<double>(trial.probes.rows());
  std::vector<OperatingPoint> rates;
  for (const double fpir : fpirs) {
    OperatingPoint point{.target = fpir,
                         .impostors = trial.probes.rows() - (trial.own_end - trial.own_begin)};
    const auto k = static_cast<std::size_t>(std::ceil(fpir * probes));
    if (k <= scores.wrong.size()) {
      const float threshold = scores.wrong[k - 1];
      const auto found = std::ranges::count_if(scores.right, [=](float score) { return score > threshold; });
      point.true_rate =
          static_cast<double>(found) / (kProbesPerIdentity * static_cast<double>(gallery.view().rows()));
    }
    rates.push_back(point);
  }
  return rates;
}

}  // namespace fedfr::eval
