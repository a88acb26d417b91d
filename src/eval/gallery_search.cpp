#include "fedfr/eval/gallery_search.hpp"

#include <algorithm>
#include <limits>

#include "fedfr/core/error.hpp"
#include "fedfr/eval/similarity.hpp"

// Of a probe only its rank and one score matter for every figure of 1:N identification, so the scores with
// all other entries are looked at row by row and forgotten.
namespace fedfr::eval {

namespace {

constexpr float kNeverAccepted = -std::numeric_limits<float>::infinity();
constexpr int kCurvePointsPerDecade = 10;

/// 1 + entries before `right` in the order of falling scores, the first of equal ones first.
std::int64_t rank_of(std::span<const float> products, std::size_t right) {
  const float score = products[right];
  const auto before = products.first(right);
  return 1 + std::ranges::count_if(products, [score](float other) { return other > score; }) +
         std::ranges::count(before, score);
}

/// The largest rate that will be asked for; LargestScores wants one in any case.
double largest(const std::vector<double>& rates) { return rates.empty() ? 0.1 : std::ranges::max(rates); }

}  // namespace

std::vector<ProbeOutcome> search_gallery(const EmbeddingView& probes, const EmbeddingView& gallery,
                                         std::span<const std::int64_t> right) {
  if (std::ssize(right) != probes.rows() || gallery.rows() == 0)
    throw UsageError("{} probes with {} right entries cannot be looked for in a gallery of {}", probes.rows(),
                     right.size(), gallery.rows());
  std::vector<ProbeOutcome> outcomes(right.size());
  for_each_similarity_row(probes, gallery, [&](std::int64_t i, std::span<const float> products) {
    const auto probe = static_cast<std::size_t>(i);
    if (right[probe] >= gallery.rows())
      throw UsageError("the right entry of probe {} is {}, but the gallery has {}", i, right[probe],
                       gallery.rows());
    if (right[probe] == kNotInGallery) {
      outcomes[probe] = {.rank = 0, .score = std::ranges::max(products)};
    } else {
      const auto entry = static_cast<std::size_t>(right[probe]);
      outcomes[probe] = {.rank = rank_of(products, entry), .score = products[entry]};
    }
  });
  return outcomes;
}

double share_within(std::span<const double> cumulative_match, std::int64_t rank) {
  return rank <= std::ssize(cumulative_match) ? cumulative_match[static_cast<std::size_t>(rank - 1)]
                                              : kUndefined;
}

float accepted_score(const ProbeOutcome& outcome) {
  // With a wrong first entry no threshold helps.
  return outcome.rank > 1 ? kNeverAccepted : outcome.score;
}

IdentificationScores identification_scores(std::span<const ProbeOutcome> outcomes, std::int64_t entries,
                                           std::int64_t longest_rank, std::span<const double> fpirs) {
  IdentificationScores scores;
  scores.entries = entries;
  scores.nonmated_probes = std::ranges::count(outcomes, 0, &ProbeOutcome::rank);
  scores.mated_probes = std::ssize(outcomes) - scores.nonmated_probes;
  std::vector<double> rates(fpirs.begin(), fpirs.end());
  std::ranges::copy(rates_of_curve(scores.nonmated_probes, kCurvePointsPerDecade), std::back_inserter(rates));
  std::vector<float> mated;
  std::vector<std::int64_t> ranks;
  LargestScores nonmated(scores.nonmated_probes, largest(rates));
  for (const auto& outcome : outcomes) {
    if (outcome.rank == 0) {
      nonmated.add(outcome.score);
    } else {
      ranks.push_back(outcome.rank);
      mated.push_back(accepted_score(outcome));
    }
  }
  const auto points = operating_points(std::move(mated), std::move(nonmated), rates);
  scores.tpir_at_fpir.assign(points.begin(), points.begin() + std::ssize(fpirs));
  scores.curve.assign(points.begin() + std::ssize(fpirs), points.end());
  scores.cumulative_match = cumulative_match(ranks, std::min(longest_rank, entries));
  if (!scores.cumulative_match.empty()) scores.rank1 = scores.cumulative_match.front();
  return scores;
}

}  // namespace fedfr::eval
