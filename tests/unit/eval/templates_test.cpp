#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fedfr/core/error.hpp"
#include "fedfr/eval/templates/insightface_rates.hpp"
#include "fedfr/eval/templates/template_figures.hpp"
#include "fedfr/eval/templates/template_protocol.hpp"

namespace fedfr::eval {
namespace {

using Ids = std::vector<std::int64_t>;

PooledTemplates pool(const std::vector<float>& features, const std::vector<float>& scores,
                     const Ids& templates, const Ids& media) {
  return pool_templates(
      {.features = {features, 2}, .detector_scores = scores, .templates = templates, .media = media});
}

TEST(PoolTemplates, AddsTheMeansOfMedia) {
  // Template 7: a video of two frames, (2,0) and (0,2) with mean (1,1), and a picture (0,5) of score 0.4.
  const auto pooled = pool({2, 0, 0, 5, 0, 2}, {1, 0.4F, 1}, {7, 7, 7}, {1, 2, 1});
  const double length = std::sqrt(1 + 9);
  EXPECT_THAT(pooled.ids(), testing::ElementsAre(7));
  EXPECT_NEAR(pooled.view().row(0)[0], 1 / length, 1e-7);
  EXPECT_NEAR(pooled.view().row(0)[1], 3 / length, 1e-7);
}

TEST(PoolTemplates, KnowsAMediumOnlyWithinItsTemplate) {
  const auto pooled = pool({1, 0, 0, 1}, {1, 1}, {9, 4}, {1, 1});
  EXPECT_THAT(pooled.ids(), testing::ElementsAre(4, 9));
  EXPECT_THAT(pooled.view().values(), testing::ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(pooled.rows_of(Ids{9, 9}), testing::ElementsAre(1, 0, 1, 0));
  EXPECT_EQ(pooled.row_of(9), 1);
  EXPECT_THROW(pooled.row_of(5), DataError);
}

TEST(PoolTemplates, RefusesWhatHasNoDirection) {
  EXPECT_THROW(pool({1, 0, -1, 0}, {1, 1}, {3, 3}, {1, 2}), DataError) << "their sum is zero";
  EXPECT_THROW(pool({NAN, 0}, {1}, {3}, {1}), DataError);
  EXPECT_THROW(pool({1, 0}, {1, 1}, {3}, {1}), UsageError);
}

PooledTemplates corners() {
  return pool({1, 0, 0, 1, -1, 0, 0.6F, 0.8F}, {1, 1, 1, 1}, {1, 2, 3, 4}, {1, 1, 1, 1});
}

TEST(IdentifyTemplates, LooksForEveryProbeInBothGalleries) {
  const TemplateSearch search{.galleries = {{{{1, 10}}, {{2, 20}, {3, 30}}}}, .probes = {{4, 20}, {1, 10}}};
  const auto found = identify_templates(corners(), search, 10, std::vector{0.5});
  EXPECT_EQ(found.outcomes[0][0].rank, 0) << "subject 20 is a stranger in gallery 1";
  EXPECT_EQ(found.outcomes[1][0].rank, 1);
  EXPECT_EQ(found.galleries[0].nonmated_probes, 1);
  EXPECT_EQ(found.rank1, 1);
  EXPECT_EQ(found.cumulative_match.size(), 1U) << "as far as the smaller gallery goes";
}

TEST(IdentifyTemplates, RefusesAGalleryThatHasAPersonTwiceOrNobody) {
  const TemplateSearch twice{.galleries = {{{{1, 10}, {2, 10}}, {{3, 30}}}}, .probes = {{4, 20}}};
  EXPECT_THROW(identify_templates(corners(), twice, 10, std::vector{0.5}), DataError);
  const TemplateSearch nobody{.galleries = {{{{1, 10}}, {}}}, .probes = {{4, 20}}};
  EXPECT_THROW(identify_templates(corners(), nobody, 10, std::vector{0.5}), DataError);
  const TemplateSearch unknown{.galleries = {{{{1, 10}}, {{5, 30}}}}, .probes = {{4, 20}}};
  EXPECT_THROW(identify_templates(corners(), unknown, 10, std::vector{0.5}), DataError);
}

TEST(InsightfaceRates, TakeTheNearestPointAlsoBeyondTheRate) {
  // FARs of the curve: 0, 1/4, 1/2, 3/4, 1; asked for 0.2, the script takes 1/4, where TAR is 1.
  const std::vector<float> genuine{0.9F, 0.45F}, impostor{0.5F, 0.4F, 0.3F, 0.2F};
  EXPECT_THAT(insightface_tar_at_far(genuine, impostor, std::vector{0.2}), testing::ElementsAre(1));
  EXPECT_EQ(tar_at_far(genuine, impostor, std::vector{0.2})[0].true_rate, 0.5);
}

TEST(InsightfaceRates, HaveNoCaseForStrangers) {
  const TemplateSearch search{.galleries = {{{{1, 10}}, {{2, 20}}}}, .probes = {{4, 99}}};
  EXPECT_THROW(insightface_identification(corners(), search, std::vector{0.1}), DataError);
}

data::TemplateTables small_tables() {
  return {.templates = {},
          .media = {},
          .detector_scores = {},
          .pairs = {{1, 4, false}, {2, 4, true}, {3, 4, false}},
          .galleries = {{{{1, 10}}, {{2, 20}}}},
          .probes = {{4, 20}, {3, 30}}};
}

TEST(PeopleOfTemplates, AreThoseOfOneSubjectOrOfAGenuinePair) {
  auto tables = small_tables();
  const auto people = people_of_templates(corners(), tables);
  EXPECT_EQ(people.count, 3);
  EXPECT_EQ(people.numbers[1], people.numbers[3]) << "templates 2 and 4 by pair and subject";
  tables.galleries = {};
  tables.probes.clear();
  EXPECT_EQ(people_of_templates(corners(), tables).numbers, people.numbers) << "by the pair alone";
  tables.pairs.clear();
  EXPECT_EQ(people_of_templates(corners(), tables).count, 4);
}

TEST(TemplateFigures, GoBeforeThoseWithoutIntervalsInTheOrderInWhichTheyAreDrawn) {
  const auto tables = small_tables();
  const TemplateTargets targets{.fars = {0.5}, .fpirs = {0.5}};
  const auto scores = score_templates(corners(), tables, targets);
  const auto figures = figures_of(scores);
  const auto resampled = resampled_templates(corners(), tables, scores, targets);
  EXPECT_EQ(resampled.people, 3);
  ASSERT_EQ(resampled.figures, 5U);
  std::vector<double> once(5);
  resampled.of(std::vector<std::uint32_t>{1, 1, 1}, once);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{4}}) {
    if (std::isnan(once[i]))
      EXPECT_TRUE(std::isnan(figures[i].value)) << figures[i].name;
    else
      EXPECT_EQ(once[i], figures[i].value) << figures[i].name;
  }
  EXPECT_EQ(figures[0].name, "TAR@FAR=5e-1");
  EXPECT_EQ(figures[1].name, "rank 1");
  EXPECT_EQ(figures[3].name, "rank 10");
  EXPECT_EQ(figures[4].name, "TPIR@FPIR=5e-1");
}

}  // namespace
}  // namespace fedfr::eval
