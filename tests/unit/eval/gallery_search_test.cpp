#include "fedfr/eval/gallery_search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "fedfr/core/error.hpp"

namespace fedfr::eval {
namespace {

std::vector<float> directions(const std::vector<double>& degrees) {
  std::vector<float> values;
  for (const double angle : degrees) {
    values.push_back(static_cast<float>(std::cos(angle * std::numbers::pi / 180)));
    values.push_back(static_cast<float>(std::sin(angle * std::numbers::pi / 180)));
  }
  return values;
}

float cosine(double degrees) { return static_cast<float>(std::cos(degrees * std::numbers::pi / 180)); }

TEST(SearchGallery, GivesTheRankAndTheScoreOfTheRightEntry) {
  const auto gallery = directions({0, 90, 180});
  const auto probes = directions({10, 60, 170, 100});
  const auto found = search_gallery({probes, 2}, {gallery, 2}, std::vector<std::int64_t>{0, 0, 0, -1});
  EXPECT_EQ(found[0].rank, 1);
  EXPECT_NEAR(found[0].score, cosine(10), 1e-6);
  EXPECT_EQ(found[1].rank, 2);
  EXPECT_NEAR(found[1].score, cosine(60), 1e-6);
  EXPECT_EQ(found[2].rank, 3);
  EXPECT_EQ(found[3].rank, 0) << "nobody of the gallery";
  EXPECT_NEAR(found[3].score, cosine(10), 1e-6) << "the best entry";
}

TEST(SearchGallery, OfEqualEntriesTheFirstIsFirst) {
  const auto gallery = directions({90, 0, 0});
  const auto probes = directions({0, 0});
  const auto found = search_gallery({probes, 2}, {gallery, 2}, std::vector<std::int64_t>{1, 2});
  EXPECT_EQ(found[0].rank, 1);
  EXPECT_EQ(found[1].rank, 2);
}

TEST(IdentificationScores, NeedTheRightEntryFirstAndAboveTheThreshold) {
  // Threshold at a rate of 0.5 of four strangers: the third largest, 0.3.
  const std::vector<ProbeOutcome> outcomes{{1, 0.9F}, {1, 0.2F}, {2, 0.8F}, {4, 0.1F},
                                           {0, 0.5F}, {0, 0.4F}, {0, 0.3F}, {0, 0.1F}};
  const auto scores = identification_scores(outcomes, 5, 10, std::vector{0.5, 0.1});
  EXPECT_EQ(scores.mated_probes, 4);
  EXPECT_EQ(scores.nonmated_probes, 4);
  EXPECT_EQ(scores.rank1, 0.5);
  EXPECT_EQ(scores.cumulative_match, (std::vector{0.5, 0.75, 0.75, 1.0, 1.0})) << "as long as the gallery";
  EXPECT_EQ(scores.tpir_at_fpir[0].threshold, double{0.3F});
  EXPECT_EQ(scores.tpir_at_fpir[0].true_rate, 0.25) << "of four, one is first and above";
  EXPECT_EQ(scores.tpir_at_fpir[0].false_rate, 0.5);
  EXPECT_FALSE(scores.tpir_at_fpir[1].resolvable());
}

TEST(IdentificationScores, OfAClosedSetHaveNoOpenOnes) {
  const auto scores = identification_scores(std::vector<ProbeOutcome>{{1, 0.9F}}, 3, 10, std::vector{0.1});
  EXPECT_EQ(scores.rank1, 1);
  EXPECT_TRUE(std::isnan(scores.tpir_at_fpir[0].true_rate));
  EXPECT_TRUE(scores.curve.empty());
}

TEST(SearchGallery, RefusesWhatDoesNotBelongTogether) {
  const auto two = directions({0, 90});
  EXPECT_THROW(search_gallery({two, 2}, {two, 2}, std::vector<std::int64_t>{0}), UsageError);
  EXPECT_THROW(search_gallery({two, 2}, {two, 2}, std::vector<std::int64_t>{0, 2}), UsageError);
  EXPECT_THROW(search_gallery({two, 2}, {}, std::vector<std::int64_t>{0, 0}), UsageError);
}

}  // namespace
}  // namespace fedfr::eval
