#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/eval/embedding_view.hpp"
#include "fedfr/eval/roc.hpp"

/// 1:N identification, closed set (is the right entry first?) and open set (is it first and above a threshold
/// that strangers rarely reach?), against one gallery with an entry a person.
namespace fedfr::eval {

/// What became of a probe.
struct ProbeOutcome {
  std::int64_t rank =
      0;            ///< of the right entry, from 1, the first of equal ones first; 0: not in the gallery
  float score = 0;  ///< of the right entry; for a person who is not in the gallery of the best one
};

inline constexpr std::int64_t kNotInGallery = -1;

/// @param probes   [P, dimension] of unit length
/// @param gallery  [G, dimension] of unit length, G >= 1
/// @param right    [P] the row of the probe's person in the gallery, or kNotInGallery
/// @throws UsageError if counts differ or a row does not exist
std::vector<ProbeOutcome> search_gallery(const EmbeddingView& probes, const EmbeddingView& gallery,
                                         std::span<const std::int64_t> right);

/// For how many first entries figures tell how often the right one is among them.
inline constexpr std::array<std::int64_t, 3> kReportedRanks{1, 5, 10};

struct IdentificationScores {
  std::int64_t entries = 0;       ///< of the gallery
  std::int64_t mated_probes = 0;  ///< of people who are in the gallery
  std::int64_t nonmated_probes = 0;
  double rank1 = kUndefined;
  std::array<Interval, kReportedRanks.size()> rank_intervals{};
  std::vector<double> cumulative_match;      ///< ranks 1, 2, ... (CMC)
  std::vector<OperatingPoint> tpir_at_fpir;  ///< at the targets (in older papers DIR@FAR)
  std::vector<OperatingPoint> curve;         ///< at the FPIRs that the non-mated probes resolve
};

/// The rates of Maze et al., ICB 2018 (IJB-C), section 5: a mated probe is identified at a threshold if its
/// right entry comes first and scores above it; a non-mated one is a false positive if any entry does.
/// @param longest_rank  of the cumulative match curve, which ends at the number of entries
/// @param fpirs         each in (0, 1)
IdentificationScores identification_scores(std::span<const ProbeOutcome> outcomes, std::int64_t entries,
                                           std::int64_t longest_rank, std::span<const double> fpirs);

/// Of a cumulative match curve; undefined beyond its end.
double share_within(std::span<const double> cumulative_match, std::int64_t rank);

/// The score of a probe that counts at thresholds: -infinity, which none accepts, where another entry comes
/// first.
float accepted_score(const ProbeOutcome& outcome);

}  // namespace fedfr::eval
