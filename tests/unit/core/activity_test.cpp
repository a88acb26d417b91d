#include "fedfr/core/activity.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace fedfr {
namespace {

std::string now() { return describe(current_activity()); }

TEST(Activity, ScopesAddToTheRecordAndTakeBack) {
  EXPECT_EQ(now(), "starting");
  {
    const auto round = in_round(2);
    const auto phase = doing("training its clients");
    {
      const auto client = with_client(ClientId{7});
      at_step(3, 40);
      EXPECT_EQ(now(), "training its clients, round 2, client 7, step 3 of 40");
    }
    EXPECT_EQ(now(), "training its clients, round 2");
  }
  EXPECT_EQ(now(), "starting");
}

TEST(Activity, StaysWhereAnExceptionCameFrom) {
  const auto outer = doing("saving");
  try {
    const auto inner = with_client(ClientId{1});
    throw std::runtime_error("full");
  } catch (const std::runtime_error&) {
    EXPECT_EQ(now(), "saving, client 1");
  }
}

TEST(Activity, CutsLongPhases) {
  const auto phase = doing(std::string(100, 'x'));
  EXPECT_EQ(now(), std::string(63, 'x'));
}

TEST(Activity, EveryChangeIsASignOfLife) {
  const auto before = signs_of_life();
  { const auto phase = doing("testing"); }
  at_step(1, 2);
  sign_of_life();
  EXPECT_EQ(signs_of_life(), before + 4);
}

TEST(Activity, WaitsNest) {
  EXPECT_FALSE(is_waiting());
  {
    const WaitScope outer;
    { const WaitScope inner; }
    EXPECT_TRUE(is_waiting());
  }
  EXPECT_FALSE(is_waiting());
}

}  // namespace
}  // namespace fedfr
