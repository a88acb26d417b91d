#include "fedfr/eval/intervals/bootstrap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>

#include "fedfr/core/rng.hpp"
#include "fedfr/eval/intervals/resampled_protocols.hpp"

namespace fedfr::eval {
namespace {

using Times = std::vector<std::uint32_t>;

std::vector<double> figures(const Resampled& resampled, const Times& times) {
  std::vector<double> values(resampled.figures);
  resampled.of(times, values);
  return values;
}

/// Faces in the plane: a person has a direction, and each picture strays from it.
struct Faces {
  std::vector<float> embeddings;
  std::vector<std::int32_t> labels;

  void add(std::int32_t person, double degrees) {
    embeddings.push_back(static_cast<float>(std::cos(degrees * std::numbers::pi / 180)));
    embeddings.push_back(static_cast<float>(std::sin(degrees * std::numbers::pi / 180)));
    labels.push_back(person);
  }
  EmbeddingView view() const { return {embeddings, 2}; }
};

struct Trial {
  Faces faces;
  std::vector<data::Pair> pairs;
};

/// @param stray  of a picture from its person, degrees
Trial random_trial(std::uint64_t seed, int people, double stray) {
  RngStream random({.seed = seed, .purpose = Purpose::pairs});
  Trial trial;
  for (int person = 0; person < people; ++person) {
    const double direction = random.uniform(0, 180);
    for (int i = 0; i < 2; ++i) trial.faces.add(person, direction + stray * random.normal());
  }
  for (int person = 0; person < people; ++person) {
    trial.pairs.push_back({2 * person, 2 * person + 1, true, person % 4});
    const int other = static_cast<int>(random.below(static_cast<std::uint64_t>(people)));
    if (other != person) trial.pairs.push_back({2 * person, 2 * other + 1, false, person % 4});
  }
  return trial;
}

const std::vector<double> kFars{0.3, 0.05};

Resampled resampled(const Trial& trial) {
  return resampled_verification(trial.faces.view(), trial.pairs, trial.faces.labels, kFars);
}

TEST(ResampledVerification, GivesTheFiguresThemselvesWhereEverybodyIsDrawnOnce) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto trial = random_trial(seed, 60, 12);
    const auto scores = verify_pairs(trial.faces.view(), trial.pairs, kFars);
    const auto all = resampled(trial);
    EXPECT_EQ(all.people, 60);
    const auto once = figures(all, Times(60, 1));
    EXPECT_DOUBLE_EQ(once[0], scores.accuracy);
    EXPECT_EQ(once[1], scores.tar_at_far[0].true_rate);
    EXPECT_EQ(once[2], scores.tar_at_far[1].true_rate);
  }
}

/// Pairs as often as they were drawn, the plain way: a list of copies.
std::vector<data::Pair> copies_of(const Trial& trial, const Times& times) {
  // People are numbered in the order of their first pair.
  std::map<std::int64_t, std::size_t> number;
  for (const auto& pair : trial.pairs)
    for (const auto image : {pair.first, pair.second})
      number.emplace(trial.faces.labels[static_cast<std::size_t>(image)], number.size());
  const auto weight = [&](std::int64_t image) {
    return times[number.at(trial.faces.labels[static_cast<std::size_t>(image)])];
  };
  std::vector<data::Pair> drawn;
  for (const auto& pair : trial.pairs)
    drawn.insert(drawn.end(), pair.genuine ? weight(pair.first) : weight(pair.first) * weight(pair.second),
                 pair);
  return drawn;
}

/// Share of a fold's pairs of one kind that a threshold decides rightly.
double right_of_kind(const Trial& trial, const std::vector<data::Pair>& pairs, int fold, bool genuine,
                     int t) {
  const auto scores = score_pairs(trial.faces.view(), pairs);
  double right = 0, all = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (pairs[i].fold != fold || pairs[i].genuine != genuine) continue;
    right += (scores[i].squared_distance < verification_threshold(t)) == genuine ? 1 : 0;
    ++all;
  }
  return right / all;
}

/// Pairs of a fold that are decided rightly, with as many of each kind as the protocol has.
double right_of_fold(const Trial& trial, const std::vector<data::Pair>& drawn, int fold, int t) {
  double right = 0;
  for (const bool genuine : {true, false})
    right += right_of_kind(trial, drawn, fold, genuine, t) *
             static_cast<double>(std::ranges::count_if(
                 trial.pairs, [=](const auto& p) { return p.fold == fold && p.genuine == genuine; }));
  return right;
}

TEST(ResampledVerification, CountsAPairAsOftenAsItsPeopleWereDrawn) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto trial = random_trial(seed, 30, 12);
    const auto all = resampled(trial);
    Times times(30);
    draw_people(seed, 7, times);
    const auto drawn = copies_of(trial, times);
    const auto scores = verify_pairs(trial.faces.view(), drawn, kFars);
    const auto of_draw = figures(all, times);
    EXPECT_EQ(of_draw[1], scores.tar_at_far[0].true_rate);
    EXPECT_EQ(of_draw[2], scores.tar_at_far[1].true_rate);
  }
}

TEST(ResampledVerification, KeepsTheProportionOfGenuineAndImpostorPairs) {
  const auto trial = random_trial(4, 30, 12);
  Times times(30);
  draw_people(4, 7, times);
  const auto drawn = copies_of(trial, times);
  double sum = 0;
  for (int fold = 0; fold < 4; ++fold) {
    double best = -1;
    int chosen = 0;
    for (int t = 0; t < kVerificationThresholds; ++t) {
      double right = 0;
      for (int other = 0; other < 4; ++other)
        if (other != fold) right += right_of_fold(trial, drawn, other, t);
      if (right > best + 1e-9) {
        best = right;
        chosen = t;
      }
    }
    sum += right_of_fold(trial, drawn, fold, chosen) /
           static_cast<double>(std::ranges::count(trial.pairs, fold, &data::Pair::fold));
  }
  EXPECT_NEAR(figures(resampled(trial), times)[0], sum / 4, 1e-12);
}

/// Nobody is recognised, and every impostor refused: however people are drawn, that is one half.
TEST(ResampledVerification, IsNoWiderForBeingDrawnUnevenly) {
  Trial trial;
  for (std::int32_t person = 0; person < 8; ++person) {
    trial.faces.add(person, 0);
    trial.faces.add(person, 90);
  }
  for (std::int64_t person = 0; person < 8; ++person) {
    trial.pairs.push_back({2 * person, 2 * person + 1, true, static_cast<int>(person % 2)});
    trial.pairs.push_back({2 * person, 2 * ((person + 2) % 8) + 1, false, static_cast<int>(person % 2)});
  }
  const auto interval = resampled(trial).intervals({})[0];
  EXPECT_EQ(interval.low, 0.5);
  EXPECT_EQ(interval.high, 0.5);
}

TEST(ResampledIdentification, GivesTheFiguresThemselvesWhereEverybodyIsDrawnOnce) {
  const std::vector<ProbeOutcome> outcomes{{1, 0.9F}, {1, 0.2F}, {2, 0.8F}, {7, 0.1F},
                                           {0, 0.5F}, {0, 0.4F}, {0, 0.3F}, {0, 0.1F}};
  const std::vector<std::int64_t> people{1, 1, 2, 3, 4, 5, 6, 7};
  const std::vector<double> fpirs{0.25, 0.5};
  auto scores = identification_scores(outcomes, 20, 10, fpirs);
  const auto all = resampled_identification(outcomes, number_people(people), fpirs);
  EXPECT_THAT(figures(all, Times(7, 1)),
              testing::ElementsAre(scores.rank1, scores.cumulative_match[4], scores.cumulative_match[9],
                                   scores.tpir_at_fpir[0].true_rate, scores.tpir_at_fpir[1].true_rate));
  EXPECT_THAT(figures(all, {0, 3, 1, 1, 0, 0, 0}), testing::ElementsAre(0, 0.75, 1, 0, 0))
      << "person 2 three times, 3 and the stranger 4 once: no false accept of one is allowed";
  std::vector<Interval> intervals(5);
  for (std::size_t i = 0; i < intervals.size(); ++i)
    intervals[i] = {.low = 0.1 * static_cast<double>(i), .high = 1};
  add_intervals(scores, intervals);
  EXPECT_EQ(scores.rank_intervals[2].low, 0.2);
  EXPECT_EQ(scores.tpir_at_fpir[1].interval.low, 0.4);
}

TEST(DrawPeople, DrawsAsManyAsThereAreAndTheSameEverywhere) {
  Times times(5);
  draw_people(100, 3, times);
  EXPECT_THAT(times, testing::ElementsAre(1, 0, 0, 3, 1));
  Times many(1000);
  draw_people(100, 4, many);
  EXPECT_EQ(std::accumulate(many.begin(), many.end(), 0U), 1000U);
  EXPECT_NEAR(static_cast<double>(std::ranges::count(many, 0U)), 1000 / std::numbers::e, 50);
}

TEST(BootstrapIntervals, DoNotDependOnTheNumberOfThreads) {
  const auto all = resampled(random_trial(1, 60, 12));
  const auto one = all.intervals({.draws = 200, .seed = 5, .threads = 1});
  const auto three = all.intervals({.draws = 200, .seed = 5, .threads = 3});
  for (std::size_t f = 0; f < one.size(); ++f) {
    EXPECT_EQ(one[f].low, three[f].low);
    EXPECT_EQ(one[f].high, three[f].high);
  }
}

/// People, half of whom are always recognised and half never, with ten pictures each: what matters is the
/// number of people, 40, not of pictures, 400. The standard error of a share of one half is 1 / (2 sqrt(40)).
TEST(BootstrapIntervals, AreAsWideAsThePeopleAreFew) {
  std::vector<ProbeOutcome> outcomes;
  std::vector<std::int64_t> people;
  for (int person = 0; person < 40; ++person)
    for (int picture = 0; picture < 10; ++picture) {
      outcomes.push_back({.rank = person % 2 == 0 ? 1 : 2, .score = 0.5F});
      people.push_back(1000 + person);
    }
  const auto rank1 = resampled_identification(outcomes, number_people(people), {}).intervals({.draws = 2000});
  const double half = 1.96 / (2 * std::sqrt(40.0));
  EXPECT_NEAR(rank1[0].low, 0.5 - half, 0.02);
  EXPECT_NEAR(rank1[0].high, 0.5 + half, 0.02);
}

/// Of many experiments with a known outcome, 95 % have it inside the interval.
TEST(BootstrapIntervals, CoverTheTruthAsOftenAsTheySay) {
  constexpr int kExperiments = 200;
  constexpr double kTruth = 0.7;
  int covered = 0;
  for (std::uint64_t seed = 0; seed < kExperiments; ++seed) {
    RngStream random({.seed = seed, .purpose = Purpose::pairs});
    std::vector<ProbeOutcome> outcomes;
    std::vector<std::int64_t> people;
    for (int person = 0; person < 100; ++person) {
      const bool known = random.uniform() < kTruth;
      for (int picture = 0; picture < 3; ++picture) {
        outcomes.push_back({.rank = known ? 1 : 2, .score = 0.5F});
        people.push_back(person);
      }
    }
    const auto interval =
        resampled_identification(outcomes, number_people(people), {}).intervals({.draws = 400})[0];
    covered += interval.low <= kTruth && kTruth <= interval.high ? 1 : 0;
  }
  EXPECT_GE(covered, 180) << "of 200";
  EXPECT_LE(covered, 199);
}

TEST(BootstrapIntervals, AreUndefinedWhereThereIsTooLittle) {
  const std::vector<ProbeOutcome> one{{.rank = 1, .score = 0.5F}};
  const std::vector<std::int64_t> person{7};
  EXPECT_FALSE(resampled_identification(one, number_people(person), {}).intervals({})[0].defined())
      << "a single person";
  const std::vector<ProbeOutcome> two{{.rank = 1, .score = 0.5F}, {.rank = 1, .score = 0.4F}};
  const std::vector<std::int64_t> both{7, 8};
  const auto intervals = resampled_identification(two, number_people(both), std::vector{0.1}).intervals({});
  EXPECT_TRUE(intervals[0].defined());
  EXPECT_FALSE(intervals[3].defined()) << "no strangers";
  EXPECT_FALSE(resampled_identification(two, number_people(both), {}).intervals({.draws = 0})[0].defined());
}

TEST(Difference, OfAModelWithItselfIsExactlyZero) {
  const auto all = resampled(random_trial(3, 60, 12));
  const auto same = bootstrap_intervals(all.people, all.figures, difference(all.of, all.of, all.figures), {});
  for (const auto& interval : same) {
    EXPECT_EQ(interval.low, 0);
    EXPECT_EQ(interval.high, 0);
  }
}

/// Two models that fail on the same people but for one person: their difference is far more certain than each
/// of them.
TEST(Difference, IsNarrowWhereBothFindTheSamePeopleHard) {
  std::vector<ProbeOutcome> before, after;
  std::vector<std::int64_t> people;
  for (int person = 0; person < 100; ++person) {
    before.push_back({.rank = person < 60 ? 1 : 2, .score = 0.5F});
    after.push_back({.rank = person < 61 ? 1 : 2, .score = 0.5F});
    people.push_back(person);
  }
  const auto b = resampled_identification(before, number_people(people), {});
  const auto a = resampled_identification(after, number_people(people), {});
  const auto gain = bootstrap_intervals(100, 3, difference(b.of, a.of, 3), {})[0];
  EXPECT_EQ(gain.low, 0);
  EXPECT_NEAR(gain.high, 0.03, 0.011);
  const auto alone = a.intervals({})[0];
  EXPECT_GT(alone.high - alone.low, 0.15);
}

TEST(MeanOf, TakesTheMeanInEveryDraw) {
  const std::vector<std::int64_t> people{1, 2, 3};
  const std::vector<ProbeOutcome> first{{1, 0.5F}, {2, 0.5F}, {1, 0.5F}},
      second{{1, 0.5F}, {2, 0.5F}, {2, 0.5F}};
  std::vector<Resampled> both;
  both.push_back(resampled_identification(first, number_people(people), {}));
  both.push_back(resampled_identification(second, number_people(people), {}));
  EXPECT_DOUBLE_EQ(figures(mean_of(both), {0, 1, 1})[0], 0.25);
  EXPECT_THAT(figures(joined(both), {0, 1, 1}), testing::ElementsAre(0.5, 1, 1, 0, 1, 1))
      << "or one after the other: ranks 1, 5 and 10";
}

}  // namespace
}  // namespace fedfr::eval
