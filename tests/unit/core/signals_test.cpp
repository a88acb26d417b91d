#include "fedfr/core/signals.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "fedfr/core/memory_use.hpp"

namespace fedfr {
namespace {

TEST(StopSignals, AreNotedAndNothingElse) {
  for (const auto& [signal, name] :
       {std::pair{SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"}, {SIGINT, "SIGINT"}, {SIGHUP, "SIGHUP"}}) {
    const StopSignals signals;
    EXPECT_FALSE(stop_requested()) << name;
    EXPECT_STREQ(stop_signal(), "");
    std::raise(signal);
    EXPECT_TRUE(stop_requested()) << name;
    EXPECT_STREQ(stop_signal(), name);
  }
}

TEST(StopSignals, WhatNohupIgnoresStaysIgnored) {
  const auto before = std::signal(SIGHUP, SIG_IGN);
  {
    const StopSignals signals;
    std::raise(SIGHUP);
    EXPECT_FALSE(stop_requested());
  }
  std::signal(SIGHUP, before);
}

TEST(StopSignals, ASecondSigtermIsNotedToo) {
  const StopSignals signals;
  std::raise(SIGTERM);
  std::raise(SIGTERM);
  EXPECT_TRUE(stop_requested());
}

TEST(StopSignalsDeathTest, ASecondSigintEndsTheProcess) {
  EXPECT_EXIT(
      {
        const StopSignals signals;
        std::raise(SIGINT);
        if (stop_requested()) std::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}

void own_handler(int) {}

TEST(StopSignals, GiveTheHandlersOfBeforeBack) {
  struct sigaction own {};
  own.sa_handler = own_handler;
  struct sigaction before {};
  sigaction(SIGUSR1, &own, &before);
  { const StopSignals signals; }
  struct sigaction after {};
  sigaction(SIGUSR1, &before, &after);
  EXPECT_EQ(after.sa_handler, own_handler);
}

TEST(PeakMemory, GrowsWithWhatIsTouched) {
  const double before = peak_memory_mb();
  EXPECT_GT(before, 1);
  const std::vector<char> block(200'000'000, 1);
  EXPECT_EQ(block.back(), 1);
  // The peak may lie above the current use by what was freed before.
  EXPECT_GE(peak_memory_mb(), 200);
  EXPECT_LT(peak_memory_mb(), before + 250);
}

}  // namespace
}  // namespace fedfr
