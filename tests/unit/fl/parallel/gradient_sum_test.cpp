#include "fedfr/fl/parallel/gradient_sum.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/rand_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fedfr/comm/local_communicator.hpp"

namespace fedfr::fl {
namespace {

using Outcome = GradientSum::Outcome;
using Values = std::vector<at::Tensor>;

std::vector<at::Tensor> parameters() {
  return {at::zeros({300, 40}), at::zeros({16, 8, 3, 3}, at::MemoryFormat::ChannelsLast), at::zeros({5})};
}

/// What one micro-batch may give; other values for each number.
Values some_gradients(int number, double size = 1) {
  Values values;
  for (const auto& parameter : parameters())
    values.push_back((at::rand_like(parameter.contiguous()) - 0.5) * (size * (1 + number)));
  return values;
}

struct GradientSums : testing::Test {
  GradientSums() { at::manual_seed(7); }

  Outcome step(GradientSum& sum, const std::vector<Values>& micro_batches) {
    sum.begin();
    for (const auto& values : micro_batches) sum.add(values);
    return sum.finish(comm);
  }

  /// Until it is summed, which must not take more than two attempts.
  Values summed(GradientSum& sum, const std::vector<Values>& micro_batches) {
    if (step(sum, micro_batches) == Outcome::again) {
      EXPECT_EQ(step(sum, micro_batches), Outcome::summed);
    }
    return sum.sums();
  }

  comm::LocalCommunicator comm;
};

TEST_F(GradientSums, AreThoseOfDoubles) {
  const std::vector<Values> given{some_gradients(0), some_gradients(1), some_gradients(2)};
  GradientSum sum(parameters(), 3);
  const Values found = summed(sum, given);
  for (std::size_t i = 0; i < found.size(); ++i) {
    at::Tensor exact = at::zeros_like(found[i], at::kDouble);
    for (const auto& values : given) exact += values[i].to(at::kDouble);
    EXPECT_TRUE(at::equal(found[i], exact.to(at::kFloat))) << i;
  }
}

TEST_F(GradientSums, DoNotDependOnTheOrder) {
  std::vector<Values> given;
  for (int m = 0; m < 8; ++m) given.push_back(some_gradients(m, std::pow(10.0, m)));
  GradientSum forwards(parameters(), 8);
  GradientSum backwards(parameters(), 8);
  const Values one = summed(forwards, given);
  std::ranges::reverse(given);
  const Values other = summed(backwards, given);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(at::equal(one[i], other[i])) << i;
}

TEST_F(GradientSums, AreLaidOutAsTheParameters) {
  const auto tensors = parameters();
  GradientSum sum(tensors, 1);
  const Values given = some_gradients(0);  // contiguous, where the filters are channels-last
  const Values found = summed(sum, {given});
  EXPECT_EQ(found[1].strides(), tensors[1].strides());
  EXPECT_TRUE(at::equal(found[1], given[1]));
}

TEST_F(GradientSums, AskForTheStepAgainWhereARangeIsLeft) {
  GradientSum sum(parameters(), 2);
  EXPECT_EQ(step(sum, {some_gradients(0)}), Outcome::again) << "nothing is known of the first step";
  EXPECT_EQ(step(sum, {some_gradients(0)}), Outcome::summed);
  EXPECT_EQ(step(sum, {some_gradients(0, 1000)}), Outcome::summed) << "within the headroom";
  EXPECT_EQ(step(sum, {some_gradients(0, 1e8)}), Outcome::again);
  EXPECT_EQ(step(sum, {some_gradients(0, 1e8)}), Outcome::summed);
  EXPECT_EQ(step(sum, {some_gradients(0, 1e-8)}), Outcome::again) << "too few digits would be left";
  const Values given = some_gradients(0, 1e-8);
  EXPECT_TRUE(at::equal(summed(sum, {given})[0], given[0]));
}

TEST_F(GradientSums, KeepTheRangeOverZeros) {
  GradientSum sum(parameters(), 1);
  summed(sum, {some_gradients(0)});
  const auto before = sum.magnitudes();
  Values zeros;
  for (const auto& parameter : parameters()) zeros.push_back(at::zeros_like(parameter));
  EXPECT_EQ(step(sum, {zeros}), Outcome::summed);
  EXPECT_EQ(sum.magnitudes(), before);
}

TEST_F(GradientSums, GoOnFromTheirMagnitudes) {
  GradientSum sum(parameters(), 1);
  summed(sum, {some_gradients(0)});
  GradientSum later(parameters(), 1);
  later.restore(sum.magnitudes());
  const Values given = some_gradients(3);
  EXPECT_EQ(step(later, {given}), Outcome::summed);
  EXPECT_EQ(step(sum, {given}), Outcome::summed);
  EXPECT_TRUE(at::equal(sum.sums()[0], later.sums()[0]));
  EXPECT_ANY_THROW(later.restore({1.0}));
}

TEST_F(GradientSums, LeaveOutWhatHasNoGradient) {
  GradientSum sum(parameters(), 1);
  Values given = some_gradients(0);
  given[1] = at::Tensor();
  const Values found = summed(sum, {given});
  EXPECT_FALSE(found[1].defined());
  EXPECT_TRUE(found[2].defined());
}

TEST_F(GradientSums, WeighMicroBatches) {
  GradientSum sum({at::zeros({4})}, 2);
  for (int attempt = 0; attempt < 2; ++attempt) {
    sum.begin();
    sum.add(Values{at::full({4}, 3.0F)}, 0.25);
    sum.add(Values{at::full({4}, 1.0F)}, 0.75);
    if (sum.finish(comm) == Outcome::summed) break;
  }
  EXPECT_TRUE(at::equal(sum.sums()[0], at::full({4}, 1.5F)));
}

TEST_F(GradientSums, SayWhatIsNotFinite) {
  for (const double bad : {std::numeric_limits<double>::infinity(), std::nan("")}) {
    GradientSum sum(parameters(), 1);
    Values given = some_gradients(0);
    given[2][3] = bad;
    EXPECT_EQ(step(sum, {given}), Outcome::not_finite);
  }
}

}  // namespace
}  // namespace fedfr::fl
