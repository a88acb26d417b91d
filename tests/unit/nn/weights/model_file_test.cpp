#include "fedfr/nn/weights/model_file.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/rand.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "fedfr/core/error.hpp"
#include "fedfr/nn/weights/model_layout.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::nn {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

const BackboneConfig small{.name = "mobilefacenet", .width = 0.25, .embedding = 32};

TensorFile file_of(const BackboneConfig& network, const std::string& prefix) {
  TensorFile file;
  const auto backbone = Backbone::make(network);
  for (const auto& spec : backbone->specs())
    file.tensors.emplace_back(prefix + spec.name, at::rand(spec.shape));
  return file;
}

TEST(ModelFile, WeightsOfOthersBecomeAModel) {
  const test::TempFolder folder;
  TensorFile theirs = file_of(small, "state_dict.module.");
  for (auto& [name, tensor] : theirs.tensors)
    tensor = name.ends_with("tracked") ? tensor.to(at::kLong) : tensor.to(at::kHalf);
  theirs.tensors.emplace_back("state_dict.fc", at::rand({5, 32}));
  for (int i = 0; i < 5; ++i) theirs.tensors.emplace_back(fmt::format("optimizer.{}", i), at::rand({1}));
  save(folder / "theirs.safetensors", theirs);
  const ModelFile model = read_model(folder / "theirs.safetensors");
  EXPECT_EQ(model.network, small);
  EXPECT_EQ(backbone_of(model.file.metadata, "x"), small);
  const auto backbone = Backbone::make(small);
  ASSERT_EQ(model.file.tensors.size(), backbone->specs().size());
  for (const auto& spec : backbone->specs()) {
    const at::Tensor& own = model.file.at(backbone_tensor(spec.name));
    EXPECT_EQ(own.scalar_type(), at::kFloat);
    EXPECT_TRUE(own.equal(theirs.at("state_dict.module." + spec.name).to(at::kFloat))) << spec.name;
  }
  EXPECT_THAT(model.taken,
              AllOf(HasSubstr("mobilefacenet (width 0.25, 32 dimensions"), HasSubstr("state_dict.module.*")));
  EXPECT_THAT(model.left, ElementsAre("optimizer.* (5 tensors)", "state_dict.fc"));
}

TEST(ModelFile, OnesOwnStaysAsItIs) {
  const test::TempFolder folder;
  TensorFile own = file_of(small, "backbone.");
  own.metadata = metadata_of(small);
  own.metadata["public_fingerprint"] = "x";
  own.tensors.emplace_back("public_centres", at::rand({7, 32}));
  save(folder / "own.safetensors", own);
  const ModelFile model = read_model(folder / "own.safetensors");
  EXPECT_EQ(model.network, small);
  EXPECT_TRUE(model.file.has("public_centres"));
  EXPECT_EQ(model.file.text("public_fingerprint"), "x");
  EXPECT_TRUE(model.left.empty());
}

TEST(ModelFile, TheNetworkOfAnyFile) {
  const test::TempFolder folder;
  TensorFile own = file_of(small, "backbone.");
  own.metadata = metadata_of(small);
  save(folder / "own.safetensors", own);
  save(folder / "theirs.safetensors", file_of(small, ""));
  EXPECT_EQ(network_of(folder / "own.safetensors"), small);
  EXPECT_EQ(network_of(folder / "theirs.safetensors"), small);
  EXPECT_EQ(own_metadata(folder / "own.safetensors").at("width"), "0.25");
  EXPECT_TRUE(own_metadata(folder / "theirs.safetensors").empty());
  EXPECT_THROW(own_metadata(folder / "missing"), AccessError);
  // More than it has numbers for.
  own.metadata["width"] = "4";
  save(folder / "large.safetensors", own);
  EXPECT_THAT([&] { network_of(folder / "large.safetensors"); },
              ThrowsMessage<DataError>(HasSubstr("fewer numbers than the network that it names")));
}

TEST(ModelFile, ThePlainLayoutHasTheNamesOfOthers) {
  const TensorFile theirs = file_of(small, "");
  ModelFile model = model_of({theirs, "a", {}}, "weights.pt");
  model.file.tensors.emplace_back("dfc.weight", at::rand({3, 32}));
  const TensorFile plain = plain_layout(model);
  ASSERT_EQ(plain.tensors.size(), theirs.tensors.size());
  for (std::size_t i = 0; i < plain.tensors.size(); ++i) {
    EXPECT_EQ(plain.tensors[i].first, theirs.tensors[i].first);
    const bool counts = plain.tensors[i].first.ends_with("num_batches_tracked");
    EXPECT_EQ(plain.tensors[i].second.scalar_type(), counts ? at::kLong : at::kFloat);
  }
}

TEST(ModelFile, ValuesThatAreNotFiniteAreNamed) {
  for (const double value :
       {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    TensorFile file = file_of(small, "");
    file.tensors[20].second = at::full(file.tensors[20].second.sizes(), value);
    const std::string name = file.tensors[20].first;
    EXPECT_THAT(
        [&] {
          model_of({file, "a", {}}, "weights.pt");
        },
        ThrowsMessage<DataError>(AllOf(HasSubstr(name), HasSubstr("weights.pt"), HasSubstr("not finite"))));
  }
  // What a half cannot hold.
  TensorFile file = file_of(small, "");
  file.tensors[0].second.mul_(1e6);
  file.tensors[0].second = file.tensors[0].second.to(at::kHalf);
  EXPECT_THROW(model_of({file, "a", {}}, "weights.pt"), DataError);
}

TEST(ModelFile, WhatIsNoNetworkIsRefused) {
  EXPECT_THAT(
      [] {
        model_of({{}, "a", {}}, "weights.pt");
      },
      ThrowsMessage<DataError>(HasSubstr("no network that fedfr knows")));
  EXPECT_THAT(
      [] {
        model_of({file_of(small, ""), "a", {}}, "weights.pt", {.backbone = "mobile"});
      },
      ThrowsMessage<DataError>(HasSubstr("by the name mobile")));
}

TEST(ModelFile, BranchOfAPersonalModel) {
  TensorFile file;
  for (const auto& spec : converter_specs(Converter::linear, 8, "module.converter."))
    file.tensors.emplace_back(spec.name, at::rand(spec.shape));
  file.tensors.emplace_back("module.weight", at::rand({3, 8}));
  const auto branch = branch_of(file, 8, "bce.pth");
  EXPECT_EQ(branch.converter, Converter::linear);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : branch.tensors) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("dfc.weight", "dfc.converter.0.weight", "dfc.converter.0.bias"));
  EXPECT_THAT([&] { branch_of(file, 16, "bce.pth"); },
              ThrowsMessage<DataError>(HasSubstr("no private branch of 16")));
}

}  // namespace
}  // namespace fedfr::nn
