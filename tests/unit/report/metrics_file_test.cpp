#include "fedfr/report/metrics_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run_folder.hpp"

namespace fedfr::report {
namespace {

TEST(MetricsFile, KnowsRoundsAndEvaluationsAndPassesOverTheRest) {
  const auto metrics = parse_metrics(
      "{\"event\":\"start\"}\n" + test::round_line(1) + test::evaluation_line(1, 0.625) + "{\"event\":\"cl",
      "m");
  ASSERT_EQ(metrics.rounds.size(), 1U);
  EXPECT_EQ(metrics.rounds[0].hard_negatives, 50);
  EXPECT_EQ(metrics.rounds[0].phases.at("public"), 0.25);
  ASSERT_EQ(metrics.evaluations.size(), 1U);
  EXPECT_EQ(figure(metrics.evaluations[0].figures, "pairs/accuracy"), 0.625);
  EXPECT_EQ(figure(metrics.evaluations[0].figures, "global/TAR@0.1/best"), 0.75);
  EXPECT_TRUE(std::isnan(figure(metrics.evaluations[0].figures, "own/TAR@0.1/best")));
}

TEST(MetricsFile, AnEvaluationStandsForItsFirstBenchmarkElseItsClients) {
  EXPECT_EQ(headline({.round = 1, .figures = {{"global/TAR@0.1/mean", 0.5}, {"b/accuracy", 0.25}}})->first,
            "b/accuracy");
  EXPECT_EQ(
      headline({.round = 1, .figures = {{"global/TAR@0.1/mean", 0.5}, {"own/TAR@0.1/mean", 0.25}}})->first,
      "own/TAR@0.1/mean");
  EXPECT_FALSE(headline({.round = 1, .figures = {}}));
}

}  // namespace
}  // namespace fedfr::report
