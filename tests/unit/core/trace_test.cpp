#include "fedfr/core/trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <stdexcept>
#include <thread>

#include "fedfr/core/activity.hpp"

namespace fedfr {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr char same_name_elsewhere[] = "forward";  // as in another file: at another address

/// "round/step": the phase with those that it lies in.
std::string path(const TracedThread& thread, int phase) {
  const TracedPhase& own = thread.phases[static_cast<std::size_t>(phase)];
  return own.parent < 0 ? own.name : path(thread, own.parent) + "/" + own.name;
}

std::map<std::string, std::int64_t> counts(const TracedThread& thread) {
  std::map<std::string, std::int64_t> all;
  for (int i = 0; i < std::ssize(thread.phases); ++i)
    all[path(thread, i)] += thread.phases[static_cast<std::size_t>(i)].count;
  return all;
}

TEST(Trace, RecordsNothingUnlessStarted) {
  { const Span span("before"); }
  start_trace();
  stop_trace();
  { const Span span("after"); }
  EXPECT_TRUE(stop_trace().threads.empty());
}

TEST(Trace, APhaseIsANameBelowOtherNames) {
  start_trace();
  for (int round = 0; round < 2; ++round) {
    const Span outer("round");
    for (int step = 0; step < 3; ++step) {
      const Span inner("step");
      const Span innermost("forward");
    }
    const Span evaluation("evaluation");
    { const Span forward("forward"); }
    const Span forward(same_name_elsewhere);
  }
  const Trace trace = stop_trace();
  ASSERT_EQ(trace.threads.size(), 1U);
  EXPECT_THAT(counts(trace.threads[0]),
              UnorderedElementsAre(Pair("round", 2), Pair("round/step", 6), Pair("round/step/forward", 6),
                                   Pair("round/evaluation", 2), Pair("round/evaluation/forward", 4)));
}

TEST(Trace, SumsAndEventsHoldTheSameTimeAndPartsLieInTheWhole) {
  start_trace();
  {
    const Span outer("outer");
    std::this_thread::sleep_for(2ms);
    const Span inner("inner");
    std::this_thread::sleep_for(3ms);
  }
  const TracedThread thread = stop_trace().threads.at(0);
  ASSERT_EQ(thread.events.size(), 2U);
  const TracedEvent& inner = thread.events[0];  // it ends first
  const TracedEvent& outer = thread.events[1];
  EXPECT_GE(inner.nanoseconds, 3'000'000);
  EXPECT_GE(inner.begin, outer.begin + 2'000'000);
  EXPECT_LE(inner.begin + inner.nanoseconds, outer.begin + outer.nanoseconds);
  EXPECT_GE(outer.begin, 0);
  for (const TracedEvent& event : thread.events)
    EXPECT_EQ(thread.phases[static_cast<std::size_t>(event.phase)].nanoseconds, event.nanoseconds);
}

TEST(Trace, EventsTellRoundClientAndStep) {
  start_trace();
  {
    const auto round = in_round(3);
    const auto client = with_client(ClientId{7});
    at_step(5, 40);
    { const Span span("here"); }
    std::thread([] {
      name_traced_thread("helper");
      const Span span("there");
    }).join();
  }
  const Trace trace = stop_trace();
  ASSERT_EQ(trace.threads.size(), 2U);
  const TracedEvent here = trace.threads[0].events.at(0);
  EXPECT_THAT((std::array{here.round, here.client, here.step}), ElementsAre(3, 7, 5));
  const TracedEvent there = trace.threads[1].events.at(0);
  EXPECT_THAT((std::array{there.round, there.client, there.step}), ElementsAre(3, 7, 0));
}

TEST(Trace, ThreadsThatFollowOneAnotherUnderOneNameAreOne) {
  start_trace();
  name_traced_thread("trainer");
  { const Span span("work"); }
  const auto read = [] {
    name_traced_thread("loader");
    const Span span("reading");
  };
  for (int epoch = 0; epoch < 3; ++epoch) std::thread(read).join();
  const Trace trace = stop_trace();
  ASSERT_EQ(trace.threads.size(), 2U);
  EXPECT_EQ(trace.threads[0].name, "trainer");
  EXPECT_EQ(trace.threads[1].name, "loader");
  EXPECT_THAT(counts(trace.threads[1]), ElementsAre(Pair("reading", 3)));
}

TEST(Trace, ThreadsAtTheSameTimeKeepApart) {
  constexpr int spans = 10'000;
  start_trace();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([] {
        for (int i = 0; i < spans; ++i) {
          const Span outer("outer");
          const Span inner("inner");
        }
      });
  }
  const Trace trace = stop_trace();
  std::map<std::string, std::int64_t> all;
  for (const auto& thread : trace.threads)
    for (const auto& [name, count] : counts(thread)) all[name] += count;
  EXPECT_THAT(all, UnorderedElementsAre(Pair("outer", 4 * spans), Pair("outer/inner", 4 * spans)));
}

TEST(Trace, BeyondTheLimitEventsAreSummedButNotKept) {
  start_trace(64);
  {
    const Span run("run");
    for (int step = 0; step < 100; ++step) const Span span("step");
    for (int round = 0; round < 3; ++round) const Span span("round");
  }
  const Trace trace = stop_trace();
  const TracedThread& thread = trace.threads.at(0);
  EXPECT_THAT(counts(thread),
              UnorderedElementsAre(Pair("run", 1), Pair("run/step", 100), Pair("run/round", 3)));
  EXPECT_EQ(trace.cut, 100 - 64 / 16);
  EXPECT_EQ(std::ssize(thread.events), 64 / 16 + 3 + 1) << "steps must not use up the room of rounds";
  std::int64_t kept = 0;
  start_trace(8);
  {
    const Span run("run");
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"})
      const Span span(name);
  }
  for (const auto& one : stop_trace().threads) kept += std::ssize(one.events);
  EXPECT_EQ(kept, 8) << "the limit holds for all phases together";
}

TEST(Trace, AnExceptionEndsItsSpans) {
  start_trace();
  try {
    const Span outer("outer");
    const Span inner("inner");
    throw std::runtime_error("full");
  } catch (const std::runtime_error&) {
    const Span after("after");
  }
  EXPECT_THAT(counts(stop_trace().threads.at(0)),
              UnorderedElementsAre(Pair("outer", 1), Pair("outer/inner", 1), Pair("after", 1)));
}

TEST(Trace, ASpanThatOutlivesItsTraceIsInNone) {
  start_trace();
  {
    const Span old("old");
    stop_trace();
    start_trace();
    { const Span fresh("fresh"); }
  }
  EXPECT_THAT(counts(stop_trace().threads.at(0)), ElementsAre(Pair("fresh", 1)));
}

}  // namespace
}  // namespace fedfr
