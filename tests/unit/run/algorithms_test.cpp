#include "fedfr/run/algorithms.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fedfr/fl/disclosure.hpp"
#include "fedfr/fl/model.hpp"
#include "fedfr/fl/parts/margin.hpp"
#include "fedfr/run/options/option_table.hpp"

namespace fedfr::run {
namespace {

/// The row of `--algorithm NAME` and more settings.
fl::Algorithm row_of(const std::string& name, std::vector<Setting> more = {}) {
  static const auto backbone =
      nn::Backbone::make({.name = "linear", .embedding = 2, .height = 16, .width_pixels = 16});
  more.push_back({"algorithm", name, "here"});
  more.push_back({"public", "public", "here"});
  return algorithm_of(resolve({}, more).options, *backbone);
}

std::vector<std::string> terms_of(const fl::Algorithm& row) {
  std::vector<std::string> names;
  for (const auto& term : row.terms) names.push_back(term.name);
  return names;
}

/// Nothing in any column that these four algorithms could fill.
bool is_empty(const fl::Algorithm& row) {
  return !row.pools_data && row.aggregates && !row.public_images && !row.start && row.phases.empty() &&
         row.terms.empty() && row.corrections.empty() && row.heads.empty() && !row.personal &&
         row.keeps.empty() && row.sums.empty() && row.server.empty() &&
         row.roles.of(fl::public_centres_tensor) == fl::Role::shared;
}

TEST(Rows, FederatedAveragingIsEmpty) { EXPECT_TRUE(is_empty(row_of("fedavg"))); }

TEST(Rows, FedFrIsOfThreeParts) {
  const auto row = row_of("fedfr");
  ASSERT_TRUE(row.public_images.has_value());
  EXPECT_TRUE(row.public_images->by_similarity);
  EXPECT_EQ(terms_of(row), (std::vector<std::string>{"dfc", "contrastive"}));
  EXPECT_TRUE(row.personal.has_value());
  EXPECT_TRUE(is_empty(row_of(
      "fedfr",
      {{"dfc", "false", "here"}, {"contrastive", "false", "here"}, {"hard-negatives", "false", "here"}})));
}

TEST(Rows, PartsWithAnOptionGoWithAnyAlgorithm) {
  EXPECT_EQ(terms_of(row_of("fedavg", {{"dfc", "true", "here"}})), std::vector<std::string>{"dfc"});
}

TEST(Rows, AdaFaceKeepsItsStatistics) {
  const auto row = row_of("fedavg", {{"margin", "adaface", "here"}});
  ASSERT_NE(row.head(fl::length_statistics), nullptr);
  EXPECT_TRUE(row.keeps_private_state());
  EXPECT_TRUE(is_empty(row_of("fedavg", {{"margin", "magface", "here"}})));
}

TEST(Rows, OptionsKnowEveryMargin) {
  auto names = nn::margin_names(), choices = find_option("margin")->choices;
  std::ranges::sort(names);
  std::ranges::sort(choices);
  EXPECT_EQ(choices, names);
}

TEST(Rows, LocalTrainingHasAStartAndNoAverage) {
  const auto row = row_of("local");
  EXPECT_TRUE(row.start);
  EXPECT_FALSE(row.aggregates);
  EXPECT_TRUE(row.keeps_private_state());
}

TEST(Rows, CentralizedTrainingPoolsData) {
  EXPECT_TRUE(row_of("centralized").pools_data);
  EXPECT_FALSE(row_of("centralized").public_images.has_value());
}

TEST(Rows, TheReleasedProgramForgetsPublicCentresAndHasRandomPreviousModels) {
  const auto row = row_of("fedfr", {{"reference-semantics", "true", "here"}});
  EXPECT_EQ(row.roles.of(fl::public_centres_tensor), fl::Role::passing);
  const auto& previous = row.terms.at(1).newcomers_model;
  ASSERT_TRUE(previous);
  EXPECT_TRUE(previous(ClientId{1}).equal(previous(ClientId{1})));
  EXPECT_FALSE(previous(ClientId{1}).equal(previous(ClientId{2})));
  EXPECT_FALSE(row_of("fedfr").terms.at(1).newcomers_model);
}

TEST(Rows, TellWhatLeavesAClient) {
  const auto leaves = [](const fl::Algorithm& row) {
    const auto network = std::shared_ptr(
        nn::Backbone::make({.name = "linear", .embedding = 2, .height = 16, .width_pixels = 16}));
    return fl::disclosure(row, fl::GlobalModel(network, 3, at::kCPU, row.roles));
  };
  const std::string sums = "number of images; seen only as sums over the cohort";
  EXPECT_EQ(leaves(row_of("fedfr")), "backbone (1538 values), public_centres (6 values), " + sums);
  EXPECT_EQ(leaves(row_of("fedfr", {{"share-public-centres", "false", "here"}})),
            "backbone (1538 values), " + sums);
  EXPECT_EQ(leaves(row_of("local")), "nothing");
  EXPECT_EQ(leaves(row_of("centralized")), "nothing: there are no clients, all ranks train on pooled data");
}

}  // namespace
}  // namespace fedfr::run
