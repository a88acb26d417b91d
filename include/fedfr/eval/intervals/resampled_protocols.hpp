#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fedfr/eval/gallery_search.hpp"
#include "fedfr/eval/identification.hpp"
#include "fedfr/eval/intervals/bootstrap.hpp"
#include "fedfr/eval/intervals/resampled_rates.hpp"
#include "fedfr/eval/people.hpp"
#include "fedfr/eval/verification.hpp"

/// The figures of each protocol when people are drawn, in the order in which figures.hpp lists them.
namespace fedfr::eval {

/// What a protocol measured on one model, ready to be worked out for any draw. Of two models on the same
/// dataset people have the same numbers, so that their difference can be drawn, too.
struct Resampled {
  std::int64_t people = 0;
  std::size_t figures = 0;
  FiguresOfDraw of;

  std::vector<Interval> intervals(const BootstrapPlan& plan) const {
    return bootstrap_intervals(people, figures, of, plan);
  }
};

/// Accuracy over the folds, and TAR at each FAR.
/// Only people who are in a pair count.
/// @param labels  [images] whose picture each is
/// @throws DataError if a pair names no image
Resampled resampled_verification(const EmbeddingView& embeddings, std::span<const data::Pair> pairs,
                                 std::span<const std::int32_t> labels, std::span<const double> fars);

/// Ranks 1, 5 and 10, and TPIR at each FPIR; the gallery stays as it is.
/// @param people  of the probes, in their order
Resampled resampled_identification(std::span<const ProbeOutcome> outcomes, const NumberedPeople& people,
                                   std::span<const double> fpirs);

/// TAR at each FAR from scores with the numbers of their people.
Resampled resampled_rates(std::vector<OwnedScore> genuine, std::vector<OwnedScore> impostor,
                          std::int64_t people, std::span<const double> fars);

/// The means over clients of TAR at each FAR, rank 1, and TPIR at each FPIR, when clients are drawn: each
/// with all of its people.
/// @param clients  all scored at the same targets
Resampled resampled_clients(std::span<const ClientScores> clients);

/// The mean of several that have the same people and figures.
Resampled mean_of(std::vector<Resampled> several);

/// The figures of several with the same people, one after the other.
Resampled joined(std::vector<Resampled> several);

/// Puts the intervals to the figures that they belong to.
void add_intervals(VerificationScores& scores, std::span<const Interval> intervals);
void add_intervals(IdentificationScores& scores, std::span<const Interval> intervals);

}  // namespace fedfr::eval
