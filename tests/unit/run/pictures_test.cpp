#include "fedfr/run/pictures/pictures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::run {
namespace {

using testing::HasSubstr;

constexpr auto kGap = std::numeric_limits<double>::quiet_NaN();

/// Every string has characters that mean something to gnuplot.
const std::string kNasty = "it's `date` \"a_b\" ^{2} $x \\n @y\nnext";

LearningCurve learning_curve() {
  return {.title = kNasty,
          .rates = {{.name = kNasty, .x = {0, 1, 2}, .y = {0.5, kGap, 0.875}}},
          .levels = {{.name = kNasty, .y = 0.625, .colour = Colour::grey}},
          .losses = {{.name = "DFC", .x = {1, 2}, .y = {3.5, 2.25}}}};
}

RocCurves roc_curves() {
  return {.title = kNasty,
          .curves = {{.name = "before", .x = {1e-4, 1e-3, 1e-2}, .y = {0.25, 0.5, 0.75}, .dashed = true}}};
}

ClientBars client_bars() {
  return {.title = kNasty,
          .rate = kNasty,
          .clients = {kNasty, "1"},
          .global = {0.5, 0.75},
          .personalised = {0.625, kGap}};
}

bool has_gnuplot() { return std::system("gnuplot --version > /dev/null 2>&1") == 0; }  // NOLINT(cert-env33-c)

/// The width from the first chunk of a PNG file, 0 if it is none.
int png_width(const std::filesystem::path& png) {
  const auto bytes = read_text(png);
  if (bytes.size() < 24 || bytes.compare(1, 3, "PNG") != 0) return 0;
  int width = 0;
  for (std::size_t i = 16; i < 20; ++i) width = width * 256 + static_cast<unsigned char>(bytes[i]);
  return width;
}

/// PATH without any program until the end of the scope.
class WithoutPrograms {
 public:
  WithoutPrograms() { ::setenv("PATH", "/nonexistent", 1); }
  WithoutPrograms(const WithoutPrograms&) = delete;
  WithoutPrograms& operator=(const WithoutPrograms&) = delete;
  ~WithoutPrograms() { ::setenv("PATH", path_.c_str(), 1); }

 private:
  std::string path_ = std::getenv("PATH");
};

TEST(Pictures, AreDrawnWhateverTheirNamesContain) {
  if (!has_gnuplot()) GTEST_SKIP() << "NEEDS gnuplot (Debian: gnuplot-nox)";
  const test::TempFolder folder;
  EXPECT_TRUE(draw(learning_curve(), folder / "new" / "learning_curve.png"));
  EXPECT_TRUE(draw(roc_curves(), folder / "new" / "roc.png"));
  EXPECT_TRUE(draw(client_bars(), folder / "new" / "clients.png"));
  EXPECT_EQ(png_width(folder / "new" / "learning_curve.png"), 1800);
  EXPECT_EQ(png_width(folder / "new" / "roc.png"), 1600);
  EXPECT_EQ(png_width(folder / "new" / "clients.png"), 1800);
}

TEST(Pictures, LeaveAScriptWithTheDataBesideThem) {
  const test::TempFolder folder;
  draw(learning_curve(), folder / "learning_curve.png");
  const auto script = read_text(folder / "learning_curve.gp");
  EXPECT_THAT(script, HasSubstr("set output 'learning_curve.png'"));
  EXPECT_THAT(script, HasSubstr("$rates0 << END\n0 50\n1 NaN\n2 87.5\nEND\n"));
  EXPECT_THAT(script, HasSubstr("$losses0 << END\n1 3.5\n2 2.25\nEND\n"));
  EXPECT_THAT(script, HasSubstr("62.5 with lines"));
  draw(roc_curves(), folder / "roc.png");
  EXPECT_THAT(read_text(folder / "roc.gp"), HasSubstr("set xrange [0.0001:0.01]"));
}

TEST(Pictures, WithoutLossesHaveOnePanel) {
  const test::TempFolder folder;
  auto picture = learning_curve();
  picture.losses.clear();
  draw(picture, folder / "a.png");
  EXPECT_THAT(read_text(folder / "a.gp"), testing::Not(HasSubstr("loss")));
}

TEST(Pictures, NameOnlyAsManyClientsAsFit) {
  const test::TempFolder folder;
  ClientBars picture{.title = "t", .rate = "r", .clients = {}, .global = {}, .personalised = {}};
  for (int c = 0; c < 100; ++c) {
    picture.clients.push_back("c" + std::to_string(c));
    picture.global.push_back(0.5);
    picture.personalised.push_back(0.75);
  }
  draw(picture, folder / "a.png");
  const auto script = read_text(folder / "a.gp");
  EXPECT_THAT(script, HasSubstr("\"c0\" 50 75\n\"\" 50 75\n\"\" 50 75\n\"c3\" 50 75\n"));
  EXPECT_THAT(script, HasSubstr("'own: mean 75.0 %'"));
}

TEST(Pictures, AreLeftOutWhereGnuplotIsMissing) {
  const test::TempFolder folder;
  testing::internal::CaptureStdout();
  {
    const WithoutPrograms nothing;
    EXPECT_FALSE(draw(roc_curves(), folder / "roc.png"));
  }
  EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("Install it (Debian: gnuplot-nox)"));
  EXPECT_TRUE(std::filesystem::exists(folder / "roc.gp"));
  EXPECT_FALSE(std::filesystem::exists(folder / "roc.png"));
}

TEST(Pictures, ReportWhatGnuplotComplainsAbout) {
  if (!has_gnuplot()) GTEST_SKIP() << "NEEDS gnuplot (Debian: gnuplot-nox)";
  const test::TempFolder folder;
  std::filesystem::create_directory(folder / "roc.png");  // cannot be written as a file
  testing::internal::CaptureStdout();
  EXPECT_FALSE(draw(roc_curves(), folder / "roc.png"));
  EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("gnuplot failed: "));
}

TEST(Pictures, RefuseDataThatDoNotFitTogether) {
  const test::TempFolder folder;
  auto curve = learning_curve();
  curve.rates[0].y.pop_back();
  EXPECT_THROW(draw(curve, folder / "a.png"), UsageError);
  auto bars = client_bars();
  bars.global.pop_back();
  EXPECT_THROW(draw(bars, folder / "a.png"), UsageError);
  EXPECT_THROW(draw(RocCurves{.title = "empty", .curves = {{.name = "none", .x = {0.1}, .y = {kGap}}}},
                    folder / "a.png"),
               UsageError);
}

}  // namespace
}  // namespace fedfr::run
