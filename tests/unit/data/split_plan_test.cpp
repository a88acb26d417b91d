#include "fedfr/data/split/split_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "fedfr/core/error.hpp"

namespace fedfr::data {
namespace {

using Counts = std::vector<std::int64_t>;

Counts counts_like_lfw() {  // many identities with one image, few with many
  Counts counts;
  for (std::int64_t i = 0; i < 400; ++i)
    counts.push_back(i % 10 == 0 ? 10 + i % 37 : i % 10 <= 3 ? 2 + i % 7 : 1);
  return counts;
}

std::vector<Assignment> all_parts(const SplitPlan& plan) {
  auto parts = plan.clients;
  parts.insert(parts.end(), plan.public_parts.begin(), plan.public_parts.end());
  parts.push_back(plan.heldout);
  return parts;
}

/// What must hold for every recipe.
void expect_sound(const SplitPlan& plan, const Counts& counts) {
  std::set<std::int64_t> seen;
  std::int64_t images = 0;
  for (const auto& part : all_parts(plan)) {
    for (const auto& assigned : part) {
      EXPECT_TRUE(seen.insert(assigned.identity).second) << "identity " << assigned.identity << " twice";
      EXPECT_GE(assigned.train.size(), 1U);
      std::set<std::int64_t> positions(assigned.train.begin(), assigned.train.end());
      positions.insert(assigned.test.begin(), assigned.test.end());
      EXPECT_EQ(std::ssize(positions), assigned.images()) << "an image twice";
      EXPECT_GE(*positions.begin(), 0);
      EXPECT_LT(*positions.rbegin(), counts.at(static_cast<std::size_t>(assigned.identity)));
      images += assigned.images();
    }
  }
  std::int64_t identities = std::ssize(seen);
  for (const auto& dropped : plan.dropped) {
    identities += dropped.identities;
    images += dropped.images;
  }
  EXPECT_EQ(identities, std::ssize(counts));
  EXPECT_EQ(images, std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
  for (const auto& client : plan.clients) EXPECT_GE(client.size(), 1U);
}

std::string refusal(const Counts& counts, const SplitRecipe& recipe) {
  try {
    plan_split(counts, recipe, 1);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(SplitPlan, GivesEveryPlaceIdentitiesWithinItsBounds) {
  const auto counts = counts_like_lfw();
  SplitRecipe recipe{.clients = 4, .identities_per_client = 5, .heldout_identities = 60};
  recipe.min_images = 10;
  recipe.max_images = 40;
  recipe.heldout_max_images = 9;
  const auto plan = plan_split(counts, recipe, 3);
  expect_sound(plan, counts);
  ASSERT_EQ(plan.clients.size(), 4U);
  for (const auto& client : plan.clients) {
    EXPECT_EQ(client.size(), 5U);
    for (const auto& assigned : client) {
      EXPECT_GE(assigned.images(), 10);
      EXPECT_LE(assigned.images(), 40);
      EXPECT_EQ(std::ssize(assigned.test), std::llround(0.2 * static_cast<double>(assigned.images())));
    }
  }
  ASSERT_EQ(plan.heldout.size(), 60U);
  for (const auto& assigned : plan.heldout) {
    EXPECT_GE(assigned.images(), 2);
    EXPECT_LE(assigned.images(), 9);
    EXPECT_TRUE(assigned.test.empty());
  }
  ASSERT_EQ(plan.public_parts.size(), 1U);
  EXPECT_EQ(plan.public_parts[0].size(), counts.size() - 80);
  EXPECT_TRUE(plan.dropped.empty());
}

TEST(SplitPlan, DependsOnTheSeedOnly) {
  const auto counts = counts_like_lfw();
  SplitRecipe recipe{.clients = 4, .identities_per_client = 5, .heldout_identities = 20};
  recipe.alpha_identities = 0.5;
  recipe.alpha_images = 0.5;
  EXPECT_EQ(plan_split(counts, recipe, 3).clients, plan_split(counts, recipe, 3).clients);
  EXPECT_NE(plan_split(counts, recipe, 3).clients, plan_split(counts, recipe, 4).clients);
}

TEST(SplitPlan, SaysWhatIsDropped) {
  const Counts counts(20, 6);
  SplitRecipe recipe{
      .clients = 2, .identities_per_client = 3, .public_identities = 4, .heldout_identities = 5};
  const auto plan = plan_split(counts, recipe, 1);
  expect_sound(plan, counts);
  ASSERT_EQ(plan.dropped.size(), 1U);
  EXPECT_EQ(plan.dropped[0].identities, 20 - 6 - 4 - 5);
  EXPECT_EQ(plan.dropped[0].images, 6 * (20 - 6 - 4 - 5));
}

TEST(SplitPlan, LeavesEveryIdentityATrainingImage) {
  const Counts counts{2, 3, 4, 50};
  SplitRecipe recipe{.clients = 2, .identities_per_client = 2};
  recipe.test_images = 40;
  const auto plan = plan_split(counts, recipe, 1);
  expect_sound(plan, counts);
  for (const auto& client : plan.clients) {
    for (const auto& assigned : client)
      EXPECT_EQ(std::ssize(assigned.train), assigned.images() == 50 ? 10 : 1);
  }
}

TEST(SplitPlan, SkewsWithoutEmptyClientsForAnyAlpha) {
  const Counts counts(120, 30);
  for (const double alpha : {1e-300, 1e-6, 0.1, 1.0, 1e6}) {
    SplitRecipe recipe{.clients = 10, .identities_per_client = 8};
    recipe.alpha_identities = alpha;
    recipe.alpha_images = alpha;
    const auto plan = plan_split(counts, recipe, 5);
    expect_sound(plan, counts);
    std::size_t total = 0, largest = 0;
    for (const auto& client : plan.clients) {
      EXPECT_GE(client.size(), 2U) << alpha;
      total += client.size();
      largest = std::max(largest, client.size());
    }
    EXPECT_EQ(total, 80U);
    if (alpha < 1e-3) {
      EXPECT_EQ(largest, 80U - 9 * 2);  // one client takes all that is left
    } else if (alpha > 1e3) {
      EXPECT_EQ(largest, 8U);
    }
  }
}

TEST(SplitPlan, SkewsImagesWithinAClient) {
  const Counts counts(40, 30);
  SplitRecipe recipe{.clients = 2, .identities_per_client = 10};
  recipe.alpha_images = 0.3;
  const auto plan = plan_split(counts, recipe, 5);
  expect_sound(plan, counts);
  for (const auto& client : plan.clients) {
    const auto [least, most] = std::ranges::minmax(client, {}, &AssignedIdentity::images);
    EXPECT_EQ(most.images(), 30);  // the largest share keeps all
    EXPECT_LT(least.images(), 15);
    EXPECT_GE(least.images(), 2);
  }
}

TEST(SplitPlan, NoClientsAreFine) {
  const Counts counts(10, 3);
  const auto plan = plan_split(counts, {.clients = 0, .heldout_identities = 4}, 1);
  expect_sound(plan, counts);
  EXPECT_TRUE(plan.clients.empty());
  EXPECT_EQ(plan.heldout.size(), 4U);
}

TEST(SplitPlan, RefusesTheImpossibleAndSaysWhatIsThere) {
  const Counts counts(10, 3);
  using testing::HasSubstr;
  EXPECT_THAT(refusal(counts, {.clients = 3, .identities_per_client = 4}),
              HasSubstr("only 10 of the 10 identities"));
  EXPECT_THAT(refusal(counts, {.clients = INT64_MAX, .identities_per_client = INT64_MAX}),
              HasSubstr("only 10"));
  EXPECT_THAT(refusal(counts, {.clients = 1, .identities_per_client = 1, .min_images = 4}),
              HasSubstr("only 0 of"));
  EXPECT_THAT(refusal(counts, {.clients = -1}), HasSubstr("--clients"));
  EXPECT_THAT(refusal(counts, {.clients = 1, .identities_per_client = 0}),
              HasSubstr("--identities-per-client"));
  EXPECT_THAT(refusal(counts, {.clients = 1, .identities_per_client = 4, .heldout_identities = 7}),
              HasSubstr("only 6 identities are left"));
  EXPECT_THAT(refusal(counts, {.clients = 1, .identities_per_client = 4, .public_identities = 7}),
              HasSubstr("only 6 identities are left"));
  EXPECT_THAT(refusal(counts, {.clients = 1, .identities_per_client = 4, .test_share = 1.0}),
              HasSubstr("--test-share"));
  EXPECT_THAT(refusal(counts, {.clients = 1, .identities_per_client = 4, .alpha_identities = 0.0}),
              HasSubstr("--alpha-identities"));
  EXPECT_THAT(refusal(counts, {.clients = 1, .identities_per_client = 4, .alpha_images = std::nan("")}),
              HasSubstr("--alpha-images"));
  EXPECT_THAT(refusal({}, {.clients = 1, .identities_per_client = 1}), HasSubstr("only 0 of the 0"));
}

TEST(ReleasedSplit, TakesOnlyCountsStrictlyWithinTheBounds) {
  Counts counts;
  for (std::int64_t i = 0; i < 400; ++i) counts.push_back(55 + i % 60);
  ReleasedRecipe recipe{.clients = 3, .client_identities = 9, .public_identities = 20, .public_parts = 3};
  const auto plan = plan_released_split(counts, recipe, 100);
  expect_sound(plan, counts);
  for (const auto& client : plan.clients) {
    EXPECT_EQ(client.size(), 3U);
    for (const auto& assigned : client) {
      EXPECT_GT(assigned.images(), 100);
      EXPECT_LT(assigned.images(), 110);
      EXPECT_EQ(assigned.test.size(), 40U);
      EXPECT_EQ(assigned.test.back(), 39);
    }
  }
  ASSERT_EQ(plan.public_parts.size(), 3U);
  EXPECT_EQ(plan.public_parts[0].size(), 7U);  // 20 = 7 + 7 + 6
  EXPECT_EQ(plan.public_parts[1].size(), 7U);
  EXPECT_EQ(plan.public_parts[2].size(), 6U);
}

TEST(ReleasedSplit, RefusesTheImpossible) {
  const Counts counts(100, 105);
  const auto plan = [&](const ReleasedRecipe& recipe) { return plan_released_split(counts, recipe, 100); };
  EXPECT_THROW(plan({.clients = 3, .client_identities = 10, .public_identities = 0}), UsageError);
  EXPECT_THROW(plan({.clients = 0, .client_identities = 10, .public_identities = 0}), UsageError);
  EXPECT_THROW(plan({.clients = 1, .client_identities = 51, .public_identities = 0}), UsageError);
  EXPECT_THROW(plan({.clients = 1, .client_identities = 10, .public_identities = 1}), UsageError);
  EXPECT_THROW(plan({.clients = 1, .client_identities = 10, .public_identities = 0, .test_images = 101}),
               UsageError);
  EXPECT_NO_THROW(plan({.clients = 1, .client_identities = 50, .public_identities = 0}));
}

}  // namespace
}  // namespace fedfr::data
