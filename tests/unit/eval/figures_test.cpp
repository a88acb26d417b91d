#include "fedfr/eval/figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fedfr/eval/intervals/resampled_protocols.hpp"
#include "fedfr/eval/report_json.hpp"

namespace fedfr::eval {
namespace {

using testing::HasSubstr;

VerificationScores lfw_scores() {
  VerificationScores scores;
  scores.genuine_pairs = scores.impostor_pairs = 3000;
  scores.accuracy = 0.99283;
  scores.accuracy_deviation = 0.00412;
  scores.accuracy_interval = {.low = 0.9897, .high = 0.9951};
  scores.folds.resize(10);
  scores.tar_at_far = {
      {.target = 1e-3, .true_rate = 0.98123, .impostors = 3000, .interval = {.low = 0.93, .high = 0.99}},
      {.target = 1e-4, .true_rate = 0.9, .impostors = 3000}};
  return scores;
}

FigureList lfw() {
  return {.dataset = "lfw_pairs", .model = "mbf, 100%", .figures = figures_of(lfw_scores())};
}

TEST(SignificantDecimals, AreThoseOfHalfTheInterval) {
  const auto of = [](double half) { return significant_decimals({.low = 0.5 - half, .high = 0.5 + half}); };
  EXPECT_EQ(of(0.0027), 2) << "0.27 %: two digits, 0.27";
  EXPECT_EQ(of(0.0041), 1) << "0.41 %: one digit, 0.4";
  EXPECT_EQ(of(0.0096), 1) << "0.96 %: 1.0";
  EXPECT_EQ(of(0.03), 1) << "3.0 %";
  EXPECT_EQ(of(0.04), 0) << "4 %";
  EXPECT_EQ(of(0.2), 0);
  EXPECT_EQ(of(1e-9), 4) << "no more than anybody prints";
  EXPECT_EQ(significant_decimals({}), 2);
  EXPECT_EQ(significant_decimals({.low = 1, .high = 1}), 2);
}

TEST(FigureTable, SaysWithEachFigureWhatItWasMeasuredOn) {
  const auto table = figure_table(std::vector{lfw()});
  EXPECT_THAT(table, testing::ContainsRegex("lfw_pairs, mbf, 100% +% +95 % interval  of\n"));
  EXPECT_THAT(table,
              testing::ContainsRegex("accuracy +99.28 +± 0.41 +98.97 to 99.51  10 folds of 3,000 genuine "
                                     "and 3,000 impostor pairs\n"));
  EXPECT_THAT(table, testing::ContainsRegex("TAR@FAR=1e-3 +98.1 +93.0 to 99.0  3,000 impostor pairs\n"));
  EXPECT_THAT(table, testing::ContainsRegex("TAR@FAR=1e-4 +n/a +3,000 impostor pairs, needs 10,000\n"));
}

TEST(FigureCsv, HasEveryDigitAndQuotesWhatNeedsIt) {
  EXPECT_EQ(figure_csv(std::vector{lfw()}),
            "dataset,model,figure,value,low,high,deviation,trials\n"
            "lfw_pairs,\"mbf, 100%\",accuracy,0.99283,0.9897,0.9951,0.00412,\"10 folds of 3,000 genuine and "
            "3,000 impostor pairs\"\n"
            "lfw_pairs,\"mbf, 100%\",TAR@FAR=1e-3,0.98123,0.93,0.99,,\"3,000 impostor pairs\"\n"
            "lfw_pairs,\"mbf, 100%\",TAR@FAR=1e-4,,,,,\"3,000 impostor pairs, needs 10,000\"\n");
}

TEST(FigureLatex, IsABooktabsTableWithoutCommandsOfStrangers) {
  auto second = lfw();
  second.dataset = "cfp&\\input{x}";
  const auto text = figure_latex(std::vector{lfw(), second});
  EXPECT_THAT(text, HasSubstr("\\begin{tabular}{llrrr}\n  \\toprule\n  Dataset & Model & accuracy & "
                              "TAR@FAR=1e-3 & TAR@FAR=1e-4 \\\\\n  \\midrule\n"));
  EXPECT_THAT(
      text, HasSubstr("  lfw\\_pairs & mbf, 100\\% & 99.28 $\\pm$ 0.41 [98.97, 99.51] & 98.1 [93.0, 99.0] & "
                      "-- \\\\\n"));
  EXPECT_THAT(text, HasSubstr("  cfp\\&\\textbackslash{}input\\{x\\} & "));
  EXPECT_THAT(text, HasSubstr("  \\bottomrule\n\\end{tabular}\n"));
}

TEST(FigureLatex, BeginsATableWhereTheFiguresAreOthers) {
  FigureList search{.dataset = "lfw", .model = "m", .figures = figures_of(IdentificationScores{})};
  const auto text = figure_latex(std::vector{lfw(), search});
  EXPECT_THAT(text, HasSubstr("Dataset & Model & rank 1 & rank 5 & rank 10 \\\\"));
  EXPECT_EQ(text.find("\\end{tabular}") == text.rfind("\\end{tabular}"), false);
}

TEST(Figures, OfClientsHaveTheirSpreadAndTheIntervalOfTheMean) {
  std::vector<ClientScores> clients;
  for (int c = 0; c < 4; ++c) {
    ClientScores client{.client = ClientId{c}, .scores = {}};
    client.scores.rank1 = 0.6 + 0.1 * c;
    client.scores.tar_at_far = {{.target = 1e-2, .true_rate = 0.5, .impostors = 600}};
    clients.push_back(client);
  }
  const auto drawn = resampled_clients(clients);
  std::vector<double> means(drawn.figures);
  drawn.of(std::vector<std::uint32_t>{0, 0, 2, 2}, means);
  EXPECT_THAT(means, testing::ElementsAre(0.5, testing::DoubleNear(0.85, 1e-12)));
  const auto figures = figures_of(summarise(clients), drawn.intervals({}));
  ASSERT_EQ(figures.size(), 8U);
  EXPECT_EQ(figures[4].name, "rank 1, mean");
  EXPECT_NEAR(figures[4].value, 0.75, 1e-12);
  EXPECT_LT(figures[4].interval.low, 0.7);
  EXPECT_EQ(figures[5].name, "rank 1, worst decile");
  EXPECT_NEAR(figures[5].value, 0.6, 1e-12);
  EXPECT_FALSE(figures[5].interval.defined());
  EXPECT_EQ(figures[7].name, "rank 1, Gini");
}

TEST(Figures, OfAFoldThatChoseItsOwnThresholdSayIt) {
  auto scores = lfw_scores();
  scores.one_fold = true;
  const auto figures = figures_of(scores);
  EXPECT_TRUE(std::isnan(figures[0].deviation));
  EXPECT_EQ(figures[0].trials, "one fold, its threshold chosen on the same pairs");
}

TEST(Figures, OfPairsOfOneKindHaveNoAccuracy) {
  for (auto VerificationScores::*kind :
       {&VerificationScores::genuine_pairs, &VerificationScores::impostor_pairs}) {
    auto scores = lfw_scores();
    scores.*kind = 0;
    EXPECT_THAT(
        figure_table(std::vector<FigureList>{{.dataset = "g", .model = "m", .figures = figures_of(scores)}}),
        testing::ContainsRegex("accuracy +n/a  +10 folds"));
  }
}

TEST(Figures, AsJsonHaveNullForWhatIsUndefined) {
  const nlohmann::json json = nlohmann::json::parse(nlohmann::json(lfw()).dump());
  EXPECT_EQ(json["figures"][0]["value"], 0.99283);
  EXPECT_TRUE(json["figures"][2]["value"].is_null());
  EXPECT_EQ(json["figures"][1]["interval"][0], 0.93);
}

}  // namespace
}  // namespace fedfr::eval
