#include "fedfr/fl/parts/hard_negatives.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fedfr/nn/losses.hpp"
#include "support/tensors.hpp"

namespace fedfr::fl {
namespace {

/// Public images whose similarity to the single local image is exactly the given cosine.
struct Scene {
  at::Tensor local = at::eye(2).narrow(0, 0, 1);
  Candidates publics;

  explicit Scene(const std::vector<float>& cosines) {
    const auto count = static_cast<std::int64_t>(cosines.size());
    publics = {at::empty({count, 2}), at::ones({count})};
    for (std::size_t i = 0; i < cosines.size(); ++i) {
      publics.features[static_cast<std::int64_t>(i)][0] = cosines[i];
      publics.features[static_cast<std::int64_t>(i)][1] = std::sqrt(1 - cosines[i] * cosines[i]);
    }
  }
};

TEST(HardNegatives, StrictlyAboveTheThreshold) {
  const Scene scene({0.5F, 0.25F, 0.75F, 0.5F});
  EXPECT_THAT(mine_hard_negatives(scene.local, scene.publics, {.threshold = 0.5}), testing::ElementsAre(2));
  EXPECT_THAT(mine_hard_negatives(scene.local, scene.publics, {.threshold = 0.4}),
              testing::ElementsAre(0, 2, 3));
  EXPECT_THAT(mine_hard_negatives(scene.local, scene.publics, {.threshold = 0.9}), testing::IsEmpty());
}

TEST(HardNegatives, TheCapKeepsTheMostSimilarAndTheLowerIndexOfEquals) {
  const Scene scene({0.5F, 0.25F, 0.75F, 0.5F});
  EXPECT_THAT(mine_hard_negatives(scene.local, scene.publics, {.threshold = 0, .cap = 2}),
              testing::ElementsAre(0, 2));
  EXPECT_THAT(mine_hard_negatives(scene.local, scene.publics, {.threshold = 0, .cap = 1}),
              testing::ElementsAre(2));
}

TEST(HardNegatives, AnyLocalImageCounts) {
  const at::Tensor local = at::eye(3);
  const at::Tensor publics = test::formula_tensor(5, 0, 1, 0, {9000, 3});
  const at::Tensor largest = largest_similarity(local, candidates(publics));
  // The similarity to a basis vector is a coordinate.
  EXPECT_TRUE(largest.equal(nn::unit_rows(publics).amax(1)));
}

TEST(HardNegatives, TheLengthOfAPublicEmbeddingDoesNotMatter) {
  const at::Tensor local = nn::unit_rows(test::formula_tensor(6, 0, 1, 0, {5, 8}));
  const at::Tensor publics = test::formula_tensor(7, 0, 1, 0, {20, 8});
  const at::Tensor expected = largest_similarity(local, candidates(publics));
  EXPECT_TRUE(largest_similarity(local, candidates(publics * 4)).equal(expected));
}

}  // namespace
}  // namespace fedfr::fl
