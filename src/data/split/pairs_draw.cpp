// Draws pairs without listing all that are possible, of which a million images have half a trillion: pairs
// are numbered, distinct numbers are drawn, and each number is turned back into its pair.
#include "fedfr/data/split/pairs_draw.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "fedfr/core/error.hpp"
#include "fedfr/core/rng.hpp"
#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

namespace {

using Indices = std::vector<std::int64_t>;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }
std::int64_t pairs_among(std::int64_t n) { return n * (n - 1) / 2; }

/// `count` different numbers below `bound`, ascending (Floyd's algorithm, Bentley and Floyd, CACM 1987).
std::set<std::int64_t> distinct(RngStream& random, std::int64_t bound, std::int64_t count) {
  std::set<std::int64_t> chosen;
  for (std::int64_t top = bound - count; top < bound; ++top) {
    const auto draw = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(top) + 1));
    if (!chosen.insert(draw).second) chosen.insert(top);
  }
  return chosen;
}

struct Fold {
  int number = 0;
  Indices identities;        // in random order
  std::int64_t genuine = 0;  // possible pairs
  std::int64_t impostor = 0;
};

/// Deals the identities to the folds there and back, those with most images first, so that all folds have
/// about as many identities and pairs.
std::vector<Fold> deal(std::span<const std::int64_t> counts, int folds, RngStream& random) {
  Indices order(counts.size());
  std::iota(order.begin(), order.end(), 0);
  random.shuffle(std::span(order));
  std::ranges::stable_sort(order, std::greater<>{}, [&](std::int64_t i) { return counts[at(i)]; });
  std::vector<Fold> dealt(at(folds));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t place = i % (2 * dealt.size());
    dealt[place < dealt.size() ? place : 2 * dealt.size() - 1 - place].identities.push_back(order[i]);
  }
  for (int number = 0; number < folds; ++number) {
    auto& fold = dealt[at(number)];
    fold.number = number;
    std::int64_t images = 0;
    for (const auto identity : fold.identities) {
      images += counts[at(identity)];
      fold.genuine += pairs_among(counts[at(identity)]);
    }
    fold.impostor = pairs_among(images) - fold.genuine;
    random.shuffle(std::span(fold.identities));
  }
  return dealt;
}

std::int64_t share_of(std::int64_t total, std::int64_t folds, std::int64_t fold) {
  return total / folds + (fold < total % folds ? 1 : 0);
}

void check_enough(std::span<const Fold> folds, std::int64_t wanted, std::int64_t Fold::*possible,
                  const char* kind) {
  const auto count = std::ssize(folds);
  const std::int64_t least = std::ranges::min(folds, {}, possible).*possible;
  for (const auto& fold : folds) {
    if (share_of(wanted, count, fold.number) > fold.*possible)
      throw UsageError(
          "{} {} pairs in {} folds were asked for, but only {} are possible with these identities (at "
          "least one fold has only {}): ask for fewer pairs or folds, or hold out more identities",
          wanted, kind, count, least * count, least);
  }
}

/// How many pairs each identity gives: as equal as the number of its pairs allows.
std::vector<std::int64_t> even_shares(std::span<const std::int64_t> possible, std::int64_t wanted) {
  std::vector<std::int64_t> shares(possible.size(), 0);
  while (wanted > 0) {
    std::int64_t open = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) open += shares[i] < possible[i] ? 1 : 0;
    const std::int64_t step = std::max<std::int64_t>(1, wanted / open);
    for (std::size_t i = 0; i < shares.size() && wanted > 0; ++i) {
      const std::int64_t more = std::min({step, possible[i] - shares[i], wanted});
      shares[i] += more;
      wanted -= more;
    }
  }
  return shares;
}

void draw_genuine(std::vector<DrawnPair>& pairs, const Fold& fold, std::span<const std::int64_t> counts,
                  std::int64_t wanted, RngStream& random) {
  Indices possible;
  for (const auto identity : fold.identities) possible.push_back(pairs_among(counts[at(identity)]));
  const auto shares = even_shares(possible, wanted);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const std::int64_t identity = fold.identities[i];
    for (std::int64_t index : distinct(random, possible[i], shares[i])) {
      // Pairs are numbered (0,1), (0,2), ..., (1,2), ...
      std::int64_t first = 0;
      for (std::int64_t row = counts[at(identity)] - 1; index >= row; --row, ++first) index -= row;
      pairs.push_back({identity, first, identity, first + 1 + index, fold.number});
    }
  }
}

/// Pairs of images of different identities are numbered by the first identity, then its image, then the
/// images of the identities after it.
void draw_impostor(std::vector<DrawnPair>& pairs, const Fold& fold, std::span<const std::int64_t> counts,
                   std::int64_t wanted, RngStream& random) {
  Indices images_before{0};
  for (const auto identity : fold.identities)
    images_before.push_back(images_before.back() + counts[at(identity)]);
  const std::int64_t images = images_before.back();
  for (std::int64_t index : distinct(random, fold.impostor, wanted)) {
    std::size_t first = 0;
    for (;; ++first) {
      const std::int64_t block = counts[at(fold.identities[first])] * (images - images_before[first + 1]);
      if (index < block) break;
      index -= block;
    }
    const std::int64_t partners = images - images_before[first + 1];
    const std::int64_t partner = images_before[first + 1] + index % partners;
    const auto second = std::ranges::upper_bound(images_before, partner) - images_before.begin() - 1;
    pairs.push_back({fold.identities[first], index / partners, fold.identities[at(second)],
                     partner - images_before[at(second)], fold.number});
  }
}

}  // namespace

std::vector<DrawnPair> draw_pairs(std::span<const std::int64_t> image_counts, std::int64_t genuine,
                                  std::int64_t impostor, int folds, std::uint64_t seed) {
  if (folds < 1 || folds > most_folds)
    throw UsageError("--folds is {}, but must be from 1 to {}", folds, most_folds);
  if (genuine < 0 || impostor < 0)
    throw UsageError("--genuine is {} and --impostor {}, but neither can be negative", genuine, impostor);
  RngStream random({.seed = seed, .purpose = Purpose::pairs});
  const auto dealt = deal(image_counts, folds, random);
  check_enough(dealt, genuine, &Fold::genuine, "genuine");
  check_enough(dealt, impostor, &Fold::impostor, "impostor");
  std::vector<DrawnPair> pairs;
  for (const auto& fold : dealt) {
    draw_genuine(pairs, fold, image_counts, share_of(genuine, folds, fold.number), random);
    draw_impostor(pairs, fold, image_counts, share_of(impostor, folds, fold.number), random);
  }
  return pairs;
}

}  // namespace fedfr::data
