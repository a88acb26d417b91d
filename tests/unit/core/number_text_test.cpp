#include "fedfr/core/number_text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace fedfr {
namespace {

TEST(NumberText, WhatIsShownAsZeroHasNoMinus) {
  EXPECT_EQ(fixed(-0.004, 2), "0.00");
  EXPECT_EQ(fixed(-0.0, 0), "0");
  EXPECT_EQ(signed_fixed(-0.004, 2), "+0.00");
  EXPECT_EQ(significant(-0.0, 4), "0");
}

TEST(NumberText, EverythingElseKeepsItsSign) {
  EXPECT_EQ(fixed(-0.006, 2), "-0.01");
  EXPECT_EQ(fixed(93.414, 2), "93.41");
  EXPECT_EQ(signed_fixed(0.5, 1), "+0.5");
  EXPECT_EQ(signed_fixed(-10, 1), "-10.0");
  EXPECT_EQ(significant(-0.000123456, 3), "-0.000123");
  EXPECT_EQ(fixed(-std::numeric_limits<double>::infinity(), 1), "-inf");
}

}  // namespace
}  // namespace fedfr
