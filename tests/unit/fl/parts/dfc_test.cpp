#include "fedfr/fl/parts/dfc.hpp"

#include <gtest/gtest.h>

#include "support/tensors.hpp"

namespace fedfr::fl {
namespace {

/// A client of two identities and four dimensions at the start of its first round.
class Dfc : public testing::Test {
 protected:
  void begin(const DfcPartConfig& config) {
    add_dfc(row_, config);
    nn::ParameterSet head(row_.heads.at(0).specs(2, 4));
    head.initialise(1, Purpose::initialise_head);
    row_.heads[0].begin(head, centres_);
    heads_.own.emplace(row_.heads[0].name, head);
  }
  const nn::ParameterSet& head() const { return heads_.own.at(dfc_name); }

  Algorithm row_;
  Heads heads_;
  at::Tensor centres_ = test::formula_tensor(1, 0, 1, 0, {2, 4});
  at::Tensor features_ = test::formula_tensor(2, 0, 1, 0, {3, 4});
  at::Tensor labels_ = at::Tensor(features_.new_zeros({3}, at::kLong));
};

TEST_F(Dfc, ItsClassifiersStartAsTheClassCentresAndItsConverterAsTheIdentity) {
  begin({});
  EXPECT_TRUE(head().at("dfc.weight").equal(centres_));
  ASSERT_TRUE(row_.personal.has_value());
  EXPECT_EQ(row_.personal->head, row_.heads[0].name);
  EXPECT_LT(test::relative_error(row_.personal->embed(head(), features_), features_), 1e-6);
  EXPECT_TRUE(row_.keeps_private_state());
}

TEST_F(Dfc, ItsTermIsThatOfTheHead) {
  begin({.weight = 3});
  const Term& term = row_.terms.at(0);
  EXPECT_EQ(term.weight, 3);
  const StepInput in{
      .features = features_, .labels = labels_, .global_features = {}, .previous_features = {}};
  EXPECT_TRUE(
      term.value(in, heads_).equal(nn::dfc_loss(features_, head()[0], head()[1], labels_, nn::DfcConfig{})));
}

TEST_F(Dfc, DetachedItLeavesTheSharedFeatures) {
  for (const bool detach : {false, true}) {
    row_ = {};
    heads_ = {};
    begin({.detach = detach});
    heads_.own.at(dfc_name).set_trainable(true);
    at::Tensor features = features_.clone().set_requires_grad(true);
    const StepInput in{
        .features = features, .labels = labels_, .global_features = {}, .previous_features = {}};
    row_.terms.at(0).value(in, heads_).backward();
    EXPECT_EQ(features.grad().defined(), !detach);
    EXPECT_TRUE(head()[0].grad().defined());
  }
}

}  // namespace
}  // namespace fedfr::fl
