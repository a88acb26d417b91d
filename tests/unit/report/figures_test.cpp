#include "fedfr/report/figures.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fedfr/core/output_file.hpp"
#include "support/metrics_lines.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::report {
namespace {

TEST(Figures, AnEvaluationHasThoseThatItCanMeasure) {
  const test::TempFolder folder;
  replace_file(folder / "m", test::evaluation_line(1, 0.625));
  const auto evaluation = figures_of(run::read_metrics(folder / "m").evaluations.at(0));
  EXPECT_EQ(evaluation.round, 1);
  EXPECT_EQ(evaluation.figures, (std::vector<NamedNumber>{{"pairs/accuracy", 0.625},
                                                          {"pairs/TAR@0.1", 0.4},
                                                          {"global/TAR@0.1/mean", 0.5},
                                                          {"global/TAR@0.1/worst", 0.25},
                                                          {"global/TAR@0.1/best", 0.75},
                                                          {"global/rank1/mean", 0.9},
                                                          {"global/rank1/worst", 0.8},
                                                          {"global/rank1/best", 1.0}}));
  EXPECT_EQ(figure(evaluation.figures, "global/TAR@0.1/best"), 0.75);
  EXPECT_TRUE(std::isnan(figure(evaluation.figures, "own/TAR@0.1/best")));
}

TEST(Figures, AnEvaluationStandsForItsFirstBenchmarkElseItsClients) {
  EXPECT_EQ(headline({.round = 1, .figures = {{"global/TAR@0.1/mean", 0.5}, {"b/accuracy", 0.25}}})->first,
            "b/accuracy");
  EXPECT_EQ(
      headline({.round = 1, .figures = {{"global/TAR@0.1/mean", 0.5}, {"own/TAR@0.1/mean", 0.25}}})->first,
      "own/TAR@0.1/mean");
  EXPECT_FALSE(headline({.round = 1, .figures = {}}));
}

}  // namespace
}  // namespace fedfr::report
