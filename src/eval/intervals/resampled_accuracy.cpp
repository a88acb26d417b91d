#include "fedfr/eval/intervals/resampled_accuracy.hpp"

#include <algorithm>
#include <array>
#include <map>

// Per fold and threshold only whole numbers of pairs matter. Each pair has a cell, its fold and the first
// threshold that accepts it; a draw adds the pair's weight to the cell, and running sums over the cells of a
// fold give what is right at every threshold.
namespace fedfr::eval {

namespace {

constexpr std::int32_t kCells = kVerificationThresholds + 1;  // of a fold; the last: no threshold accepts it

std::int32_t cell_of(double squared_distance) {
  std::int32_t cell = 0;
  while (cell < kVerificationThresholds && !(squared_distance < verification_threshold(cell))) ++cell;
  return cell;
}

/// Weights of one fold, and from them of what is right at every threshold.
struct FoldWeights {
  std::array<std::int64_t, kCells> genuine{};
  std::array<std::int64_t, kCells> impostor{};
  std::int64_t all = 0;

  std::array<std::int64_t, kVerificationThresholds> right() const {
    std::array<std::int64_t, kVerificationThresholds> result{};
    std::int64_t sum = 0;
    for (const auto weight : impostor) sum += weight;  // below all thresholds: every impostor is refused
    for (std::size_t t = 0; t < result.size(); ++t) {
      sum += genuine[t] - impostor[t];
      result[t] = sum;
    }
    return result;
  }
};

}  // namespace

ResampledAccuracy::ResampledAccuracy(std::span<const OwnedPair> pairs) {
  std::map<int, std::int32_t> numbers;
  for (const auto& pair : pairs) numbers.emplace(pair.fold, 0);
  for (auto& [fold, number] : numbers) number = folds_++;
  for (const auto& pair : pairs)
    entries_.push_back({.first = pair.first,
                        .second = pair.second,
                        .cell = numbers[pair.fold] * kCells + cell_of(pair.squared_distance),
                        .genuine = pair.genuine});
}

double ResampledAccuracy::operator()(std::span<const std::uint32_t> times) const {
  std::vector<FoldWeights> folds(static_cast<std::size_t>(folds_));
  for (const auto& entry : entries_) {
    const auto first = std::int64_t{times[static_cast<std::size_t>(entry.first)]};
    const bool alone = entry.genuine || entry.first == entry.second;
    const auto weight = alone ? first : first * std::int64_t{times[static_cast<std::size_t>(entry.second)]};
    auto& fold = folds[static_cast<std::size_t>(entry.cell / kCells)];
    (entry.genuine ? fold.genuine : fold.impostor)[static_cast<std::size_t>(entry.cell % kCells)] += weight;
    fold.all += weight;
  }
  std::vector<std::array<std::int64_t, kVerificationThresholds>> right;
  std::array<std::int64_t, kVerificationThresholds> all{};
  for (const auto& fold : folds) {
    right.push_back(fold.right());
    for (std::size_t t = 0; t < all.size(); ++t) all[t] += right.back()[t];
  }
  double sum = 0;
  std::int64_t measured = 0;
  for (std::size_t f = 0; f < folds.size(); ++f) {
    if (folds[f].all == 0) continue;  // nobody of it was drawn
    auto training = all;
    if (folds.size() > 1)
      for (std::size_t t = 0; t < all.size(); ++t) training[t] -= right[f][t];
    const auto best = std::ranges::max_element(training) - training.begin();
    sum += static_cast<double>(right[f][static_cast<std::size_t>(best)]) / static_cast<double>(folds[f].all);
    ++measured;
  }
  return measured == 0 ? kUndefined : sum / static_cast<double>(measured);
}

}  // namespace fedfr::eval
