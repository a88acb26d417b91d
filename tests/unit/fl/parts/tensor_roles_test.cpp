#include "fedfr/fl/parts/tensor_roles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"

namespace fedfr::fl {
namespace {

TEST(TensorRoles, EverythingIsSharedUnlessARuleSaysOtherwise) {
  TensorRoles roles;
  EXPECT_EQ(roles.of("backbone.stem.weight"), Role::shared);
  EXPECT_FALSE(roles.has(Role::own));
  roles.set("backbone.*.bias", Role::own);
  roles.set("backbone.stem.*", Role::frozen);
  EXPECT_EQ(roles.of("backbone.fc.bias"), Role::own);
  EXPECT_EQ(roles.of("backbone.fc.weight"), Role::shared);
  EXPECT_EQ(roles.of("backbone.stem.bias"), Role::frozen) << "the last rule that matches counts";
  EXPECT_TRUE(roles.has(Role::own));
}

TEST(TensorRoles, ARuleThatMatchesNothingIsRefused) {
  TensorRoles roles;
  roles.set("backbone.fc.*", Role::own);
  const std::vector<std::string> names = {"backbone.fc.weight"};
  EXPECT_NO_THROW(roles.check(names));
  roles.set("backbone.fx.*", Role::own);
  EXPECT_THAT([&] { roles.check(names); },
              testing::ThrowsMessage<UsageError>(testing::HasSubstr("backbone.fx.*")));
}

}  // namespace
}  // namespace fedfr::fl
