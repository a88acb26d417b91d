#include "fedfr/nn/kernels/prelu.hpp"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/prelu.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <tuple>
#include <utility>

namespace fedfr::nn {
namespace {

struct Case {
  at::Tensor x, slopes, residual, gradient;
};

/// Sizes that fill no vector, and values of both signs and zero.
Case make_case(at::MemoryFormat format, at::ScalarType type) {
  const auto image = [&] { return at::randn({3, 19, 7, 5}).to(type).contiguous(format); };
  Case c{.x = image(), .slopes = at::randn({19}), .residual = image(), .gradient = image()};
  c.x[0][0][0][0].zero_();
  for (at::Tensor* leaf : {&c.x, &c.slopes, &c.residual}) leaf->set_requires_grad(true);
  return c;
}

using Parameters = std::tuple<at::MemoryFormat, at::ScalarType, bool>;

class Prelu : public testing::TestWithParam<Parameters> {};

TEST_P(Prelu, AgreesWithTheLibrary) {
  const auto [format, type, with_residual] = GetParam();
  Case c = make_case(format, type);
  const auto gradients = [&](const at::Tensor& y) {
    for (at::Tensor* leaf : {&c.x, &c.slopes, &c.residual}) leaf->mutable_grad() = at::Tensor();
    y.backward(c.gradient);
    return std::tuple{c.x.grad(), c.slopes.grad(), c.residual.grad()};
  };
  const at::Tensor mine = prelu(c.x, c.slopes, with_residual ? c.residual : at::Tensor());
  const auto [x, slopes, residual] = gradients(mine);
  at::Tensor theirs = at::prelu(c.x.to(at::kFloat), c.slopes);
  if (with_residual) theirs = theirs + c.residual.to(at::kFloat);
  theirs = theirs.to(type);
  const auto [their_x, their_slopes, their_residual] = gradients(theirs);
  const double tolerance = type == at::kFloat ? 1e-5 : 2e-2;
  EXPECT_EQ(mine.scalar_type(), type);
  EXPECT_TRUE(mine.is_contiguous(format));
  EXPECT_TRUE(mine.equal(theirs));
  EXPECT_TRUE(x.allclose(their_x, tolerance, tolerance));
  EXPECT_TRUE(slopes.allclose(their_slopes, tolerance, tolerance));
  EXPECT_EQ(residual.defined(), with_residual);
  if (with_residual) {
    EXPECT_TRUE(residual.equal(their_residual));
  }
}

TEST_P(Prelu, IsTheSameWithoutGradientsAndForAnyNumberOfThreads) {
  const auto [format, type, with_residual] = GetParam();
  Case c = make_case(format, type);
  const at::Tensor residual = with_residual ? c.residual : at::Tensor();
  const auto slope_gradient = [&](int threads) {
    at::set_num_threads(threads);
    c.slopes.mutable_grad() = at::Tensor();
    prelu(c.x, c.slopes, residual).backward(c.gradient);
    return c.slopes.grad();
  };
  const int threads = at::get_num_threads();
  EXPECT_TRUE(slope_gradient(1).equal(slope_gradient(3)));
  at::set_num_threads(threads);
  const at::Tensor with_gradients = prelu(c.x, c.slopes, residual);
  const at::NoGradGuard no_grad;
  EXPECT_TRUE(prelu(c.x, c.slopes, residual).equal(with_gradients));
}

INSTANTIATE_TEST_SUITE_P(LayoutsAndTypes, Prelu,
                         testing::Combine(testing::Values(at::MemoryFormat::Contiguous,
                                                          at::MemoryFormat::ChannelsLast),
                                          testing::Values(at::kFloat, at::kBFloat16), testing::Bool()));

TEST(PreluWithoutGradients, TakesThePlaceOfWhatNobodyElseHolds) {
  const at::NoGradGuard no_grad;
  const at::Tensor slopes = at::randn({4});
  const at::Tensor images = at::randn({2, 4, 3, 3});
  const at::Tensor before = images.clone();
  const at::Tensor expected = nn::prelu(images, slopes);
  EXPECT_TRUE(images.equal(before));
  EXPECT_TRUE(nn::prelu(images.narrow(0, 0, 2), slopes).equal(expected));
  EXPECT_TRUE(images.equal(before)) << "a view is held by whoever holds the whole";
  at::Tensor given_up = images.clone();
  const void* memory = given_up.data_ptr();
  const at::Tensor result = nn::prelu(std::move(given_up), slopes);
  EXPECT_EQ(result.data_ptr(), memory);
  EXPECT_TRUE(result.equal(expected));
}

TEST(PreluOfBfloat16, RoundsToTheNearestAndToEven) {
  const at::Tensor x = at::randn({1, 1, 64, 64}).to(at::kBFloat16);
  const at::Tensor slope = at::randn({1});
  const at::NoGradGuard no_grad;
  EXPECT_TRUE(nn::prelu(-x.abs(), slope).equal((-x.abs().to(at::kFloat) * slope).to(at::kBFloat16)));
}

}  // namespace
}  // namespace fedfr::nn
