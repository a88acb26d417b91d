// The split of the method's released program, number for number: its shuffles are Python's.
#include <algorithm>
#include <numeric>

#include "fedfr/core/error.hpp"
#include "fedfr/core/python_random.hpp"
#include "fedfr/data/split/split_plan.hpp"

namespace fedfr::data {

namespace {

using Identities = std::vector<std::int64_t>;

std::vector<std::int64_t> positions(std::int64_t first, std::int64_t end) {
  std::vector<std::int64_t> range(static_cast<std::size_t>(end - first));
  std::iota(range.begin(), range.end(), first);
  return range;
}

void check(const ReleasedRecipe& recipe) {
  if (recipe.clients < 1 || recipe.client_identities < recipe.clients)
    throw UsageError(
        "the released recipe needs at least one client and one identity for each; asked for were {} "
        "identities for {} clients",
        recipe.client_identities, recipe.clients);
  if (recipe.client_identities % recipe.clients != 0)
    throw UsageError("{} client identities cannot be dealt equally to {} clients: make it a multiple",
                     recipe.client_identities, recipe.clients);
  if (recipe.public_identities < 0 || recipe.public_parts < 1)
    throw UsageError("--public is {} and --public-parts {}: at least 0 and 1 are needed",
                     recipe.public_identities, recipe.public_parts);
  if (recipe.test_images < 0 || recipe.test_images > std::max<std::int64_t>(recipe.client_above, 0))
    throw UsageError(
        "--test-images is {}: client identities with more than {} images would be left without "
        "training images",
        recipe.test_images, recipe.client_above);
}

/// The first `wanted` of `candidates` whose number of images lies strictly between the bounds.
Identities within(std::span<const std::int64_t> candidates, std::span<const std::int64_t> counts,
                  std::int64_t above, std::int64_t below, std::int64_t wanted, const char* what) {
  Identities found;
  std::ranges::copy_if(candidates, std::back_inserter(found), [&](std::int64_t identity) {
    const std::int64_t images = counts[static_cast<std::size_t>(identity)];
    return images > above && images < below;
  });
  if (std::ssize(found) < wanted)
    throw UsageError(
        "{} {} identities were asked for, but its half of the collection has only {} with more than {} "
        "and fewer than {} images",
        wanted, what, found.size(), above, below);
  found.resize(static_cast<std::size_t>(wanted));
  return found;
}

void count_dropped(SplitPlan& plan, std::span<const std::int64_t> counts, const ReleasedRecipe& recipe) {
  Dropped dropped{"outside the recipe's bounds or beyond the number asked for",
                  std::ssize(counts) - recipe.client_identities - recipe.public_identities,
                  std::accumulate(counts.begin(), counts.end(), std::int64_t{0})};
  for (const auto* parts : {&plan.clients, &plan.public_parts}) {
    for (const auto& part : *parts) {
      for (const auto& assigned : part) dropped.images -= assigned.images();
    }
  }
  if (dropped.identities > 0) plan.dropped.push_back(std::move(dropped));
}

}  // namespace

std::vector<std::int64_t> released_order(std::int64_t identities, std::uint32_t seed) {
  auto order = positions(0, identities);
  PythonRandom(seed).shuffle(std::span(order));
  return order;
}

SplitPlan plan_released_split(std::span<const std::int64_t> image_counts, const ReleasedRecipe& recipe,
                              std::uint32_t seed) {
  check(recipe);
  const auto order = released_order(std::ssize(image_counts), seed);
  const std::span shuffled(order);
  const auto half = shuffled.size() / 2;
  const auto for_clients = within(shuffled.first(half), image_counts, recipe.client_above,
                                  recipe.client_below, recipe.client_identities, "client");
  const auto for_public = within(shuffled.subspan(half), image_counts, recipe.public_above,
                                 recipe.public_below, recipe.public_identities, "public");
  SplitPlan plan;
  const std::int64_t block = recipe.client_identities / recipe.clients;
  for (std::int64_t i = 0; i < recipe.client_identities; ++i) {
    const auto identity = for_clients[static_cast<std::size_t>(i)];
    const auto images = image_counts[static_cast<std::size_t>(identity)];
    if (i % block == 0) plan.clients.emplace_back();
    plan.clients.back().push_back(
        {identity, positions(recipe.test_images, images), positions(0, recipe.test_images)});
  }
  auto next = for_public.begin();
  for (std::int64_t part = 0; part < recipe.public_parts && next != for_public.end(); ++part) {
    const std::int64_t size = recipe.public_identities / recipe.public_parts +
                              (part < recipe.public_identities % recipe.public_parts ? 1 : 0);
    Assignment assignment;
    for (const auto end = next + size; next != end; ++next)
      assignment.push_back({*next, positions(0, image_counts[static_cast<std::size_t>(*next)]), {}});
    plan.public_parts.push_back(std::move(assignment));
  }
  count_dropped(plan, image_counts, recipe);
  return plan;
}

}  // namespace fedfr::data
