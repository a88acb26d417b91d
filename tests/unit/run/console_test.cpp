#include "fedfr/run/record/console.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/version.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::run {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

struct Printed {
  std::string out;
  std::string err;
};

template <class Work>
Printed printed_by(Work work) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  work();
  return {testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

TEST(Console, RankZeroPrintsAndLogs) {
  const test::TempFolder folder;
  const auto printed = printed_by([&] {
    Console console(0, "info");
    console.info("first {}");
    console.log_to(folder / "log.txt");
    console.info("second");
    console.warning("third");
    console.debug("hidden");
  });
  EXPECT_EQ(printed.out, "first {}\nsecond\nwarning: third\n");
  EXPECT_EQ(printed.err, "");
  constexpr const char* stamp = "[0-9]+-[0-9]+-[0-9]+ [0-9]+:[0-9]+:[0-9]+ ";
  EXPECT_THAT(read_text(folder / "log.txt"),
              MatchesRegex(std::string(stamp) + "second\n" + stamp + "warning: third\n"));
}

TEST(Console, ALaterJobAppendsToTheLog) {
  const test::TempFolder folder;
  printed_by([&] {
    for (const char* text : {"first", "second"}) {
      Console console(0, "info");
      console.log_to(folder / "log.txt");
      console.info(text);
    }
  });
  EXPECT_THAT(read_text(folder / "log.txt"), AllOf(HasSubstr("first\n"), HasSubstr("second\n")));
}

TEST(Console, OtherRanksOnlyWarnByNumber) {
  const test::TempFolder folder;
  const auto printed = printed_by([&] {
    Console console(3, "debug");
    console.log_to(folder / "log.txt");
    console.info("hidden");
    console.warning("seen");
  });
  EXPECT_EQ(printed.out, "");
  EXPECT_EQ(printed.err, "rank 3: warning: seen\n");
  EXPECT_FALSE(std::filesystem::exists(folder / "log.txt"));
}

TEST(Console, WarningsOfOtherLayersTakeTheSameWay) {
  const auto printed = printed_by([] {
    const Console console(2, "info");
    spdlog::warn("from {}", "elsewhere");
  });
  EXPECT_EQ(printed.err, "rank 2: warning: from elsewhere\n");
}

TEST(Console, TheLevelIsKept) {
  const auto quiet = printed_by([] { Console(0, "warning").info("hidden"); });
  EXPECT_EQ(quiet.out, "");
  const auto loud = printed_by([] { Console(0, "debug").debug("seen"); });
  EXPECT_EQ(loud.out, "seen\n");
}

TEST(Console, ALogThatCannotBeOpenedIsNamed) {
  Console console(0, "info");
  EXPECT_THAT([&] { console.log_to("/proc/no/log.txt"); },
              testing::ThrowsMessage<DataError>(HasSubstr("/proc/no/log.txt")));
}

TEST(Banner, StatesWhatTheRunDependsOn) {
  Options options;
  options.rounds = 3;
  const std::string text = banner({.libraries = {{"mpi", "Open MPI 4.1.4"}, {"hdf5", "1.10.8"}},
                                   .ranks = 2,
                                   .hosts = 1,
                                   .threads = 4,
                                   .host = "n017",
                                   .device = "cpu",
                                   .processors = "2 processors allowed",
                                   .model = "sphere20",
                                   .parameters = 23'456'789,
                                   .start = "random weights",
                                   .datasets = {{"clients", "data/a: 40 clients"}},
                                   .leaves_client = "backbone"},
                                  options);
  EXPECT_THAT(text, StartsWith("# fedfr " + std::string(version())));
  EXPECT_THAT(text, HasSubstr("\n# mpi Open MPI 4.1.4 | hdf5 1.10.8\n"));
  EXPECT_THAT(text, HasSubstr("\n# 2 ranks on 1 host x 4 threads | rank 0 n017 cpu | seed 100 | config " +
                              config_hash(options) + "\n# 2 processors allowed\n"));
  EXPECT_THAT(text, HasSubstr("\n# model sphere20, 23,456,789 parameters | start random weights\n"));
  EXPECT_THAT(text, HasSubstr("\n# clients data/a: 40 clients\n"));
  EXPECT_THAT(text, HasSubstr("\n# leaves a client: backbone\n"));
  EXPECT_THAT(text, testing::EndsWith("\nrounds = 3"));
}

TEST(RoundLine, HasEveryFact) {
  RoundFacts facts{.round = 3,
                   .rounds = 20,
                   .cohort = 40,
                   .images = 81204,
                   .loss = 11.4821,
                   .terms = {{"margin", 5.25}, {"dfc", 0.5}},
                   .hard_negatives = 1234,
                   .learning_rate = 0.001,
                   .seconds = 61.5,
                   .phases = {{"train", 60.25}, {"reduce", 0.41}},
                   .idle_share = 0.07,
                   .scores = {{"TAR@1e-4", 0.8831}},
                   .seconds_left = 1045};
  EXPECT_EQ(round_line(facts),
            "round  3/20  cohort 40  images 81,204  loss 11.48 (margin 5.25, dfc 0.5)  hard negatives 1,234  "
            "lr 0.001  "
            "1320 images/s  train 60.2 s  reduce 0.41 s  idle 7 %  TAR@1e-4 0.8831  ETA 17 min 25 s");
  facts.round = 20;
  facts.hard_negatives.reset();
  facts.scores.clear();
  EXPECT_THAT(round_line(facts), AllOf(StartsWith("round 20/20  "), Not(HasSubstr("ETA")),
                                       Not(HasSubstr("negatives")), Not(HasSubstr("TAR"))));
}

TEST(DoneLine, StartsWithTheHash) {
  EXPECT_EQ(done_line({.model_hash = "0123456789abcdef",
                       .rounds = 20,
                       .seconds = 1312.04,
                       .peak_memory_mb = 812.3,
                       .checkpoint = "runs/a/checkpoint/round_0020.ckpt",
                       .output = "runs/a"}),
            "DONE model_hash=0123456789abcdef rounds=20 seconds=1312.0 peak_memory_mb=812 "
            "checkpoint=runs/a/checkpoint/round_0020.ckpt output=runs/a");
}

TEST(Texts, NumbersAndTimes) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(-123456), "-123,456");
  EXPECT_EQ(with_commas(1234567890), "1,234,567,890");
  EXPECT_EQ(duration_text(4.24), "4.2 s");
  EXPECT_EQ(duration_text(59.96), "1 min 00 s");
  EXPECT_EQ(duration_text(3599.7), "1 h 00 min");
  EXPECT_EQ(duration_text(7500), "2 h 05 min");
}

}  // namespace
}  // namespace fedfr::run
