#include "reference_rates.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "fedfr/eval/similarity.hpp"

// The rates as the released program works them out, departures from the protocol included, so that its
// printed numbers can be compared digit by digit. Nothing here is meant to be better: what looks wrong (no
// rank, 40 probes an identity, means of any length) is what the program does.
namespace fedfr::eval {

namespace {

constexpr double kProbesPerIdentity = 40;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

/// Products in float32 and their sum in double, as the released program does.
double cosine(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += double{a[k] * b[k]};
  return sum;
}

/// The bin of a pair whose cosine is `similarity` up to rounding. Only near the edge of a bin does rounding
/// matter, so only there is the slow sum needed.
std::size_t bin_of(float similarity, std::span<const float> a, std::span<const float> b) {
  double position = (double{similarity} + 1) * 1000;
  if (std::abs(position - std::round(position)) < 0.01) position = (cosine(a, b) + 1) * 1000;
  return std::min(static_cast<std::size_t>(std::max(0.0, position)), ScoreHistogram::kBins - 1);
}

struct CurvePoint {
  double far = 0;
  double tar = 0;
};

std::vector<CurvePoint> curve(const ScoreHistogram& bins) {
  std::vector<CurvePoint> points(ScoreHistogram::kBins);
  std::int64_t genuine = 0, impostor = 0;
  for (std::size_t bin = ScoreHistogram::kBins; bin-- > 0;) {
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

ScoreHistogram reference_histogram(const ClientTrial& trial) {
  ScoreHistogram bins;
  const auto own = trial.probes.rows(trial.own_begin, trial.own_end);
  for_each_similarity_row(own, trial.probes, [&](std::int64_t i, std::span<const float> products) {
    for (std::int64_t j = 0; j < trial.probes.rows(); ++j) {
      const bool is_own = j >= trial.own_begin && j < trial.own_end;
      if (is_own && j - trial.own_begin <= i) continue;
      const bool genuine = is_own && trial.own_labels[at(i)] == trial.own_labels[at(j - trial.own_begin)];
      ++(genuine ? bins.genuine : bins.impostor)[bin_of(products[at(j)], own.row(i), trial.probes.row(j))];
    }
  });
  return bins;
}

std::vector<OperatingPoint> reference_tar_at_far(const ClientTrial& trial, const std::vector<double>& fars,
                                                 std::int64_t impostor_pairs) {
  const auto points = curve(reference_histogram(trial));
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
