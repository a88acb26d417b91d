#include "fedfr/run/pictures/pictures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::run {
namespace {

using testing::HasSubstr;

constexpr auto kGap = std::numeric_limits<double>::quiet_NaN();

/// Every string has characters that mean something to gnuplot.
const std::string kNasty = "it's `date` \"a_b\" ^{2} $x \\n @y %s %n\nnext'; system('touch pwned') #\xE9";

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

/// An environment variable with another value until the end of the scope.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() {
    if (before_)
      ::setenv(name_, before_->c_str(), 1);
    else
      ::unsetenv(name_);
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

/// Names of characters that mean something to gnuplot, in every kind of picture.
StackedBars stacked_bars() {
  return {.title = kNasty,
          .unit = kNasty,
          .bars = {kNasty, "b"},
          .parts = {{.name = kNasty, .values = {1, 2}}, {.name = "q", .values = {3, 4}}}};
}

Distributions distributions() {
  return {.title = kNasty, .rate = kNasty, .groups = {{.name = kNasty, .values = {0.5, 0.25}}}};
}

Lines lines() {
  return {.title = kNasty, .x = kNasty, .y = kNasty, .lines = {{.name = kNasty, .x = {1, 2}, .y = {3, 4}}}};
}

TEST(Pictures, AreDrawnWhateverTheirNamesContain) {
  if (!has_gnuplot()) GTEST_SKIP() << "NEEDS gnuplot (Debian: gnuplot-nox)";
  const test::TempFolder folder;
  EXPECT_EQ(draw(learning_curve(), folder / "new" / "learning_curve.png"), std::nullopt);
  EXPECT_EQ(draw(roc_curves(), folder / "new" / "roc.png"), std::nullopt);
  EXPECT_EQ(draw(client_bars(), folder / "new" / "clients.png"), std::nullopt);
  EXPECT_EQ(draw(stacked_bars(), folder / "new" / "-e.png"), std::nullopt);
  EXPECT_EQ(draw(distributions(), folder / "new" / "a b'c.png"), std::nullopt);
  EXPECT_EQ(draw(lines(), folder / "new" / "$x `date`.svg"), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(folder / "new" / "pwned"));
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

TEST(Pictures, ShowNamesAsTheyAre) {
  if (!has_gnuplot()) GTEST_SKIP() << "NEEDS gnuplot (Debian: gnuplot-nox)";
  const test::TempFolder folder;
  const std::string name = "50%g {a_b}^2 $HOME `date` \\n it's";
  auto groups = distributions();
  auto bars = stacked_bars();
  auto curves = lines();
  groups.title = groups.rate = groups.groups[0].name = name;
  bars.title = bars.unit = bars.bars[0] = bars.parts[0].name = name;
  curves.title = curves.x = curves.y = curves.lines[0].name = name;
  ASSERT_EQ(draw(groups, folder / "groups.svg"), std::nullopt);
  ASSERT_EQ(draw(bars, folder / "bars.svg"), std::nullopt);
  ASSERT_EQ(draw(curves, folder / "lines.svg"), std::nullopt);
  const auto times = [&](const char* file) {
    const auto svg = read_text(folder / file);
    int count = 0;
    for (auto at = svg.find("<text>" + name); at != std::string::npos; at = svg.find("<text>" + name, at + 1))
      ++count;
    return count;
  };
  EXPECT_EQ(times("groups.svg"), 3);  // title, axis, tick
  EXPECT_EQ(times("bars.svg"), 4);    // and key
  EXPECT_EQ(times("lines.svg"), 4);   // two axes
}

TEST(Pictures, DoNotListenToTheSettingsOfUsersAndSites) {
  if (!has_gnuplot()) GTEST_SKIP() << "NEEDS gnuplot (Debian: gnuplot-nox)";
  const test::TempFolder folder;
  ASSERT_EQ(draw(roc_curves(), folder / "a" / "roc.svg"), std::nullopt);
  for (const char* file : {".gnuplot", "gnuplot/gnuplotrc"}) {
    make_folder((folder / file).parent_path());
    replace_file(folder / file, "set label 'spoiled' at graph 0.5,0.5\nset key off\nset grid polar\n");
  }
  const Variable home("HOME", folder.path().string()), config("XDG_CONFIG_HOME", folder.path().string());
  const Variable terminal("GNUTERM", "nonsense"), numbers("LC_ALL", "de_DE.UTF-8");
  ASSERT_EQ(draw(roc_curves(), folder / "b" / "roc.svg"), std::nullopt);
  EXPECT_EQ(read_text(folder / "a" / "roc.svg"), read_text(folder / "b" / "roc.svg"));
}

/// A program named gnuplot that tells how it was called.
TEST(Pictures, GetACleanEnvironment) {
  const test::TempFolder folder;
  make_folder(folder / "bin");
  replace_file(folder / "bin" / "gnuplot", "#!/bin/sh\necho \"$@\" >called\nenv >>called\n: >roc.png\n");
  std::filesystem::permissions(folder / "bin" / "gnuplot", std::filesystem::perms::owner_all);
  const Variable path("PATH", (folder / "bin").string() + ":" + std::getenv("PATH"));
  const Variable kept("FEDFR_TEST_VARIABLE", "kept"), terminal("GNUTERM", "x11"),
      library("GNUPLOT_LIB", "/x"), fit("FIT_SCRIPT", "x"), language("LANG", "tr_TR"),
      numbers("LC_NUMERIC", "tr_TR");
  ASSERT_EQ(draw(roc_curves(), folder / "roc.png"), std::nullopt);
  const auto called = read_text(folder / "called");
  EXPECT_THAT(called, testing::StartsWith("-d ./roc.gp\n"));
  EXPECT_THAT(called, HasSubstr("FEDFR_TEST_VARIABLE=kept\n"));
  EXPECT_THAT(called, HasSubstr("LC_ALL=C.UTF-8\n"));
  for (const char* name : {"GNUTERM", "GNUPLOT_LIB", "FIT_SCRIPT", "LANG=", "LC_NUMERIC"})
    EXPECT_THAT(called, testing::Not(HasSubstr(name)));
}

TEST(Pictures, AreLeftOutWhereGnuplotIsMissing) {
  const test::TempFolder folder;
  {
    const Variable nothing("PATH", "/nonexistent");
    EXPECT_THAT(draw(roc_curves(), folder / "roc.png"),
                testing::Optional(HasSubstr("install it (Debian: gnuplot-nox)")));
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "roc.gp"));
  EXPECT_FALSE(std::filesystem::exists(folder / "roc.png"));
}

TEST(Pictures, ReportWhatGnuplotComplainsAbout) {
  if (!has_gnuplot()) GTEST_SKIP() << "NEEDS gnuplot (Debian: gnuplot-nox)";
  const test::TempFolder folder;
  std::filesystem::create_directory(folder / "roc.png");  // cannot be written as a file
  EXPECT_THAT(draw(roc_curves(), folder / "roc.png"), testing::Optional(HasSubstr("gnuplot failed: ")));
}

TEST(Pictures, LeaveNoHalfOfThemselves) {
  if (!has_gnuplot()) GTEST_SKIP() << "NEEDS gnuplot (Debian: gnuplot-nox)";
  const test::TempFolder folder;
  ASSERT_EQ(draw(roc_curves(), folder / "roc.png"), std::nullopt);
  auto impossible = roc_curves();
  impossible.curves[0].x = {-1, -2, -3};  // on a logarithmic axis
  EXPECT_NE(draw(impossible, folder / "roc.png"), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(folder / "roc.png"));
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
