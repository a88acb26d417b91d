// Decides who goes where from numbers of images alone. Each decision draws from a stream of its own, so that
// a change of one (how many test images) does not change another (who the clients' people are).
#include "fedfr/data/split/split_plan.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "fedfr/core/error.hpp"
#include "fedfr/core/rng.hpp"

namespace fedfr::data {

namespace {

using Identities = std::vector<std::int64_t>;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

/// Streams of the planner; the values are part of what a seed means.
enum class Step : std::uint64_t { choose = 0, identities = 1, images = 2, test = 3 };

RngStream stream(std::uint64_t seed, Step step, std::int64_t client = 0) {
  return RngStream({.seed = seed,
                    .purpose = Purpose::split,
                    .round = static_cast<std::uint64_t>(step),
                    .client = static_cast<std::uint64_t>(client)});
}

void check(const SplitRecipe& recipe) {
  const auto not_negative = [](const char* option, std::int64_t value) {
    if (value < 0) throw UsageError("--{} is {}, but cannot be negative", option, value);
  };
  not_negative("clients", recipe.clients);
  not_negative("heldout", recipe.heldout_identities);
  not_negative("public", recipe.public_identities.value_or(0));
  not_negative("test-images", recipe.test_images.value_or(0));
  if (recipe.clients > 0 && recipe.identities_per_client < 1)
    throw UsageError("--identities-per-client is {}: a client needs at least one identity",
                     recipe.identities_per_client);
  if (!(recipe.test_share >= 0.0 && recipe.test_share < 1.0))
    throw UsageError("--test-share is {}, but must be in [0, 1)", recipe.test_share);
  for (const auto& [option, alpha] :
       {std::pair{"identities", recipe.alpha_identities}, std::pair{"images", recipe.alpha_images}}) {
    if (alpha && !(*alpha > 0.0 && std::isfinite(*alpha)))
      throw UsageError("--alpha-{} is {}, but must be a positive number", option, *alpha);
  }
}

/// Shares that add up to 1: gamma draws divided by their sum follow a Dirichlet distribution. Also where
/// alpha is so small that every draw vanishes.
std::vector<double> dirichlet(RngStream& random, std::size_t parts, double alpha) {
  std::vector<double> shares(parts);
  for (auto& share : shares) share = random.gamma(alpha);
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (!(total > 0.0)) {
    shares.assign(parts, 0.0);
    shares[random.below(parts)] = 1.0;
    return shares;
  }
  for (auto& share : shares) share /= total;
  return shares;
}

/// How many identities each client gets: a floor for all, the rest by the largest remainders of the shares
/// (Hamilton's method), so that the sum is exact.
std::vector<std::int64_t> skewed_sizes(std::int64_t clients, std::int64_t identities, double alpha,
                                       RngStream random) {
  const std::int64_t least = std::min<std::int64_t>(2, identities / clients);
  const auto shares = dirichlet(random, at(clients), alpha);
  const std::int64_t spread = identities - least * clients;
  std::vector<std::int64_t> sizes(at(clients), least);
  std::vector<std::pair<double, std::size_t>> remainders;
  std::int64_t given = 0;
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    const double exact = shares[c] * static_cast<double>(spread);
    const auto whole = std::min(static_cast<std::int64_t>(exact), spread - given);
    sizes[c] += whole;
    given += whole;
    remainders.emplace_back(exact - static_cast<double>(whole), c);
  }
  std::ranges::sort(remainders, std::greater<>{});
  for (std::size_t i = 0; given < spread; ++i, ++given) ++sizes[remainders[i % remainders.size()].second];
  return sizes;
}

/// Moves the first `count` identities that pass out of `pool`, which keeps its order.
Identities take(Identities& pool, std::int64_t count, const std::function<bool(std::int64_t)>& passes) {
  Identities taken, left;
  for (const auto identity : pool)
    (std::ssize(taken) < count && passes(identity) ? taken : left).push_back(identity);
  pool = std::move(left);
  return taken;
}

Identities all_positions(std::int64_t count) {
  Identities positions(at(count));
  std::iota(positions.begin(), positions.end(), 0);
  return positions;
}

AssignedIdentity whole(std::int64_t identity, std::int64_t images) {
  return {identity, all_positions(images), {}};
}

std::int64_t test_count(const SplitRecipe& recipe, std::int64_t images) {
  const auto wanted =
      recipe.test_images.value_or(std::llround(recipe.test_share * static_cast<double>(images)));
  return std::min(wanted, images - 1);
}

/// Keeps `keep` random images of `images` and makes some of them test images.
AssignedIdentity thinned(std::int64_t identity, std::int64_t images, std::int64_t keep,
                         const SplitRecipe& recipe, std::uint64_t seed) {
  Identities positions = all_positions(images);
  stream(seed, Step::test, identity).shuffle(std::span(positions));
  const auto test = positions.begin() + test_count(recipe, keep);
  AssignedIdentity assigned{identity, {test, positions.begin() + keep}, {positions.begin(), test}};
  std::ranges::sort(assigned.train);
  std::ranges::sort(assigned.test);
  return assigned;
}

class Planner {
 public:
  Planner(std::span<const std::int64_t> counts, const SplitRecipe& recipe, std::uint64_t seed)
      : counts_(counts), recipe_(recipe), seed_(seed), pool_(all_positions(std::ssize(counts))) {
    stream(seed, Step::choose).shuffle(std::span(pool_));
  }

  SplitPlan plan() && {
    // In this order, which is part of what a seed means: who comes first has the choice.
    if (recipe_.clients > 0) plan_clients();
    plan_heldout();
    plan_public();
    if (thinned_images_ > 0) plan_.dropped.push_back({"thinned by --alpha-images", 0, thinned_images_});
    return std::move(plan_);
  }

 private:
  void plan_clients() {
    const std::int64_t highest = recipe_.max_images.value_or(INT64_MAX);
    const auto eligible = [&](std::int64_t i) {
      return counts_[at(i)] >= std::max<std::int64_t>(1, recipe_.min_images) && counts_[at(i)] <= highest;
    };
    const std::int64_t possible = std::ranges::count_if(pool_, eligible);
    if (recipe_.identities_per_client > possible / recipe_.clients)
      throw UsageError(
          "{} clients with {} identities each were asked for, but only {} of the {} identities have the "
          "number of "
          "images that --min-images and --max-images allow: ask for fewer, or widen the bounds",
          recipe_.clients, recipe_.identities_per_client, possible, counts_.size());
    const std::int64_t wanted = recipe_.clients * recipe_.identities_per_client;
    Identities chosen = take(pool_, wanted, eligible);
    std::vector<std::int64_t> sizes(at(recipe_.clients), recipe_.identities_per_client);
    if (recipe_.alpha_identities)
      sizes =
          skewed_sizes(recipe_.clients, wanted, *recipe_.alpha_identities, stream(seed_, Step::identities));
    auto next = chosen.begin();
    for (std::int64_t client = 0; client < recipe_.clients; ++client) {
      const auto end = next + sizes[at(client)];
      plan_.clients.push_back(client_assignment(client, {next, end}));
      next = end;
    }
  }

  Assignment client_assignment(std::int64_t client, const Identities& identities) {
    std::vector<double> shares(identities.size(), 1.0);
    if (recipe_.alpha_images) {
      auto random = stream(seed_, Step::images, client);
      shares = dirichlet(random, identities.size(), *recipe_.alpha_images);
    }
    // The identity with the largest share keeps all its images, the others as much less as their shares are,
    // but two where they have so many.
    const double largest = *std::ranges::max_element(shares);
    Assignment assignment;
    for (std::size_t i = 0; i < identities.size(); ++i) {
      const std::int64_t images = counts_[at(identities[i])];
      const auto share =
          static_cast<std::int64_t>(std::ceil(shares[i] / largest * static_cast<double>(images)));
      const std::int64_t keep = std::clamp(share, std::min<std::int64_t>(2, images), images);
      thinned_images_ += images - keep;
      assignment.push_back(thinned(identities[i], images, keep, recipe_, seed_));
    }
    return assignment;
  }

  void plan_heldout() {
    const std::int64_t highest = recipe_.heldout_max_images.value_or(INT64_MAX);
    const auto eligible = [&](std::int64_t i) {
      return counts_[at(i)] >= std::max<std::int64_t>(1, recipe_.heldout_min_images) &&
             counts_[at(i)] <= highest;
    };
    const Identities chosen = take(pool_, recipe_.heldout_identities, eligible);
    if (std::ssize(chosen) < recipe_.heldout_identities)
      throw UsageError(
          "--heldout {} was asked for, but only {} identities are left within the bounds of "
          "--heldout-min-images and --heldout-max-images",
          recipe_.heldout_identities, chosen.size());
    for (const auto identity : chosen) plan_.heldout.push_back(whole(identity, counts_[at(identity)]));
  }

  void plan_public() {
    const std::int64_t highest = recipe_.public_max_images.value_or(INT64_MAX);
    const auto eligible = [&](std::int64_t i) {
      return counts_[at(i)] >= std::max<std::int64_t>(1, recipe_.public_min_images) &&
             counts_[at(i)] <= highest;
    };
    const std::int64_t wanted = recipe_.public_identities.value_or(std::ssize(pool_));
    const Identities chosen = take(pool_, wanted, eligible);
    if (recipe_.public_identities && std::ssize(chosen) < wanted)
      throw UsageError(
          "--public {} was asked for, but only {} identities are left within the bounds of "
          "--public-min-images and "
          "--public-max-images",
          wanted, chosen.size());
    Assignment assignment;
    for (const auto identity : chosen) assignment.push_back(whole(identity, counts_[at(identity)]));
    if (!assignment.empty()) plan_.public_parts.push_back(std::move(assignment));
    // Who is still in the pool now has no place anywhere.
    Dropped left{"not among the public identities that --public and its bounds ask for", std::ssize(pool_),
                 0};
    for (const auto identity : pool_) left.images += counts_[at(identity)];
    if (left.identities > 0) plan_.dropped.push_back(std::move(left));
  }

  std::span<const std::int64_t> counts_;
  const SplitRecipe& recipe_;
  std::uint64_t seed_;
  Identities pool_;  // not yet used, in random order
  std::int64_t thinned_images_ = 0;
  SplitPlan plan_;
};

}  // namespace

SplitPlan plan_split(std::span<const std::int64_t> image_counts, const SplitRecipe& recipe,
                     std::uint64_t seed) {
  check(recipe);
  return Planner(image_counts, recipe, seed).plan();
}

}  // namespace fedfr::data
