#include "fedfr/fl/parts/contrastive.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/tensors.hpp"

namespace fedfr::fl {
namespace {

TEST(Contrastive, ComparesTheGlobalAndThePreviousModel) {
  const Term term = contrastive_term({.weight = 2, .temperature = 0.5, .newcomers_model = nullptr});
  EXPECT_EQ(term.weight, 2);
  EXPECT_TRUE(term.reads_global_features && term.reads_previous_features);
  const at::Tensor features = test::formula_tensor(1, 0, 1, 0, {1, 4});
  const auto value = [&](const at::Tensor& global, const at::Tensor& previous) {
    return term
        .value({.features = features, .labels = {}, .global_features = global, .previous_features = previous},
               {})
        .item<double>();
  };
  EXPECT_NEAR(value(features, features), std::log(2.0), 1e-6);
  // Cosine 1 to the global model and -1 to the previous one: -log softmax of 2 against -2.
  EXPECT_NEAR(value(features, features.neg()), std::log1p(std::exp(-4.0)), 1e-6);
}

}  // namespace
}  // namespace fedfr::fl
