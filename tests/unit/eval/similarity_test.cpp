#include "fedfr/eval/similarity.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fedfr/core/error.hpp"
#include "fedfr/core/rng.hpp"

namespace fedfr::eval {
namespace {

std::vector<float> random_values(std::size_t count, std::uint64_t seed) {
  RngStream random({.seed = seed, .purpose = Purpose::pairs});
  std::vector<float> values;
  while (values.size() < count) values.push_back(static_cast<float>(random.normal()));
  return values;
}

TEST(Similarities, AreSumsInTheOrderOfTheDimensionsForAnyShape) {
  constexpr std::int64_t kDimension = 37;
  const auto a = random_values(70 * kDimension, 1);
  const auto b = random_values(70 * kDimension, 2);
  for (const std::int64_t rows : {1, 3, 4, 65})
    for (const std::int64_t columns : {1, 15, 16, 33}) {
      const EmbeddingView left = EmbeddingView(a, kDimension).rows(0, rows);
      const EmbeddingView right = EmbeddingView(b, kDimension).rows(5, 5 + columns);
      const auto products = similarities(left, right);
      ASSERT_EQ(std::ssize(products), rows * columns);
      for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < columns; ++j) {
          float expected = 0;
          for (std::size_t k = 0; k < kDimension; ++k) expected += left.row(i)[k] * right.row(j)[k];
          ASSERT_EQ(products[static_cast<std::size_t>(i * columns + j)], expected) << i << ',' << j;
        }
    }
}

TEST(Similarities, OfNothingAreNone) {
  const std::vector<float> one{1, 0};
  EXPECT_TRUE(similarities({}, {one, 2}).empty());
  EXPECT_TRUE(similarities({one, 2}, {}).empty());
}

TEST(Similarities, RefuseDifferentDimensions) {
  const std::vector<float> values(6);
  EXPECT_THROW(similarities({values, 2}, {values, 3}), UsageError);
  EXPECT_THROW(EmbeddingView(values, 4), UsageError);
}

TEST(UnitRows, HaveLengthOneAndLeaveZeroAlone) {
  const std::vector<float> values{3, 4, 0, 0};
  EXPECT_EQ(unit_rows({values, 2}), (std::vector<float>{0.6F, 0.8F, 0, 0}));
}

TEST(UnitSum, AddsTheViewsBeforeItNormalises) {
  const std::vector<float> upright{2, 0};
  const std::vector<float> mirrored{1, 4};
  EXPECT_EQ(unit_sum({upright, 2}, {mirrored, 2}), (std::vector<float>{0.6F, 0.8F}));
  EXPECT_THROW(unit_sum({upright, 2}, {mirrored, 1}), UsageError);
}

TEST(RequireUnitRows, NamesTheRowAndTheCause) {
  const auto message = [](float x) {
    const std::vector<float> values{1, 0, x, 0};
    try {
      require_unit_rows({values, 2}, "probes");
    } catch (const DataError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message(1), "");
  EXPECT_EQ(message(2),
            "embedding 1 of the probes has the length 2 instead of 1: the model tells nothing of that image; "
            "are the weights those of a trained network?");
  EXPECT_EQ(
      message(std::numeric_limits<float>::quiet_NaN()),
      "embedding 1 of the probes has the length nan instead of 1: the model has diverged; lower the learning "
      "rate");
}

}  // namespace
}  // namespace fedfr::eval
