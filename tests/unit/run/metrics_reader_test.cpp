#include "fedfr/run/record/metrics_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/run/record/evaluation.hpp"
#include "support/metrics_lines.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::run {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::ThrowsMessage;

class MetricsReader : public testing::Test {
 protected:
  Metrics read(const std::string& text) const {
    replace_file(folder_ / "m", text);
    return read_metrics(folder_ / "m");
  }

  test::TempFolder folder_;
};

TEST_F(MetricsReader, KnowsEventsByTheirKind) {
  const auto metrics = read(test::start_line(1) + test::evaluation_line(0, 0.5) + test::client_line(1, 7) +
                            test::round_line(1) + test::start_line(2) + test::round_line(2));
  ASSERT_EQ(metrics.starts.size(), 2U);
  EXPECT_EQ(metrics.starts[1].round, 2);
  EXPECT_EQ(metrics.starts[1].model_hash, "0000000000000001");
  EXPECT_THAT(metrics.starts[0].data, ElementsAre(Pair("clients", "c1"), Pair("public", "p1")));
  ASSERT_EQ(metrics.clients.size(), 1U);
  EXPECT_EQ(metrics.clients[0].client, ClientId{7});
  EXPECT_EQ(metrics.clients[0].round, 1);
  EXPECT_EQ(metrics.clients[0].loss, 1.5);
  EXPECT_EQ(metrics.clients[0].images, 50);
  EXPECT_EQ(metrics.clients[0].hard_negatives, 25);
  ASSERT_EQ(metrics.rounds.size(), 2U);
  EXPECT_EQ(metrics.rounds[1].round, 2);
  EXPECT_EQ(metrics.rounds[0].hard_negatives, 50);
  EXPECT_EQ(metrics.rounds[0].phases.at("public"), 0.25);
  EXPECT_THAT(metrics.rounds[0].terms, ElementsAre(Pair("dfc", 0.5), Pair("margin", 3.0)));
  ASSERT_EQ(metrics.evaluations.size(), 1U);
  const double begin = test::event_time(0);
  EXPECT_EQ(metrics.evaluations[0].time, begin);
  EXPECT_EQ(metrics.starts[1].time, begin + 10);
  EXPECT_EQ(metrics.clients[0].time, begin + 10);
  EXPECT_EQ(metrics.rounds[1].time, begin + 20);
}

TEST_F(MetricsReader, ReadsTheEventThatAnEvaluationWrites) {
  Evaluation evaluation{.round = 3, .benchmarks = {{.name = "lfw", .scores = {}}}, .global = {}, .own = {}};
  evaluation.benchmarks[0].scores.accuracy = 0.75;
  evaluation.benchmarks[0].scores.tar_at_far = {{.target = 0.1, .true_rate = 0.5, .impostors = 100}};
  eval::ClientScores client{.client = ClientId{4}, .scores = {}};
  client.scores.tar_at_far = {{.target = 0.01, .true_rate = 0.25, .impostors = 100}};
  evaluation.own = {client};
  const auto event = read(summary_event(evaluation).dump() + "\n").evaluations.at(0);
  EXPECT_EQ(event.round, 3);
  EXPECT_EQ(event.benchmarks.at(0).name, "lfw");
  EXPECT_EQ(event.benchmarks.at(0).accuracy, 0.75);
  EXPECT_TRUE(event.benchmarks.at(0).tar_at_far.at(0).resolvable());
  EXPECT_FALSE(event.global);
  EXPECT_EQ(event.own->tar_at_far.at(0).rate.worst_client, ClientId{4});
  EXPECT_TRUE(std::isnan(event.own->rank1.mean));
}

TEST_F(MetricsReader, PassesOverOtherKindsAndWhatIsStillBeingWritten) {
  const std::string last = test::round_line(2);
  for (std::size_t length = 0; length < last.size(); ++length) {
    const auto metrics = read("{\"event\":\"of tomorrow\"}\n" + test::round_line(1) + last.substr(0, length));
    EXPECT_EQ(metrics.rounds.size(), 1U) << length;
  }
  EXPECT_TRUE(read("").rounds.empty());
}

TEST_F(MetricsReader, NamesTheLineThatIsNoEvent) {
  const auto line_2 = [&](const char* text) {
    return [this, text] { read(test::round_line(1) + text + "\n" + test::round_line(2)); };
  };
  const std::string deep = R"({"event":)" + std::string(100'000, '[');
  for (const char* damaged :
       {"", "{\"event\":\"rou", "[1]", "null", R"({"event":"start","event":"start"})", deep.c_str()})
    EXPECT_THAT(line_2(damaged), ThrowsMessage<DataError>(HasSubstr("m:2 is damaged"))) << damaged;
  for (const char* strange : {"{}", R"({"event":"round","round":"two"})", R"({"event":"client","round":1})",
                              R"({"event":"start","round":4294967297})", R"({"event":"start","round":1.5})",
                              R"({"event":"start","round":-1})", R"({"event":"start","time":"now"})"})
    EXPECT_THAT(line_2(strange),
                ThrowsMessage<DataError>(AllOf(HasSubstr("m:2 is no event"), Not(HasSubstr("damaged")))))
        << strange;
}

TEST_F(MetricsReader, AFileOrALineWithoutBoundIsRefused) {
  const std::string long_event = R"({"event":"other","x":")" + std::string(longest_event, 'x') + "\"}\n";
  EXPECT_THAT([&] { read(long_event); }, ThrowsMessage<DataError>(HasSubstr("m:1 is damaged")));
  replace_file(folder_ / "m", test::round_line(1));
  std::filesystem::resize_file(folder_ / "m", std::uintmax_t{1} << 40U);
  EXPECT_THAT([&] { read_metrics(folder_ / "m"); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("/m "), HasSubstr("does not end within"))));
}

TEST_F(MetricsReader, AnOlderStartTellsLess) {
  const auto metrics = read("{\"event\":\"start\",\"round\":1}\n");
  EXPECT_EQ(metrics.starts.at(0).time, 0);
  EXPECT_EQ(metrics.starts.at(0).model_hash, "");
  EXPECT_TRUE(metrics.starts.at(0).data.empty());
}

TEST_F(MetricsReader, KeepsTheTextOfLinesAndGivesNoEventForDamagedOnes) {
  std::vector<std::string> seen;
  for_each_line("{\"round\":1}\nbroken\n{\"round\":2}",
                [&](int line, std::string_view text, const auto& event) {
                  seen.push_back(fmt::format("{} {} {}", line, text, event.dump()));
                });
  EXPECT_THAT(seen, ElementsAre("1 {\"round\":1} {\"round\":1}", "2 broken null", "3 {\"round\":2} null"));
}

TEST(ParseEvaluation, IsTheReverseOfItsText) {
  Evaluation evaluation{.round = 3, .benchmarks = {{.name = "lfw", .scores = {}}}, .global = {}, .own = {}};
  evaluation.benchmarks[0].scores.accuracy_interval = {0.5, 0.75};
  evaluation.benchmarks[0].scores.tar_at_far = {{.target = 0.1, .true_rate = 0.5, .impostors = 100}};
  const std::string text = to_text(evaluation);
  EXPECT_EQ(to_text(parse_evaluation(text, "e")), text);
  const auto refuse = [](const std::string& damaged) {
    EXPECT_THAT([&] { parse_evaluation(damaged, "e.json"); },
                ThrowsMessage<DataError>(HasSubstr("e.json is damaged")))
        << damaged;
  };
  for (const char* damaged :
       {"", "[]", "7", R"({"round":1e300})", R"({"round":0,"global":{},"own":7,"benchmarks":[]})"})
    refuse(damaged);
  refuse(std::string(1'000'000, '['));
  for (const auto& [name, wrong] : {std::pair{"0.1", "0.0"}, {"100", "1e300"}}) {
    std::string changed = text;
    changed.replace(changed.rfind(name), std::strlen(name), wrong);
    refuse(changed);
  }
}

}  // namespace
}  // namespace fedfr::run
