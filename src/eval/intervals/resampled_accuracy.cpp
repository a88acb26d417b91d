#include "fedfr/eval/intervals/resampled_accuracy.hpp"

#include <algorithm>
#include <array>
#include <map>

// Per fold and threshold only numbers of pairs matter. Each pair has a cell, its fold and the first threshold
// that accepts it; a draw adds the pair's weight to the cell, and running sums over the cells of a fold give
// what is right at every threshold. A fold of whose genuine or impostor pairs none was drawn is left out.
namespace fedfr::eval {

namespace {

constexpr std::int32_t kCells = kVerificationThresholds + 1;  // of a fold; the last: no threshold accepts it

std::int32_t cell_of(double squared_distance) {
  std::int32_t cell = 0;
  while (cell < kVerificationThresholds && !(squared_distance < verification_threshold(cell))) ++cell;
  return cell;
}

using Counts = std::array<std::int64_t, kCells>;
using Rights = std::array<double, kVerificationThresholds>;

/// The pairs of one kind in one fold: how many there are, and the weights of those that were drawn.
struct Kind {
  std::int64_t pairs = 0;
  std::int64_t drawn = 0;
  Counts weights{};

  /// The protocol fixes how many pairs of each kind a fold has; a draw does not.
  double scale() const { return drawn == 0 ? 0 : static_cast<double>(pairs) / static_cast<double>(drawn); }
};

struct Fold {
  Kind genuine, impostor;

  bool measured() const {
    return (genuine.pairs == 0 || genuine.drawn > 0) && (impostor.pairs == 0 || impostor.drawn > 0);
  }
  double pairs() const { return static_cast<double>(genuine.pairs + impostor.pairs); }

  /// Pairs that are decided rightly, at every threshold.
  Rights right() const {
    Rights result{};
    std::int64_t accepted = 0, refused = impostor.drawn;  // below all thresholds everything is refused
    for (std::size_t t = 0; t < result.size(); ++t) {
      accepted += genuine.weights[t];
      refused -= impostor.weights[t];
      result[t] =
          genuine.scale() * static_cast<double>(accepted) + impostor.scale() * static_cast<double>(refused);
    }
    return result;
  }
};

/// The first of the best thresholds; sums that differ by rounding alone are equal.
std::size_t best_threshold(const Rights& right) {
  constexpr double rounding = 1e-12;
  const double enough = std::ranges::max(right) * (1 - rounding);
  const auto first = std::ranges::find_if(right, [=](double value) { return value >= enough; });
  return static_cast<std::size_t>(first - right.begin());
}

/// Each fold at the threshold that is best on the others, the first of equal ones; the mean.
double accuracy_over(std::span<const Fold> folds) {
  std::vector<Rights> right;
  Rights all{};
  for (const auto& fold : folds) {
    right.push_back(fold.right());
    for (std::size_t t = 0; t < all.size(); ++t) all[t] += right.back()[t];
  }
  double sum = 0;
  for (std::size_t f = 0; f < folds.size(); ++f) {
    Rights training = all;
    if (folds.size() > 1)
      for (std::size_t t = 0; t < all.size(); ++t) training[t] -= right[f][t];
    sum += right[f][best_threshold(training)] / folds[f].pairs();
  }
  return folds.empty() ? kUndefined : sum / static_cast<double>(folds.size());
}

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
  std::vector<Fold> folds(static_cast<std::size_t>(folds_));
  for (const auto& entry : entries_) {
    const auto first = std::int64_t{times[static_cast<std::size_t>(entry.first)]};
    const bool alone = entry.genuine || entry.first == entry.second;
    const auto weight = alone ? first : first * std::int64_t{times[static_cast<std::size_t>(entry.second)]};
    auto& fold = folds[static_cast<std::size_t>(entry.cell / kCells)];
    auto& kind = entry.genuine ? fold.genuine : fold.impostor;
    ++kind.pairs;
    kind.drawn += weight;
    kind.weights[static_cast<std::size_t>(entry.cell % kCells)] += weight;
  }
  std::erase_if(folds, [](const Fold& fold) { return !fold.measured(); });
  return accuracy_over(folds);
}

}  // namespace fedfr::eval
