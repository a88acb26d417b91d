#include "fedfr/eval/identification.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

/// A small trial whose parts can be changed one by one.
struct Trial {
  std::vector<double> probe_angles{0, 10, 90, 100, 180, 200};
  std::int64_t own_begin = 0, own_end = 4;
  std::vector<std::int32_t> own_labels{0, 0, 1, 1};
  std::vector<double> gallery_angles{-10, 20, 95};
  std::vector<std::int32_t> gallery_labels{0, 0, 1};

  PersonalisedScores score(const PersonalisedTargets& targets = {.fars = {0.25}, .fpirs = {0.5}}) const {
    const auto probes = directions(probe_angles);
    const auto gallery = directions(gallery_angles);
    return score_client({.probes = {probes, 2},
                         .own_begin = own_begin,
                         .own_end = own_end,
                         .own_labels = own_labels,
                         .gallery = {gallery, 2},
                         .gallery_labels = gallery_labels},
                        targets);
  }
};

TEST(ScoreClient, CountsPairsAndProbes) {
  const auto scores = Trial{}.score();
  EXPECT_EQ(scores.own_probes, 4);
  EXPECT_EQ(scores.other_probes, 2);
  EXPECT_EQ(scores.identities, 2);
  EXPECT_EQ(scores.genuine_pairs, 2);
  EXPECT_EQ(scores.impostor_pairs, 4 + 8);
}

TEST(ScoreClient, AcceptsOwnPairsAboveTheImpostors) {
  const auto scores = Trial{}.score();
  EXPECT_DOUBLE_EQ(scores.tar_at_far[0].true_rate, 1);
  EXPECT_EQ(scores.tar_at_far[0].impostors, 12);
  EXPECT_DOUBLE_EQ(scores.rank1, 1);
  EXPECT_EQ(scores.tpir_at_fpir[0].impostors, 2);
  // the better entry (95 degrees) of the two other probes: 180 and 200 degrees; one may be accepted
  EXPECT_NEAR(scores.tpir_at_fpir[0].threshold, std::cos(105 * std::numbers::pi / 180), 1e-6);
  EXPECT_DOUBLE_EQ(scores.tpir_at_fpir[0].true_rate, 1);
}

TEST(ScoreClient, GivesTheSameWhereverTheOwnProbesLie) {
  const auto first = Trial{}.score();
  Trial moved;
  moved.probe_angles = {180, 0, 10, 90, 100, 200};
  moved.own_begin = 1;
  moved.own_end = 5;
  const auto middle = moved.score();
  EXPECT_EQ(middle.tar_at_far[0].threshold, first.tar_at_far[0].threshold);
  EXPECT_EQ(middle.impostor_pairs, first.impostor_pairs);
  EXPECT_EQ(middle.tpir_at_fpir[0].threshold, first.tpir_at_fpir[0].threshold);
}

TEST(ScoreClient, AWrongFirstEntryIsNoHitHoweverHighItScores) {
  Trial trial;
  trial.own_labels = {0, 1, 1, 1};  // the probe at 10 degrees now shows the other person
  const auto scores = trial.score();
  EXPECT_DOUBLE_EQ(scores.rank1, 0.75);
  EXPECT_DOUBLE_EQ(scores.tpir_at_fpir[0].true_rate, 0.75);
  EXPECT_THAT(scores.cumulative_match, testing::ElementsAre(0.75, 1.0));
}

TEST(ScoreClient, TheFirstOfEqualEntriesWins) {
  Trial trial;
  trial.gallery_angles = {0, 0};
  trial.gallery_labels = {0, 1};
  EXPECT_DOUBLE_EQ(trial.score().rank1, 0.5);  // all four probes get entry 0, right for two of them
}

TEST(ScoreClient, AverageOfAnIdentityIsOfUnitLength) {
  Trial trial;
  trial.probe_angles = {0, 180};
  trial.own_end = 1;
  trial.own_labels = {0};
  trial.gallery_angles = {120, -120};  // their mean has length 0.5 at 180 degrees
  trial.gallery_labels = {0, 0};
  EXPECT_NEAR(trial.score().tpir_at_fpir[0].threshold, 1, 1e-6);
}

TEST(ScoreClient, OneProbeHasNoGenuinePair) {
  Trial trial;
  trial.own_end = 1;
  trial.own_labels = {0};
  const auto scores = trial.score();
  EXPECT_EQ(scores.genuine_pairs, 0);
  EXPECT_EQ(scores.impostor_pairs, 5);
  EXPECT_TRUE(std::isnan(scores.tar_at_far[0].true_rate));
  EXPECT_DOUBLE_EQ(scores.rank1, 1);
}

TEST(ScoreClient, AloneThereAreNoNonMatedProbes) {
  Trial trial;
  trial.probe_angles.resize(4);
  const auto scores = trial.score();
  EXPECT_EQ(scores.other_probes, 0);
  EXPECT_TRUE(std::isnan(scores.tpir_at_fpir[0].true_rate));
  EXPECT_FALSE(scores.tpir_at_fpir[0].resolvable());
  EXPECT_DOUBLE_EQ(scores.rank1, 1);
}

TEST(ScoreClient, WithoutOwnProbesNothingIsDefined) {
  Trial trial;
  trial.own_end = 0;
  trial.own_labels.clear();
  const auto scores = trial.score();
  EXPECT_TRUE(std::isnan(scores.rank1));
  EXPECT_TRUE(std::isnan(scores.tar_at_far[0].true_rate));
  EXPECT_TRUE(std::isnan(scores.tpir_at_fpir[0].true_rate));
}

TEST(ScoreClient, RefusesWhatItCannotScore) {
  Trial trial;
  trial.own_labels = {0, 0, 1};
  EXPECT_THROW(trial.score(), UsageError);
  trial.own_labels = {0, 0, 1, 2};  // identity 2 has no gallery image
  EXPECT_THROW(trial.score(), DataError);
  trial = {};
  trial.probe_angles[5] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(trial.score(), DataError);
  trial = {};
  trial.gallery_angles.clear();
  trial.gallery_labels.clear();
  EXPECT_THROW(trial.score(), DataError);
  EXPECT_THROW(Trial{}.score({.fars = {1.5}, .fpirs = {}}), UsageError);
}

TEST(ScoreClient, ReleasedProgramsRatesExistForAnyNumberOfProbes) {
  const PersonalisedTargets targets{.fars = {0.25}, .fpirs = {0.5}, .reference_semantics = true};
  const auto scores = Trial{}.score(targets);
  // each of the four own probes beats the third largest score with a wrong entry; 40 probes for each of the
  // two identities are assumed
  EXPECT_DOUBLE_EQ(scores.tpir_at_fpir[0].true_rate, 4.0 / 80);
  EXPECT_TRUE(std::isnan(scores.tpir_at_fpir[0].threshold));
  Trial alone;
  alone.own_end = 1;
  alone.own_labels = {0};
  EXPECT_TRUE(std::isnan(alone.score(targets).tar_at_far[0].true_rate));
}

TEST(ScoreClient, ReleasedProgramLeavesTheGalleryMeanAsItIs) {
  Trial trial;
  trial.probe_angles = {0, 180, 143};
  trial.own_end = 2;
  trial.own_labels = {0, 1};
  trial.gallery_angles = {60, -60, 180};  // the mean of the first two has length 0.5
  trial.gallery_labels = {0, 0, 1};
  // threshold: the third probe with the entry at 180 degrees, 0.8
  const auto scores = trial.score({.fars = {}, .fpirs = {0.3}, .reference_semantics = true});
  EXPECT_DOUBLE_EQ(scores.tpir_at_fpir[0].true_rate, 1.0 / 80);
}

PersonalisedScores with_rates(double tar, double rank1, std::int64_t impostors = 100) {
  PersonalisedScores scores;
  scores.tar_at_far = {{.target = 0.1, .true_rate = tar, .impostors = impostors}};
  scores.rank1 = rank1;
  return scores;
}

TEST(Summarise, NamesTheWorstAndTheBestClient) {
  const std::vector<ClientScores> clients{{ClientId{4}, with_rates(0.5, 0.9)},
                                          {ClientId{7}, with_rates(0.2, 1.0, 5)},
                                          {ClientId{9}, with_rates(0.8, 0.8)}};
  const auto summary = summarise(clients);
  const auto& tar = summary.tar_at_far[0];
  EXPECT_DOUBLE_EQ(tar.rate.mean, 0.5);
  EXPECT_EQ(tar.rate.worst_client, ClientId{7});
  EXPECT_EQ(tar.rate.best_client, ClientId{9});
  EXPECT_EQ(tar.fewest_impostors, 5);
  EXPECT_FALSE(tar.resolvable);
  EXPECT_EQ(summary.rank1.worst_client, ClientId{9});
  EXPECT_DOUBLE_EQ(summary.rank1.best, 1);
}

TEST(Summarise, LeavesOutClientsWithoutAFigure) {
  const std::vector<ClientScores> clients{{ClientId{0}, with_rates(kUndefined, 0.9)},
                                          {ClientId{1}, with_rates(0.25, kUndefined)}};
  const auto summary = summarise(clients);
  EXPECT_EQ(summary.clients, 2);
  EXPECT_EQ(summary.tar_at_far[0].rate.clients, 1);
  EXPECT_DOUBLE_EQ(summary.tar_at_far[0].rate.mean, 0.25);
  EXPECT_DOUBLE_EQ(summary.rank1.mean, 0.9);
  EXPECT_EQ(summarise({}).clients, 0);
}

TEST(Summarise, RefusesDifferentTargets) {
  std::vector<ClientScores> clients{{ClientId{0}, with_rates(0.5, 1)}, {ClientId{1}, with_rates(0.5, 1)}};
  clients[1].scores.tar_at_far[0].target = 0.01;
  EXPECT_THROW(summarise(clients), UsageError);
}

TEST(MeanRoc, CoversTheRatesThatEveryClientResolves) {
  const double low = curve_rates()[10], high = curve_rates()[20];
  std::vector<ClientScores> clients(2);
  clients[0].scores.roc = {{.target = low, .true_rate = 0.1}, {.target = high, .true_rate = 0.5}};
  clients[1].scores.roc = {{.target = high, .true_rate = 0.7}};
  const auto curve = mean_roc(clients);
  ASSERT_EQ(curve.size(), 1U);
  EXPECT_DOUBLE_EQ(curve[0].target, high);
  EXPECT_DOUBLE_EQ(curve[0].true_rate, 0.6);
  EXPECT_TRUE(mean_roc({}).empty());
}

}  // namespace
}  // namespace fedfr::eval
