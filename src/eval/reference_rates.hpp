#pragma once
#include <cstdint>
#include <vector>

#include "fedfr/eval/identification.hpp"
#include "gallery.hpp"

/// The released program's personalised rates, for comparisons with its printed numbers. Thresholds and
/// achieved false rates stay undefined: it has none.
namespace fedfr::eval {

/// 1:1. Scores are cut to bins of 0.001; the curve has a point for every bin (accept from that bin on),
/// ordered by rising FAR and, where that is equal, rising bin, and is interpolated linearly.
std::vector<OperatingPoint> reference_tar_at_far(const ClientTrial& trial, const std::vector<double>& fars,
                                                 std::int64_t impostor_pairs);

/// 1:N. The threshold is the ceil(FPIR * P)-th largest score of any probe with a wrong entry; a probe counts
/// if its right entry scores higher, whatever the other entries score; 40 probes an identity are taken for
/// granted.
std::vector<OperatingPoint> reference_tpir_at_fpir(const ClientTrial& trial,
                                                   const std::vector<double>& fpirs);

}  // namespace fedfr::eval
