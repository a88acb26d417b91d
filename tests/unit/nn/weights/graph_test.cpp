#include "fedfr/nn/weights/graph.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <cstdlib>
#include <filesystem>

#include "fedfr/core/error.hpp"
#include "fedfr/nn/losses.hpp"
#include "fedfr/nn/weights/write_weights.hpp"
#include "support/temp_folder.hpp"
#include "support/tensors.hpp"

// A graph is run as the TorchScript program that is made of it, beside the network that it describes.
namespace fedfr::nn {
namespace {

/// Formula weights around 0 would hide what scales and variances do.
ModelFile model_of_formula(const BackboneConfig& network) {
  ModelFile model{.network = network, .file = {}, .taken = {}, .left = {}};
  model.file.metadata = metadata_of(network);
  std::uint64_t number = 0;
  const auto backbone = Backbone::make(network);
  for (const auto& spec : backbone->specs()) {
    const bool around_one =
        spec.name.ends_with("running_var") || (spec.of_norm && spec.name.ends_with("weight"));
    model.file.tensors.emplace_back(
        backbone_tensor(spec.name),
        test::formula_tensor(7, number++, around_one ? 0.25 : 0.1, around_one ? 1 : 0, spec.shape));
  }
  return model;
}

at::Tensor embed(const ModelFile& model, const at::Tensor& images) {
  const at::NoGradGuard no_grad;
  const auto backbone = Backbone::make(model.network);
  ParameterSet parameters = backbone->make_parameters();
  for (std::size_t i = 0; i < backbone->specs().size(); ++i)
    at::Tensor(parameters[i]).copy_(model.file.at(backbone_tensor(backbone->specs()[i].name)));
  return backbone->embed(parameters, images.clone());
}

at::Tensor run(const Graph& graph, const at::Tensor& images) {
  const at::NoGradGuard no_grad;
  const test::TempFolder folder;
  write_torch_script(folder / "graph.ts", graph);
  auto module = torch::jit::load((folder / "graph.ts").string());
  return module.forward({images}).toTensor();
}

TEST(Graph, IsEachNetwork) {
  for (const auto& name : backbone_names()) {
    const BackboneConfig network{
        .name = name, .width = 0.125, .embedding = 24, .height = 48, .width_pixels = 48};
    const ModelFile model = model_of_formula(network);
    const auto images = test::formula_tensor(1, 0, 1, 0, {3, 3, 48, 48});
    EXPECT_LT(test::relative_error(run(graph_of(model), images), embed(model, images)), 1e-5) << name;
  }
}

TEST(Graph, WithThePrivateBranch) {
  const BackboneConfig network{
      .name = "mobile", .width = 0.125, .embedding = 24, .height = 32, .width_pixels = 32};
  const ModelFile model = model_of_formula(network);
  const auto images = test::formula_tensor(1, 0, 1, 0, {2, 3, 32, 32});
  const at::Tensor shared = embed(model, images);
  for (const auto kind : {Converter::none, Converter::linear, Converter::bottleneck}) {
    BranchFile branch{.converter = kind, .tensors = {}};
    std::vector<at::Tensor> parameters;
    std::uint64_t number = 100;
    for (const auto& spec : converter_specs(kind, 24, "dfc.converter.")) {
      parameters.push_back(test::formula_tensor(7, number++, 0.5, 0, spec.shape));
      branch.tensors.emplace_back(spec.name, parameters.back());
    }
    Graph graph = graph_of(model);
    add_branch(graph, branch);
    EXPECT_LT(test::relative_error(run(graph, images), convert(kind, parameters, shared)), 1e-5);
  }
}

TEST(Graph, OfUnitLength) {
  const ModelFile model =
      model_of_formula({.name = "linear", .embedding = 8, .height = 16, .width_pixels = 16});
  Graph graph = graph_of(model);
  add_unit_length(graph);
  const auto images = test::formula_tensor(1, 0, 1, 0, {2, 3, 16, 16});
  EXPECT_LT(test::relative_error(run(graph, images), unit_rows(embed(model, images))), 1e-6);
}

TEST(Graph, AMissingTensorIsAnError) {
  ModelFile model = model_of_formula({.name = "linear", .embedding = 8, .height = 16, .width_pixels = 16});
  model.file.tensors.pop_back();
  EXPECT_THROW(graph_of(model), std::out_of_range);
}

TEST(WriteWeights, AStateDictIsReadBackAsItWas) {
  const test::TempFolder folder;
  TensorFile file;
  file.tensors.emplace_back("b.weight", test::formula_tensor(1, 0, 1, 0, {3, 4}));
  file.tensors.emplace_back("a.number", test::formula_tensor(1, 1, 9, 0, {}).to(at::kLong));
  file.tensors.emplace_back("half", test::formula_tensor(1, 2, 1, 0, {2}).to(at::kHalf));
  file.tensors.emplace_back("transposed", test::formula_tensor(1, 2, 1, 0, {2, 3}).t());
  file.tensors.emplace_back("none", test::formula_tensor(1, 2, 1, 0, {0, 3}));
  write_state_dict(folder / "dict.pt", file);
  const Weights read = read_weights(folder / "dict.pt");
  ASSERT_EQ(read.content.tensors.size(), file.tensors.size());
  for (std::size_t i = 0; i < file.tensors.size(); ++i) {
    EXPECT_EQ(read.content.tensors[i].first, file.tensors[i].first);
    EXPECT_TRUE(read.content.tensors[i].second.equal(file.tensors[i].second)) << file.tensors[i].first;
    EXPECT_EQ(read.content.tensors[i].second.scalar_type(), file.tensors[i].second.scalar_type());
  }
}

/// For tests/job/weights.sh, which has other programs read them: each network in each format, with an input
/// and what fedfr makes of it.
TEST(WriteWeights, FilesForOtherPrograms) {
  const char* folder_name = std::getenv("FEDFR_WEIGHTS_OUT");
  if (folder_name == nullptr) GTEST_SKIP() << "NEEDS a folder in FEDFR_WEIGHTS_OUT";
  const std::filesystem::path folder = folder_name;
  const auto images = test::formula_tensor(1, 0, 1, 0, {3, 3, 112, 112});
  const auto write = [&](const std::string& name, const ModelFile& model, const Graph& graph,
                         const at::Tensor& output) {
    TensorFile expected;
    expected.tensors = {{"input", images}, {"output", output}};
    save(folder / (name + ".expected.safetensors"), expected);
    save(folder / (name + ".dict.safetensors"), plain_layout(model));
    write_state_dict(folder / (name + ".pt"), plain_layout(model));
    write_onnx(folder / (name + ".onnx"), graph);
    write_torch_script(folder / (name + ".ts"), graph);
  };
  for (const auto& name : backbone_names()) {
    const ModelFile model = model_of_formula({.name = name, .width = 0.125, .embedding = 24});
    write(name, model, graph_of(model), embed(model, images));
  }
  const ModelFile model = model_of_formula({.name = "mobilefacenet", .width = 0.125, .embedding = 24});
  Graph graph = graph_of(model);
  BranchFile branch{.converter = Converter::bottleneck, .tensors = {}};
  std::vector<at::Tensor> parameters;
  for (const auto& spec : converter_specs(branch.converter, 24, "dfc.converter.")) {
    parameters.push_back(test::formula_tensor(7, 200 + parameters.size(), 0.5, 0, spec.shape));
    branch.tensors.emplace_back(spec.name, parameters.back());
  }
  add_branch(graph, branch);
  add_unit_length(graph);
  write("personal", model, graph, unit_rows(convert(branch.converter, parameters, embed(model, images))));
}

TEST(WriteWeights, PlacesThatCannotBeWrittenAreNamed) {
  const auto graph =
      graph_of(model_of_formula({.name = "linear", .embedding = 8, .height = 16, .width_pixels = 16}));
  const auto names_it = testing::ThrowsMessage<DataError>(testing::HasSubstr("/no/such/folder"));
  EXPECT_THAT([&] { write_onnx("/no/such/folder/a.onnx", graph); }, names_it);
  EXPECT_THAT([&] { write_torch_script("/no/such/folder/a.ts", graph); }, names_it);
  EXPECT_THAT([&] { write_state_dict("/no/such/folder/a.pt", {}); }, names_it);
}

}  // namespace
}  // namespace fedfr::nn
