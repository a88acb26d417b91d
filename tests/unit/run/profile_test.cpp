#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "fedfr/run/record/profile_table.hpp"
#include "fedfr/run/record/trace_file.hpp"

namespace fedfr::run {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t second = 1'000'000'000;

/// A rank that trained for 8 of 10 s, 6 of them in kernels, and waited for one.
Trace small_trace() {
  TracedThread trainer{"trainer", {}, {}};
  trainer.phases = {{"run", -1, 1, 10 * second},
                    {"training steps", 0, 2, 8 * second},
                    {"forward", 1, 4, 3 * second},
                    {"aten::conv2d", 2, 4, 2 * second},
                    {"backward", 1, 4, 5 * second},
                    {"aten::convolution_backward", 4, 4, 4 * second},
                    {"waiting for other ranks", 0, 1, second}};
  trainer.events = {{.phase = 3, .begin = second, .nanoseconds = 1500, .round = 2, .client = 7, .step = 5},
                    {.phase = 0, .begin = 0, .nanoseconds = 10 * second}};
  TracedThread loader{"loader", {{"reading a batch", -1, 4, second}}, {}};
  return {.wall_start = 1'700'000'000 * second, .cut = 0, .threads = {trainer, loader}};
}

/// The numbers of a line of the table: count, mean s, slowest s, %, ms a call.
std::vector<double> numbers(const std::string& table, const std::string& phase) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(phase + " ")) continue;
    std::istringstream rest(line.substr(phase.size()));
    return {std::istream_iterator<double>(rest), {}};
  }
  return {};
}

TEST(ProfileTable, ShowsMeanSlowestShareAndTimeOfACall) {
  Trace slower = small_trace();
  slower.threads[0].phases[1].nanoseconds = 9 * second;
  slower.threads[0].phases[6].nanoseconds = 0;
  const std::string table = profile_table({profile_of(small_trace(), "a"), profile_of(slower, "b")});
  EXPECT_THAT(numbers(table, "run"), ElementsAre(2, 10, 10, 100, 10000));
  EXPECT_THAT(numbers(table, "  training steps"), ElementsAre(4, 8.5, 9, 85, 4250));
  EXPECT_THAT(numbers(table, "    (rest)"), ElementsAre(4, 0.5, 1, 5, 250)) << "of the training steps";
  EXPECT_THAT(numbers(table, "  (rest)"), ElementsAre(2, 1, 1, 10, 1000)) << "of the run";
  EXPECT_THAT(numbers(table, "  reading a batch"), ElementsAre(8, 1, 1, 10, 250));
  EXPECT_THAT(table, HasSubstr("rank 0 (a)  1.000 s, 10.0 % of its run"));
  EXPECT_THAT(table, HasSubstr("rank 1 (b)  0.000 s, 0.0 % of its run"));
}

TEST(ProfileTable, TellsTheShareOfKernels) {
  const std::string table = profile_table({profile_of(small_trace(), "a")});
  EXPECT_THAT(table, HasSubstr("products: 75.0 % of training steps (forward 25.0, backward 50.0)\n"));
  EXPECT_THAT(table, Not(HasSubstr("idle"))) << "one rank waits for nobody";
  EXPECT_THAT(table, Not(HasSubstr("cut")));
}

TEST(ProfileTable, CanLeaveOutWhatTakesLittleTime) {
  const std::string table = profile_table({profile_of(small_trace(), "a")}, 0.25);
  EXPECT_THAT(numbers(table, "      forward"), testing::SizeIs(0));
  EXPECT_THAT(numbers(table, "    forward"), testing::SizeIs(5));
  EXPECT_THAT(numbers(table, "      aten::conv2d"), testing::SizeIs(0));
  EXPECT_THAT(numbers(table, "      aten::convolution_backward"), testing::SizeIs(5));
}

TEST(ProfileTable, SaysThatTheTraceIsCut) {
  Trace trace = small_trace();
  trace.cut = 1234;
  EXPECT_THAT(profile_table({profile_of(trace, "a")}), HasSubstr("the trace is cut: 1,234 later spans"));
}

TEST(ProfileTable, OfManyRanksOnlyThoseThatWaitLeastHaveALine) {
  std::vector<RankProfile> ranks;
  for (int rank = 0; rank < 20; ++rank) {
    Trace trace = small_trace();
    trace.threads[0].phases[6].nanoseconds = (20 - rank) * second / 100;
    ranks.push_back(profile_of(trace, "h"));
  }
  const std::string table = profile_table(ranks);
  EXPECT_THAT(table, HasSubstr("the 16 of 20 ranks that wait least"));
  EXPECT_THAT(table, HasSubstr("rank 19 (h)"));
  EXPECT_THAT(table, Not(HasSubstr("rank 3 (h)")));
}

TEST(ProfileTable, PhasesThatOnlySomeRanksMeetCount) {
  Trace other = small_trace();
  other.threads[0].phases.push_back({"pictures", 0, 1, second / 2});
  const std::string table = profile_table({profile_of(small_trace(), "a"), profile_of(other, "b")});
  EXPECT_THAT(numbers(table, "  pictures"), ElementsAre(1, 0.25, 0.5, 2.5, 500));
  EXPECT_LT(table.find("  pictures"), table.find("\n  (rest)"));
}

TEST(ProfileTable, TravelsAsJson) {
  const RankProfile profile = profile_of(small_trace(), "a \"host\"");
  const auto back = json::parse(json(profile).dump()).get<RankProfile>();
  EXPECT_EQ(profile_table({back}), profile_table({profile}));
  EXPECT_EQ(back.host, profile.host);
  EXPECT_EQ(back.wall_start, profile.wall_start);
}

TEST(TraceFile, IsJsonWithRanksThreadsAndMicroseconds) {
  Trace later = small_trace();
  later.wall_start += 2 * second;
  const std::int64_t zero = small_trace().wall_start;
  const std::string text = trace_file_head() + trace_events(small_trace(), 0, "a", zero) + ",\n" +
                           trace_events(later, 1, "b \"x\"", zero) + trace_file_tail(zero, 3);
  const json file = json::parse(text);
  EXPECT_EQ(file.at("otherData"), (json{{"zero", "2023-11-14T22:13:20Z"}, {"events_cut", 3}}));
  std::vector<json> spans;
  std::map<std::string, std::vector<json>> names;
  for (const json& event : file.at("traceEvents")) {
    if (event.at("ph") == "X")
      spans.push_back(event);
    else if (event.at("args").contains("name"))
      names[event.at("name")].push_back(event.at("args").at("name"));
  }
  EXPECT_THAT(names["process_name"], ElementsAre("rank 0 (a)", "rank 1 (b \"x\")"));
  EXPECT_THAT(names["thread_name"], ElementsAre("trainer", "loader", "trainer", "loader"));
  ASSERT_EQ(spans.size(), 4U);
  const json first = {{"name", "aten::conv2d"},
                      {"ph", "X"},
                      {"ts", 1e6},
                      {"dur", 1.5},
                      {"pid", 0},
                      {"tid", 1},
                      {"args", {{"round", 2}, {"client", 7}, {"step", 5}}}};
  EXPECT_EQ(spans[0], first);
  EXPECT_EQ(spans[1].at("args"), json::object());
  EXPECT_EQ(spans[2].at("pid"), 1);
  EXPECT_EQ(spans[2].at("ts"), 3e6) << "the clocks of the ranks have one zero";
}

}  // namespace
}  // namespace fedfr::run
