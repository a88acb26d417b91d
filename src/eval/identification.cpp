#include "fedfr/eval/identification.hpp"

#include <algorithm>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/eval/gallery_search.hpp"
#include "fedfr/eval/similarity.hpp"
#include "reference_rates.hpp"

// The personalised protocol for one client. Scores are looked at row by row as they are computed and never
// held together: of the impostors' only the largest are kept (LargestScores), which alone decide the
// thresholds.
namespace fedfr::eval {

namespace {

constexpr std::int64_t kLongestMatchCurve = 10;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

double largest(const std::vector<double>& rates, double otherwise) {
  return rates.empty() ? otherwise : std::ranges::max(rates);
}

void check(const ClientTrial& trial) {
  const auto own = trial.own_end - trial.own_begin;
  if (trial.own_begin < 0 || own < 0 || trial.own_end > trial.probes.rows() ||
      std::ssize(trial.own_labels) != own || std::ssize(trial.gallery_labels) != trial.gallery.rows())
    throw UsageError(
        "probes {} to {} of {} have {} labels, and {} gallery images have {}: as many labels as images are "
        "needed",
        trial.own_begin, trial.own_end, trial.probes.rows(), trial.own_labels.size(), trial.gallery.rows(),
        trial.gallery_labels.size());
  require_unit_rows(trial.probes, "probes");
  require_unit_rows(trial.gallery, "gallery images");
}

void count_pairs(const ClientTrial& trial, PersonalisedScores& scores) {
  const auto pairs_among = [](std::int64_t n) { return n * (n - 1) / 2; };
  scores.own_probes = trial.own_end - trial.own_begin;
  scores.other_probes = trial.probes.rows() - scores.own_probes;
  std::vector<std::int32_t> labels(trial.own_labels.begin(), trial.own_labels.end());
  std::ranges::sort(labels);
  for (auto first = labels.begin(); first != labels.end();) {
    const auto last = std::upper_bound(first, labels.end(), *first);
    scores.genuine_pairs += pairs_among(last - first);
    first = last;
  }
  scores.impostor_pairs =
      pairs_among(scores.own_probes) - scores.genuine_pairs + scores.own_probes * scores.other_probes;
}

/// 1:1 at the targets and along the curve.
void score_pairs(const ClientTrial& trial, const std::vector<double>& fars, PersonalisedScores& scores) {
  auto rates = curve_rates();
  std::erase_if(rates, [&](double rate) { return allowed_false_accepts(rate, scores.impostor_pairs) < 1; });
  rates.insert(rates.begin(), fars.begin(), fars.end());
  std::vector<float> genuine;
  LargestScores impostor(scores.impostor_pairs, largest(rates, 0.1));
  const auto own = trial.probes.rows(trial.own_begin, trial.own_end);
  for_each_similarity_row(own, trial.probes, [&](std::int64_t i, std::span<const float> products) {
    for (std::int64_t j = i + 1; j < own.rows(); ++j) {
      const float score = products[at(trial.own_begin + j)];
      if (trial.own_labels[at(i)] == trial.own_labels[at(j)])
        genuine.push_back(score);
      else
        impostor.add(score);
    }
    for (const float score : products.first(at(trial.own_begin))) impostor.add(score);
    for (const float score : products.subspan(at(trial.own_end))) impostor.add(score);
  });
  const auto points = operating_points(std::move(genuine), std::move(impostor), rates);
  const auto curve = points.begin() + std::ssize(fars);
  scores.tar_at_far.assign(points.begin(), curve);
  scores.roc.assign(curve, points.end());
}

/// 1:N at the targets, and the cumulative match curve.
void score_identification(const ClientTrial& trial, const GalleryEntries& gallery,
                          const std::vector<double>& fpirs, PersonalisedScores& scores) {
  std::vector<std::int64_t> right(at(trial.probes.rows()), kNotInGallery);
  for (auto i = trial.own_begin; i < trial.own_end; ++i)
    right[at(i)] = static_cast<std::int64_t>(gallery.index_of(trial.own_labels[at(i - trial.own_begin)]));
  const auto found = identification_scores(search_gallery(trial.probes, gallery.view(), right),
                                           scores.identities, kLongestMatchCurve, fpirs);
  scores.tpir_at_fpir = found.tpir_at_fpir;
  scores.cumulative_match = found.cumulative_match;
  scores.rank1 = found.rank1;
}

}  // namespace

std::vector<double> curve_rates() { return logarithmic_rates(1e-6, 0.1, 10); }

PersonalisedScores score_client(const ClientTrial& trial, const PersonalisedTargets& targets) {
  check(trial);
  PersonalisedScores scores;
  count_pairs(trial, scores);
  const GalleryEntries gallery(trial.gallery, trial.gallery_labels, MeanLength::unit);
  scores.identities = gallery.view().rows();
  if (scores.identities == 0) throw DataError("the client has no gallery images");
  score_pairs(trial, targets.fars, scores);
  score_identification(trial, gallery, targets.fpirs, scores);
  // In place of the rates by scores; rank 1 and the curves stay.
  if (targets.reference_semantics) {
    scores.tar_at_far = reference_tar_at_far(trial, targets.fars, scores.impostor_pairs);
    scores.tpir_at_fpir = reference_tpir_at_fpir(trial, targets.fpirs);
  }
  return scores;
}

}  // namespace fedfr::eval
