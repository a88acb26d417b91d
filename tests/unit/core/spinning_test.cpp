#include "fedfr/core/spinning.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

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
