#include "fedfr/run/record/run_pictures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/run/record/evaluation.hpp"
#include "support/metrics_lines.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::run {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A run of one round with a benchmark and one client, without training.
class RunPictures : public testing::Test {
 protected:
  void SetUp() override {
    replace_file(paths_.metrics,
                 test::evaluation_line(0, 0.5) + test::round_line(1) + test::evaluation_line(1, 0.75));
    for (const int round : {0, 1}) {
      Evaluation evaluation{
          .round = round, .benchmarks = {{.name = "pairs", .scores = {}}}, .global = {}, .own = {}};
      evaluation.benchmarks[0].scores.roc = {{.target = 0.01, .true_rate = 0.25, .impostors = 100},
                                             {.target = 0.1, .true_rate = 0.5, .impostors = 100}};
      eval::ClientScores client{.client = ClientId{4}, .scores = {}};
      client.scores.tar_at_far = evaluation.benchmarks[0].scores.roc;
      evaluation.global = evaluation.own = {client};
      save(evaluation_path(paths_.folder, round), evaluation);
    }
  }

  /// What is printed.
  std::string draw() const {
    testing::internal::CaptureStdout();
    {
      Console console(0, "info");
      draw_run_pictures(paths_, console);
    }
    return testing::internal::GetCapturedStdout();
  }
  bool exists(const char* name) const { return std::filesystem::exists(paths_.pictures / name); }

  test::TempFolder folder_;
  RunPaths paths_{folder_.path()};
};

bool has_gnuplot() { return std::system("gnuplot --version > /dev/null 2>&1") == 0; }  // NOLINT(cert-env33-c)

TEST_F(RunPictures, AreOfAllThatWasMeasured) {
  if (!has_gnuplot()) GTEST_SKIP() << "NEEDS gnuplot (Debian: gnuplot-nox)";
  EXPECT_THAT(draw(), Not(HasSubstr("gnuplot")));
  EXPECT_TRUE(exists("learning_curve.png") && exists("roc_pairs.png") && exists("clients.png"));
}

TEST_F(RunPictures, OneThatCannotBeDrawnLeavesTheOthersAndIsNamed) {
  if (!has_gnuplot()) GTEST_SKIP() << "NEEDS gnuplot (Debian: gnuplot-nox)";
  std::filesystem::create_directories(paths_.pictures / "learning_curve.png");
  std::filesystem::create_directories(paths_.pictures / "roc_pairs.gp" / "not empty");
  const auto printed = draw();
  EXPECT_THAT(printed, HasSubstr("no learning_curve.png: gnuplot failed: "));
  EXPECT_THAT(printed, HasSubstr("no roc_pairs.png: cannot "));
  EXPECT_THAT(printed, HasSubstr("pictures: "));
  EXPECT_TRUE(exists("clients.png"));
  EXPECT_FALSE(exists("roc_pairs.png"));
}

TEST_F(RunPictures, OneWithoutAnyNumberLeavesTheOthers) {
  if (!has_gnuplot()) GTEST_SKIP() << "NEEDS gnuplot (Debian: gnuplot-nox)";
  std::string undefined = test::evaluation_line(1, 0.75);
  for (const auto& [number, nothing] :
       {std::pair{R"("accuracy":0.75)", R"("accuracy":null)"}, {R"("mean":0.5)", R"("mean":null)"}})
    undefined.replace(undefined.find(number), std::string(number).size(), nothing);
  replace_file(paths_.metrics, test::round_line(1) + undefined);
  EXPECT_THAT(draw(), HasSubstr("no learning_curve.png: there is nothing to draw"));
  EXPECT_TRUE(exists("roc_pairs.png") && exists("clients.png"));
}

TEST_F(RunPictures, AnEvaluationThatCannotBeReadLeavesTheOthers) {
  if (!has_gnuplot()) GTEST_SKIP() << "NEEDS gnuplot (Debian: gnuplot-nox)";
  replace_file(evaluation_path(paths_.folder, 0), "{");
  EXPECT_THAT(draw(), HasSubstr("no curves of round 0: "));
  EXPECT_TRUE(exists("learning_curve.png") && exists("roc_pairs.png") && exists("clients.png"));
  replace_file(evaluation_path(paths_.folder, 1), "{");
  std::filesystem::remove_all(paths_.pictures);
  EXPECT_THAT(draw(), HasSubstr("no curves of round 1: "));
  EXPECT_TRUE(exists("learning_curve.png"));
  EXPECT_FALSE(exists("clients.png"));
}

TEST_F(RunPictures, WithoutGnuplotOneWarningNamesAll) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nonexistent", 1);
  const auto printed = draw();
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_THAT(
      printed,
      HasSubstr("no learning_curve.png, roc_pairs.png, clients.png: gnuplot was not found: install it"));
  EXPECT_THAT(printed, Not(HasSubstr("pictures: ")));
}

}  // namespace
}  // namespace fedfr::run
