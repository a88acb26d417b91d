#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fedfr/eval/identification.hpp"
#include "gallery.hpp"

/// The released program's personalised rates, for comparisons with its printed numbers. Thresholds and
/// achieved false rates stay undefined: it has none.
namespace fedfr::eval {

/// Pairs by int((cosine + 1) * 1000).
struct ScoreHistogram {
  static constexpr std::size_t kBins = 2002;
  std::array<std::int64_t, kBins> genuine{};
  std::array<std::int64_t, kBins> impostor{};
};

/// Cosines as the program computes them: products in float32, their sum in double.
ScoreHistogram reference_histogram(const ClientTrial& trial);

/// 1:1. The curve has a point for every bin (accept from that bin on),
/// ordered by rising FAR and, where that is equal, rising bin, and is interpolated linearly.
std::vector<OperatingPoint> reference_tar_at_far(const ClientTrial& trial, const std::vector<double>& fars,
                                                 std::int64_t impostor_pairs);

/// 1:N. The threshold is the ceil(FPIR * P)-th largest score of any probe with a wrong entry; a probe counts
/// if its right entry scores higher, whatever the other entries score; 40 probes an identity are taken for
/// granted.
std::vector<OperatingPoint> reference_tpir_at_fpir(const ClientTrial& trial,
                                                   const std::vector<double>& fpirs);

}  // namespace fedfr::eval
