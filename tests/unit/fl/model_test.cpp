#include "fedfr/fl/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fedfr/core/error.hpp"
#include "support/tensors.hpp"

namespace fedfr::fl {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const nn::BackboneConfig tiny{
    .name = "mobile", .width = 0.25, .embedding = 16, .height = 32, .width_pixels = 32};

GlobalModel make(std::uint64_t seed, std::int64_t public_identities = 5, nn::BackboneConfig config = tiny) {
  GlobalModel model(nn::Backbone::make(config), public_identities, at::kCPU);
  model.initialise(seed);
  model.initialise_public_centres(seed);
  return model;
}

TEST(GlobalModel, HashFollowsEveryBit) {
  EXPECT_EQ(make(1).hash(), make(1).hash());
  EXPECT_NE(make(1).hash(), make(2).hash());
  GlobalModel changed = make(1);
  auto shared = changed.shared();
  shared.back() = std::nextafter(shared.back(), 2.0F);
  changed.set_shared(shared);
  EXPECT_NE(changed.hash(), make(1).hash());
}

TEST(GlobalModel, SharedVectorAndLayoutAgree) {
  const GlobalModel model = make(1);
  const auto layout = model.layout();
  EXPECT_EQ(layout.back().name, "public_centres");
  EXPECT_EQ(layout.back().begin + layout.back().size, std::ssize(model.shared()));
  GlobalModel other = make(2);
  other.set_shared(model.shared());
  EXPECT_EQ(other.hash(), model.hash());
}

TEST(GlobalModel, FilesCarryCentresOfTheSamePublicSetOnly) {
  const GlobalModel model = make(1);
  GlobalModel same = make(2);
  EXPECT_TRUE(same.take(model.to_file("set A"), "x", "set A"));
  EXPECT_EQ(same.hash(), model.hash());
  GlobalModel other = make(2);
  EXPECT_FALSE(other.take(model.to_file("set A"), "x", "set B"));
  EXPECT_TRUE(other.parameters().flat().equal(model.parameters().flat()));
  EXPECT_FALSE(other.public_centres().equal(model.public_centres()));
}

TEST(GlobalModel, WeightsOfAnotherNetworkAreRefusedByName) {
  auto wider = tiny;
  wider.width = 0.5;
  GlobalModel model = make(1);
  EXPECT_THAT([&] { model.take(make(1, 5, wider).to_file(""), "some/file", ""); },
              ThrowsMessage<DataError>(testing::AllOf(HasSubstr("some/file"), HasSubstr("width 0.5"))));
  nn::TensorFile foreign;
  EXPECT_THAT([&] { model.take(foreign, "some/file", ""); },
              ThrowsMessage<DataError>(HasSubstr("no fedfr model")));
}

}  // namespace
}  // namespace fedfr::fl
