#pragma once
#include <cstdint>
#include <span>
#include <vector>

/// Rates at fixed false rates when people are drawn: TAR at FAR of pairs, TPIR at FPIR of probes.
namespace fedfr::eval {

/// A score and the people whose draws decide how often it counts.
struct OwnedScore {
  static constexpr std::int32_t kNobody = -1;

  float score = 0;
  std::int32_t first = 0;         ///< number of a person
  std::int32_t second = kNobody;  ///< the other person of an impostor pair
};

class ResampledRates {
 public:
  /// @param genuine   in any order; -infinity is never accepted
  /// @param targets   each in (0, 1)
  ResampledRates(std::vector<OwnedScore> genuine, std::vector<OwnedScore> impostor,
                 std::span<const double> targets);

  std::size_t size() const { return targets_.size(); }  ///< figures

  /// With every person drawn once these are the rates of operating_points.
  /// @param times  [people] how often each was drawn
  /// @param rates  [size()] the true rate at each target, in the order of the targets
  void operator()(std::span<const std::uint32_t> times, std::span<double> rates) const;

 private:
  std::vector<OwnedScore> genuine_, impostor_;  // descending
  std::vector<double> targets_;
  std::vector<std::size_t> rising_;  // the targets, the smallest first
};

}  // namespace fedfr::eval
