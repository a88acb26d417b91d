#include "fedfr/fl/model.hpp"

#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>

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

TEST(GlobalModel, OnlySharedTensorsAreInTheSharedVector) {
  TensorRoles roles;
  roles.set("backbone.stem.*", Role::own);
  roles.set("public_centres", Role::passing);
  GlobalModel some(nn::Backbone::make(tiny), 5, at::kCPU, roles);
  some.initialise(1);
  some.initialise_public_centres(1);
  const GlobalModel all = make(1);
  EXPECT_EQ(some.hash(), all.hash()) << "the hash is of all tensors";
  EXPECT_LT(some.shared().size(), all.shared().size());
  for (const auto& tensor : some.layout())
    EXPECT_TRUE(!tensor.name.starts_with("backbone.stem.") && tensor.name != "public_centres") << tensor.name;
  auto shared = some.shared();
  const auto everything = all.shared();
  const at::Tensor gathered = some.shared_of(at::tensor(at::ArrayRef<float>(everything)));
  EXPECT_TRUE(std::ranges::equal(shared, std::span(gathered.const_data_ptr<float>(), shared.size())));
  for (float& value : shared) value += 1;
  some.set_shared(shared);
  EXPECT_EQ(some.shared(), shared);
  for (const char* kept : {"stem.weight"})
    EXPECT_TRUE(some.parameters().at(kept).equal(all.parameters().at(kept))) << kept;
  EXPECT_TRUE(some.public_centres().equal(all.public_centres()));
}

TEST(GlobalModel, PublicCentresCanBeNobodysOwn) {
  for (const Role role : {Role::own, Role::frozen}) {
    TensorRoles roles;
    roles.set("public_centres", role);
    EXPECT_THAT([&] { GlobalModel(nn::Backbone::make(tiny), 5, at::kCPU, roles); },
                ThrowsMessage<UsageError>(HasSubstr("public_centres")));
  }
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
