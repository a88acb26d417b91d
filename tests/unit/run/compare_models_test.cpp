#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fedfr/core/error.hpp"
#include "fedfr/run/record/compare_runs.hpp"

namespace fedfr::run {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

nn::TensorFile model(const std::vector<float>& a, const std::vector<float>& b) {
  nn::TensorFile file;
  file.tensors = {{"zeta", at::tensor(a)}, {"alpha", at::tensor(b)}};
  return file;
}

TEST(CompareModels, EqualBitsAreNoDifference) {
  const float nan = std::nanf("");
  EXPECT_FALSE(compare_models("m", model({1, nan}, {2}), model({1, nan}, {2})));
}

TEST(CompareModels, TellsTheFirstTensorInTheOrderOfTheFile) {
  const auto found = compare_models("m", model({1, 2, 3}, {4}), model({1, 2.5, 2}, {4.25}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->first, "zeta");
  EXPECT_EQ(found->first_values, 2);
  EXPECT_EQ(found->tensors, 2);
  EXPECT_EQ(found->of_tensors, 2);
  EXPECT_EQ(found->largest, 1);
}

TEST(CompareModels, WholeNumbersOfAnOptimiserAreCompared) {
  auto one = model({1}, {2});
  auto other = one;
  one.tensors.emplace_back("optimiser.n", at::tensor(at::ArrayRef<std::int64_t>({5, 6})));
  other.tensors.emplace_back("optimiser.n", at::tensor(at::ArrayRef<std::int64_t>({5, 7})));
  EXPECT_FALSE(compare_models("m", one, one));
  const auto found = compare_models("m", one, other);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->first, "optimiser.n");
  EXPECT_EQ(found->first_values, 1);
}

TEST(CompareModels, TheOrderOfTensorsIsNoDifference) {
  auto turned = model({1}, {2});
  std::swap(turned.tensors[0], turned.tensors[1]);
  EXPECT_FALSE(compare_models("m", model({1}, {2}), turned));
}

TEST(CompareModels, CountsUlpsAcrossZero) {
  const float least = std::numeric_limits<float>::denorm_min();
  const auto next = compare_models("m", model({1}, {0}), model({std::nextafter(1.0F, 2.0F)}, {0}));
  EXPECT_EQ(next->ulps, 1);
  const auto across = compare_models("m", model({least}, {0}), model({-2 * least}, {0}));
  EXPECT_EQ(across->ulps, 3);
  const auto zeros = compare_models("m", model({0.0F}, {0}), model({-0.0F}, {0}));
  ASSERT_TRUE(zeros) << "other bits, though an equal number";
  EXPECT_EQ(zeros->ulps, 0);
}

TEST(CompareModels, HasNoUlpsWhereAValueIsNotFinite) {
  const auto found = compare_models("m", model({1}, {1}), model({INFINITY}, {2}));
  EXPECT_FALSE(found->ulps);
}

TEST(CompareModels, RefusesAnotherNetwork) {
  EXPECT_THAT(
      [] {
        compare_models("m.ckpt", model({1}, {2}), model({1, 2}, {2}));
      },
      ThrowsMessage<DataError>(HasSubstr("m.ckpt: zeta")));
}

}  // namespace
}  // namespace fedfr::run
