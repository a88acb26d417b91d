#include "fedfr/nn/weights/recognise.hpp"

#include <ATen/ops/empty.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"

namespace fedfr::nn {
namespace {

using testing::HasSubstr;

TensorFile file_of(const BackboneConfig& network, const std::string& prefix) {
  TensorFile file;
  const auto backbone = Backbone::make(network);
  for (const auto& spec : backbone->specs())
    file.tensors.emplace_back(prefix + spec.name, at::empty(spec.shape));
  return file;
}

TEST(Recognise, EveryNetworkIsFoundByNamesAndShapes) {
  for (const auto& name : backbone_names()) {
    const BackboneConfig network{.name = name, .embedding = 100};
    const auto found = recognise(file_of(network, ""));
    ASSERT_EQ(found.size(), 1U) << name;
    EXPECT_EQ(found[0].network, network) << name;
    EXPECT_EQ(found[0].prefix, "");
  }
}

TEST(Recognise, WidthsAreFoundAlthoughChannelsAreRounded) {
  for (const char* name : {"sphere20", "iresnet18", "mobilefacenet", "mobile"})
    for (const double width : {0.1, 0.25, 0.3, 0.4, 0.5, 0.75, 1.25, 2.0, 0.9}) {
      const auto found = recognise(file_of({.name = name, .width = width, .embedding = 64}, "backbone."));
      ASSERT_EQ(found.size(), 1U) << name << width;
      // Another width may round to the same channels.
      const auto same = Backbone::make(found[0].network);
      const auto wanted = Backbone::make({.name = name, .width = width, .embedding = 64});
      for (std::size_t i = 0; i < wanted->specs().size(); ++i)
        EXPECT_EQ(same->specs()[i].shape, wanted->specs()[i].shape) << name << width;
      EXPECT_NEAR(found[0].network.width, width, 0.03) << name;
    }
}

TEST(Recognise, PrefixesOfAllKindsAndSeveralNetworks) {
  for (const char* prefix : {"module.", "state_dict.", "state_dict.module.", "model.net.backbone."})
    EXPECT_EQ(recognise(file_of({.name = "iresnet18"}, prefix)).at(0).prefix, prefix);
  TensorFile two = file_of({.name = "sphere20", .embedding = 128}, "student.");
  for (auto& tensor : file_of({.name = "sphere64"}, "teacher.").tensors) two.tensors.push_back(tensor);
  const auto found = recognise(two);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].prefix, "teacher.");
  EXPECT_EQ(found[1].network.embedding, 128);
  EXPECT_TRUE(recognise(file_of({.name = "sphere20"}, "no_point")).empty());
}

TEST(Recognise, ImagesOfOtherSizes) {
  const BackboneConfig small{
      .name = "sphere20", .width = 0.25, .embedding = 64, .height = 56, .width_pixels = 56};
  // What the tensors leave open is as it is wanted.
  EXPECT_EQ(recognise(file_of(small, ""), {.height = 56, .width_pixels = 56}).at(0).network, small);
  EXPECT_EQ(recognise(file_of(small, "")).at(0).network.height, 64);
  BackboneConfig wide = small;
  wide.width_pixels = 112;
  EXPECT_TRUE(recognise(file_of(wide, "")).empty());
  EXPECT_EQ(recognise(file_of(wide, ""), {.height = 56, .width_pixels = 112}).at(0).network, wide);
}

TEST(Recognise, OnlyTheWantedNetwork) {
  const TensorFile file = file_of({.name = "sphere64"}, "");
  EXPECT_EQ(recognise(file, {.backbone = "sphere20"}).at(0).network.name, "sphere20");
  EXPECT_TRUE(recognise(file, {.backbone = "mobile"}).empty());
  EXPECT_THROW(recognise(file, {.backbone = "vgg"}), UsageError);
}

TEST(Recognise, BatchCountersMayBeMissing) {
  TensorFile file = file_of({.name = "mobilefacenet"}, "");
  std::erase_if(file.tensors,
                [](const auto& tensor) { return tensor.first.ends_with("num_batches_tracked"); });
  EXPECT_EQ(recognise(file).size(), 1U);
}

TEST(Recognise, WhatIsMissingIsNamed) {
  TensorFile file = file_of({.name = "iresnet34"}, "module.");
  std::erase_if(file.tensors,
                [](const auto& tensor) { return tensor.first == "module.layer3.2.bn2.weight"; });
  // Still all of a smaller network is there.
  EXPECT_EQ(recognise(file).at(0).network.name, "iresnet18");
  std::erase_if(file.tensors,
                [](const auto& tensor) { return tensor.first == "module.layer1.0.bn2.weight"; });
  EXPECT_TRUE(recognise(file).empty());
  EXPECT_THAT(nearest_network(file), HasSubstr("not module.layer1.0.bn2.weight"));
  TensorFile other = file_of({.name = "sphere20"}, "");
  other.tensors[3].second = at::empty({7, 7});
  EXPECT_TRUE(recognise(other).empty());
  EXPECT_THAT(nearest_network(other), HasSubstr("layer1.2.conv1.weight has the shape [7,7]"));
  EXPECT_THAT(nearest_network({}), HasSubstr("none of its tensors"));
}

TEST(Recognise, HostileShapesAreNoNetworks) {
  TensorFile file = file_of({.name = "sphere20"}, "");
  for (auto& [name, tensor] : file.tensors) tensor = at::empty({0});
  EXPECT_TRUE(recognise(file).empty());
  file = file_of({.name = "linear"}, "");
  file.tensors[0].second = at::empty({1 << 20, 0});
  EXPECT_TRUE(recognise(file).empty());
}

TEST(Recognise, BranchesOfPersonalModels) {
  for (const auto kind : {Converter::linear, Converter::bottleneck})
    for (const char* prefix : {"", "dfc.", "module."}) {
      TensorFile file;
      for (const auto& spec : converter_specs(kind, 32, std::string(prefix) + "converter."))
        file.tensors.emplace_back(spec.name, at::empty(spec.shape));
      const auto found = recognise_branches(file, 32);
      ASSERT_EQ(found.size(), 1U);
      EXPECT_EQ(found[0].converter, kind);
      EXPECT_EQ(found[0].prefix, prefix);
      EXPECT_TRUE(recognise_branches(file, 64).empty());
    }
}

}  // namespace
}  // namespace fedfr::nn
