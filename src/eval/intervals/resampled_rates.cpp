#include "fedfr/eval/intervals/resampled_rates.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "fedfr/eval/roc.hpp"

// Scores are sorted once. With k = the false accepts that a rate allows of the drawn impostors, the threshold
// is the first score down to which more than k of them have been met; genuine ones above it count.
namespace fedfr::eval {

namespace {

std::int64_t weight(const OwnedScore& score, std::span<const std::uint32_t> times) {
  const auto first = std::int64_t{times[static_cast<std::size_t>(score.first)]};
  if (score.second == OwnedScore::kNobody) return first;
  return first * std::int64_t{times[static_cast<std::size_t>(score.second)]};
}

std::int64_t total(std::span<const OwnedScore> scores, std::span<const std::uint32_t> times) {
  std::int64_t sum = 0;
  for (const auto& score : scores) sum += weight(score, times);
  return sum;
}

}  // namespace

ResampledRates::ResampledRates(std::vector<OwnedScore> genuine, std::vector<OwnedScore> impostor,
                               std::span<const double> targets)
    : genuine_(std::move(genuine)),
      impostor_(std::move(impostor)),
      targets_(targets.begin(), targets.end()),
      rising_(targets.size()) {
  std::ranges::sort(genuine_, std::greater<>{}, &OwnedScore::score);
  std::ranges::sort(impostor_, std::greater<>{}, &OwnedScore::score);
  std::iota(rising_.begin(), rising_.end(), std::size_t{0});
  std::ranges::sort(rising_, {}, [&](std::size_t i) { return targets_[i]; });
}

void ResampledRates::operator()(std::span<const std::uint32_t> times, std::span<double> rates) const {
  const auto genuine_total = total(genuine_, times), impostor_total = total(impostor_, times);
  std::ranges::fill(rates, kUndefined);
  if (genuine_total == 0 || impostor_total == 0) return;
  std::int64_t refused = 0, accepted = 0;  // impostors met, and genuine ones above the threshold
  auto impostor = impostor_.begin();
  auto genuine = genuine_.begin();
  float threshold = 0;
  for (const auto target : rising_) {
    const auto allowed = allowed_false_accepts(targets_[target], impostor_total);
    // More than `allowed` come before the end, unless a rate is 1 up to rounding.
    while (refused <= allowed && impostor != impostor_.end()) {
      threshold = impostor->score;
      refused += weight(*impostor++, times);
    }
    for (; genuine != genuine_.end() && genuine->score > threshold; ++genuine)
      accepted += weight(*genuine, times);
    rates[target] = static_cast<double>(accepted) / static_cast<double>(genuine_total);
  }
}

}  // namespace fedfr::eval
