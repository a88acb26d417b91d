// Matrices of InsightFace's alignment, which were computed from float32: golden case j.
#include "fedfr/data/codec/alignment.hpp"

#include <gtest/gtest.h>

#include "support/golden.hpp"

namespace fedfr::data {
namespace {

TEST(Alignment, HasTheMatricesOfInsightFace) {
  FEDFR_NEEDS_GOLDEN("j_evaluation.h5");
  const fedfr::test::GoldenFile golden("j_evaluation.h5");
  const auto points = golden.floats("alignment/landmarks");
  const auto matrices = golden.doubles("alignment/matrix");
  const auto target = golden.floats("alignment/template");
  for (std::size_t i = 0; i < 10; ++i)
    EXPECT_EQ(i % 2 == 0 ? aligned_landmarks[i / 2].x : aligned_landmarks[i / 2].y, target[i]);
  ASSERT_EQ(points.size(), 60U);
  for (std::size_t face = 0; face < 6; ++face) {
    Landmarks landmarks;
    for (std::size_t i = 0; i < 5; ++i)
      landmarks[i] = {points[face * 10 + i * 2], points[face * 10 + i * 2 + 1]};
    const auto map = fit_similarity(landmarks, aligned_landmarks);
    ASSERT_TRUE(map);
    for (std::size_t i = 0; i < 6; ++i)
      EXPECT_NEAR((*map)[i / 3][i % 3], matrices[face * 6 + i], 5e-5) << face;
  }
}

}  // namespace
}  // namespace fedfr::data
