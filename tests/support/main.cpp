#include <gtest/gtest.h>

#include <cstdio>

// As gtest_main, but a program whose every test was skipped says so with the exit code 77, and one that
// skipped some names them loudly, so that a missing data folder never looks like a pass.
int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const int failed = RUN_ALL_TESTS();
  const auto& unit = *testing::UnitTest::GetInstance();
  if (failed == 0 && unit.skipped_test_count() > 0)
    std::printf("\n*** %d TEST(S) SKIPPED, see above for what is missing ***\n", unit.skipped_test_count());
  if (failed == 0 && unit.successful_test_count() == 0) return 77;
  return failed;
}
