#include "fedfr/fl/parts/margin.hpp"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/tensors.hpp"

namespace fedfr::fl {
namespace {

/// One image whose feature is the first of two orthogonal centres: the logits are s (1 - m) and 0.
TEST(Margin, IsTheSoftmaxOverTheClientsClasses) {
  const StepInput in{.features = at::tensor({2.0F, 0.0F}).view({1, 2}),
                     .labels = at::tensor({std::int64_t{0}}),
                     .global_features = {},
                     .previous_features = {}};
  const Heads heads{.classifier = at::tensor({1.0F, 0.0F, 0.0F, 3.0F}).view({2, 2}), .own = {}};
  const Term term = margin_term({.kind = nn::Margin::cosface, .scale = 4, .margin = 0.25}, 0.5);
  EXPECT_EQ(term.weight, 0.5);
  EXPECT_FALSE(term.reads_global_features || term.reads_previous_features);
  EXPECT_NEAR(term.value(in, heads).item<double>(), std::log1p(std::exp(-3.0)), 1e-6);
}

}  // namespace
}  // namespace fedfr::fl
