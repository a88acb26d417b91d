#include "fedfr/core/spinning.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "fedfr/core/parallel.hpp"

namespace fedfr::test {
namespace {

class Spinning : public testing::Test {
 protected:
  Spinning() { clear(); }
  ~Spinning() override { clear(); }
  static void clear() {
    for (const char* variable : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"}) unsetenv(variable);
  }
};

TEST_F(Spinning, IsLimitedOnce) {
  EXPECT_EQ(describe_spinning(), "spin for long");
  EXPECT_TRUE(limit_spinning());
  ASSERT_NE(std::getenv("GOMP_SPINCOUNT"), nullptr);
  // A look takes some 15 to 60 ns: shorter than a turn of the system's scheduler, longer than nothing.
  EXPECT_GE(std::stol(std::getenv("GOMP_SPINCOUNT")), 100);
  EXPECT_LE(std::stol(std::getenv("GOMP_SPINCOUNT")), 20000);
  EXPECT_EQ(describe_spinning().substr(0, 24), "spin briefly, then sleep");
  EXPECT_FALSE(limit_spinning());
}

TEST(ProcessorUse, IsSharedWhereThreadsMayHaveNoProcessor) {
  EXPECT_FALSE(is_shared({.online = 8, .allowed = 8, .usable = 8, .ranks = 1, .running_others = 0}));
  EXPECT_FALSE(is_shared({.online = 8, .allowed = 4, .usable = 4, .ranks = 4, .running_others = 4}))
      << "others have the other half of the machine";
  EXPECT_TRUE(is_shared({.online = 8, .allowed = 8, .usable = 8, .ranks = 1, .running_others = 1}));
  EXPECT_TRUE(is_shared({.online = 8, .allowed = 8, .usable = 7.5, .ranks = 1, .running_others = 0}))
      << "a quota";
  EXPECT_TRUE(is_shared({.online = 8, .allowed = 2, .usable = 2, .ranks = 3, .running_others = 0}))
      << "oversubscribed";
}

TEST(ProcessorUse, CountsWhatRunsBeside) {
  const int others = 2 * processor_use().online;
  std::vector<std::jthread> busy;
  for (int i = 0; i < others; ++i)
    busy.push_back(start_thread([](const std::stop_token& stop) {
      while (!stop.stop_requested()) continue;
    }));
  const auto use = processor_use();
  EXPECT_GE(use.running_others, others / 2);
  EXPECT_GE(use.allowed, 1);
  EXPECT_GE(use.online, use.allowed);
  EXPECT_TRUE(is_shared(use));
}

TEST_F(Spinning, OfTheUserStays) {
  for (const char* variable : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"}) {
    clear();
    setenv(variable, "7", 1);
    EXPECT_FALSE(limit_spinning()) << variable;
    EXPECT_STREQ(std::getenv(variable), "7");
    EXPECT_EQ(describe_spinning(), std::string("as the environment says (") + variable + "=7)");
  }
}

}  // namespace
}  // namespace fedfr::test
