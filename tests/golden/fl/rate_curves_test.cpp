// Case q: learning rates of the schedulers that labs use, step by step.
#include "fedfr/fl/rate_curves.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "support/golden.hpp"

namespace fedfr::fl {
namespace {

constexpr const char* file_name = "q_schedules.h5";
constexpr double tolerance = 1e-12;

Curve curve_of(const test::GoldenFile& file, const std::string& group) {
  return {.base = file.number(group, "base_lr"),
          .warmup = file.number(group, "warmup_steps"),
          .total = file.number(group, "total_steps")};
}

void check(const std::vector<double>& expected, std::size_t first,
           const std::function<double(double)>& rate) {
  for (std::size_t k = first; k < expected.size(); ++k)
    EXPECT_NEAR(rate(static_cast<double>(k)), expected[k], tolerance * expected[1]) << "step " << k;
}

void for_groups(const test::GoldenFile& file, const std::string& kind,
                const std::function<void(const std::string&)>& test) {
  int groups = 0;
  for (const auto& group : file.children(".")) {
    if (!group.starts_with(kind)) continue;
    SCOPED_TRACE(group);
    test(group);
    ++groups;
  }
  EXPECT_EQ(groups, 3);
}

TEST(GoldenQ, Cosine) {
  FEDFR_NEEDS_GOLDEN(file_name);
  const test::GoldenFile file(file_name);
  for_groups(file, "cosine", [&](const std::string& group) {
    const double lowest = file.number(group, "lowest_lr");
    check(file.doubles(group + "/lr"), 0,
          [&](double k) { return cosine_rate(k, curve_of(file, group), lowest); });
  });
}

TEST(GoldenQ, Polynomial) {
  FEDFR_NEEDS_GOLDEN(file_name);
  const test::GoldenFile file(file_name);
  for_groups(file, "polynomial", [&](const std::string& group) {
    const auto rate = [&](double k) {
      return polynomial_rate(k, curve_of(file, group), file.number(group, "power"));
    };
    check(file.doubles(group + "/lr_closed_form"), 0, rate);
    // The released scheduler's first step runs at the full rate in spite of the warm-up.
    check(file.doubles(group + "/lr_released"), 1, rate);
    check(file.doubles(group + "/lr"), 1, rate);
  });
}

TEST(GoldenQ, Multistep) {
  FEDFR_NEEDS_GOLDEN(file_name);
  const test::GoldenFile file(file_name);
  for_groups(file, "multistep", [&](const std::string& group) {
    const auto milestones = file.doubles(group + "/milestones");
    const Curve curve{.base = file.number(group, "base_lr"), .total = file.number(group, "total_steps")};
    check(file.doubles(group + "/lr"), 0,
          [&](double k) { return multistep_rate(k, curve, file.number(group, "gamma"), milestones); });
  });
}

}  // namespace
}  // namespace fedfr::fl
