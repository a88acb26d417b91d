#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "fedfr/eval/probe/input_report.hpp"
#include "fedfr/eval/probe/separation.hpp"

namespace fedfr::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Values that tell where they were: 100 channel + 10 row + column.
std::vector<std::uint8_t> numbered_image(data::ImageSize size) {
  std::vector<std::uint8_t> pixels;
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) pixels.push_back(static_cast<std::uint8_t>(80 * c + 10 * y + x));
  return pixels;
}

std::vector<std::uint8_t> applied(const InputVariant& variant, data::ImageSize size) {
  const auto image = numbered_image(size);
  std::vector<std::uint8_t> out(image.size());
  apply(variant, size, image, out);
  return out;
}

TEST(InputVariants, AreTheImageItselfTheOtherOrderOfColoursAndEightMoves) {
  const auto variants = input_variants({112, 112});
  ASSERT_EQ(variants.size(), 10);
  EXPECT_TRUE(variants[0].as_it_is());
  EXPECT_EQ(text_of(variants[1]), "red and blue exchanged");
  std::vector<std::string> moves;
  for (std::size_t v = 2; v < variants.size(); ++v) moves.push_back(text_of(variants[v]));
  EXPECT_THAT(moves, testing::UnorderedElementsAre(
                         "moved 8 pixels up", "moved 8 pixels down", "moved 8 pixels to the left",
                         "moved 8 pixels to the right", "moved 16 pixels up", "moved 16 pixels down",
                         "moved 16 pixels to the left", "moved 16 pixels to the right"));
}

TEST(InputVariants, OfTinyImagesHaveNoMoveByNothing) {
  for (const auto& variant : input_variants({8, 8})) {
    if (variant.as_it_is() || variant.exchanged) continue;
    EXPECT_EQ(std::abs(variant.down) + std::abs(variant.right), 1);
  }
}

TEST(InputVariants, MoveTheContentAndRepeatTheEdge) {
  constexpr data::ImageSize size{3, 2};
  EXPECT_EQ(applied({}, size), numbered_image(size));
  const auto exchanged = applied({.exchanged = true}, size);
  EXPECT_THAT(std::vector(exchanged.begin(), exchanged.begin() + 6),
              ElementsAre(160, 161, 170, 171, 180, 181));
  EXPECT_THAT(std::vector(exchanged.begin() + 6, exchanged.begin() + 12),
              ElementsAre(80, 81, 90, 91, 100, 101));
  const auto down = applied({.down = 1}, size);
  EXPECT_THAT(std::vector(down.begin(), down.begin() + 6), ElementsAre(0, 1, 0, 1, 10, 11));
  const auto up = applied({.down = -2}, size);
  EXPECT_THAT(std::vector(up.begin(), up.begin() + 6), ElementsAre(20, 21, 20, 21, 20, 21));
  const auto left = applied({.right = -1}, size);
  EXPECT_THAT(std::vector(left.begin(), left.begin() + 6), ElementsAre(1, 1, 11, 11, 21, 21));
}

TEST(Separation, IsTheDistanceOfTheMeansInUnitsOfTheSpread) {
  // Directions in the plane: two people with two images each.
  const auto unit = [](double degrees) {
    const double angle = degrees * std::acos(-1.0) / 180;
    return std::pair(static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle)));
  };
  std::vector<float> features;
  for (const double degrees : {0.0, 20.0, 90.0, 130.0}) {
    const auto [x, y] = unit(degrees);
    features.insert(features.end(), {x, y});
  }
  const std::vector<std::int32_t> people{0, 0, 1, 1};
  const Separation separation({features, 2}, people);
  const auto cosine = [](double degrees) { return std::cos(degrees * std::acos(-1.0) / 180); };
  const std::vector<double> genuine{cosine(20), cosine(40)};
  const std::vector<double> impostor{cosine(90), cosine(130), cosine(70), cosine(110)};
  const auto moments = [](const std::vector<double>& values) {
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    double variance = 0;
    for (const double value : values) variance += (value - mean) * (value - mean);
    return std::pair(mean, variance / static_cast<double>(values.size()));
  };
  const auto [genuine_mean, genuine_variance] = moments(genuine);
  const auto [impostor_mean, impostor_variance] = moments(impostor);
  EXPECT_NEAR(separation(),
              (genuine_mean - impostor_mean) / std::sqrt((genuine_variance + impostor_variance) / 2), 1e-5);
  // Nobody is left to be an impostor.
  EXPECT_TRUE(std::isnan(separation(std::vector<std::uint32_t>{2, 0})));
}

TEST(Separation, CountsAPairAsOftenAsItsPeopleWereDrawn) {
  // Drawing a person twice is the same as having all pairs with that person twice.
  const std::vector<float> features{1, 0, 0.8F, 0.6F, 0, 1, 0.28F, 0.96F, -1, 0, -0.96F, 0.28F};
  const std::vector<std::int32_t> people{0, 0, 1, 1, 2, 2};
  const Separation separation({features, 2}, people);
  EXPECT_NE(separation(std::vector<std::uint32_t>{2, 1, 1}), separation());
  EXPECT_DOUBLE_EQ(separation(std::vector<std::uint32_t>{1, 1, 1}), separation());
}

InputReport report_with(double before, VariantScore other) {
  return {.variants = {{{}, before, {0, 0}}, {{.down = 8}, before / 2, {-1, -0.5}}, other},
          .people = 64,
          .images = 128};
}

TEST(InputReport, SaysWhatIsClearlyBetterWithItsNumbers) {
  const auto report = report_with(2.0, {{.down = -16}, 3.5, {1.2, 1.8}});
  ASSERT_NE(report.clearly_better(), nullptr);
  const auto text = sentence_of(report, "data/own");
  EXPECT_THAT(text, HasSubstr("data/own: the network tells people apart clearly better"));
  EXPECT_THAT(text, HasSubstr("moved 16 pixels up: d' 3.50 instead of 2.00"));
  EXPECT_THAT(text, HasSubstr("+1.20 to +1.80; 64 people, 128 images"));
  EXPECT_THAT(text, HasSubstr("--landmarks"));
  const auto colours = report_with(2.0, {{.exchanged = true}, 3.5, {1.2, 1.8}});
  EXPECT_THAT(sentence_of(colours, "data/own"), HasSubstr("BGR"));
}

TEST(InputReport, TakesNoChanceForAnError) {
  // The interval holds 0; the gain is too small to matter; the network tells nobody apart.
  for (const auto& report : {report_with(2.0, {{.down = -16}, 2.3, {-0.1, 0.7}}),
                             report_with(2.0, {{.down = -16}, 2.07, {0.05, 0.09}}),
                             report_with(2.0, {{.down = -16}, kUndefined, {}})}) {
    EXPECT_EQ(report.clearly_better(), nullptr);
    EXPECT_THAT(sentence_of(report, "data/own"), HasSubstr("lie as the network expects them"));
  }
}

TEST(InputReport, AsksNoNetworkThatTellsNobodyApart) {
  const auto report = report_with(0.1, {{.down = -16}, 0.4, {0.2, 0.4}});
  EXPECT_EQ(report.clearly_better(), nullptr);
  EXPECT_THAT(sentence_of(report, "data/own"), HasSubstr("nothing can be said"));
}

TEST(InputReport, KnowsANetworkWithoutEmbeddings) {
  EXPECT_THAT(sentence_of(report_with(kUndefined, {{.down = -16}, kUndefined, {}}), "data/own"),
              HasSubstr("no embedding"));
}

TEST(InputReport, ListsAllVariants) {
  EXPECT_EQ(table_of(report_with(2.0, {{.exchanged = true}, 3.5, {1.2, 1.8}})),
            "images                          d'   gain (95 %)\n"
            "as they are                   2.00   \n"
            "moved 8 pixels down           1.00   -1.00 to -0.50\n"
            "red and blue exchanged        3.50   +1.20 to +1.80\n");
}

}  // namespace
}  // namespace fedfr::eval
