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

/// Two images of lengths 10 and 30 against the start of 20 and 100.
TEST(Margin, AdaFacesStatisticsAreAHeadThatTheTermMoves) {
  Algorithm row;
  add_margin_state(row, nn::Margin::cosface);
  EXPECT_TRUE(row.heads.empty());
  add_margin_state(row, nn::Margin::adaface);
  nn::ParameterSet head(row.heads.at(0).specs(2, 2));
  row.heads[0].begin(head, {});
  EXPECT_EQ(head[0][0].item<float>(), 20);
  EXPECT_EQ(head[0][1].item<float>(), 100);
  const StepInput in{.features = at::tensor({10.0F, 0.0F, 0.0F, 30.0F}).view({2, 2}),
                     .labels = at::tensor({std::int64_t{0}, std::int64_t{1}}),
                     .global_features = {},
                     .previous_features = {}};
  Heads heads{.classifier = at::tensor({1.0F, 0.0F, 0.0F, 1.0F}).view({2, 2}), .own = {}};
  heads.own.emplace(length_statistics, head);
  margin_term({.kind = nn::Margin::adaface, .adaface = {.alpha = 0.5}}, 1).value(in, heads);
  EXPECT_NEAR(head[0][0].item<double>(), 20, 1e-5);
  EXPECT_NEAR(head[0][1].item<double>(), 50 + std::sqrt(200.0) / 2, 1e-4);
}

}  // namespace
}  // namespace fedfr::fl
