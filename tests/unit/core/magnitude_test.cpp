#include "fedfr/core/magnitude.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace fedfr {
namespace {

TEST(LargestMagnitude, OfBothSignsAtAnyPlace) {
  for (std::size_t place = 0; place < 70; ++place) {
    std::vector<float> values(70, 0.5F);
    values[place] = -3;
    EXPECT_EQ(largest_magnitude(values), 3) << place;
  }
  EXPECT_EQ(largest_magnitude({}), 0);
}

TEST(LargestMagnitude, IsInfiniteWhereAValueIsNoNumber) {
  for (const float odd : {std::nanf(""), -std::nanf(""), std::numeric_limits<float>::infinity()}) {
    std::vector<float> values(33, 1);
    values[20] = odd;
    EXPECT_TRUE(std::isinf(largest_magnitude(values)));
  }
}

}  // namespace
}  // namespace fedfr
