// A really trained MobileFaceNet of InsightFace, in the files that people have, against embeddings that
// onnxruntime made of the same weights.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "fedfr/data/codec/image_codec.hpp"
#include "fedfr/nn/image_input.hpp"
#include "fedfr/nn/weights/model_file.hpp"
#include "support/tensors.hpp"

namespace fedfr::nn {
namespace {

std::filesystem::path faces_tar() { return test::golden_folder() / "../data/faces/lfw.tar"; }

struct Expected {
  std::vector<std::string> images;
  std::vector<std::vector<float>> embeddings;
};

Expected read_expected(const std::filesystem::path& path) {
  Expected expected;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string field;
    std::getline(fields, field, ',');
    expected.images.push_back(field.substr(field.rfind('/') + 1));
    expected.embeddings.emplace_back();
    while (std::getline(fields, field, ',')) expected.embeddings.back().push_back(std::stof(field));
  }
  return expected;
}

at::Tensor embedding_of(const ModelFile& model, const std::vector<std::byte>& jpeg) {
  const at::NoGradGuard no_grad;
  const auto backbone = Backbone::make(model.network);
  ParameterSet parameters = backbone->make_parameters();
  for (std::size_t i = 0; i < backbone->specs().size(); ++i)
    at::Tensor(parameters[i]).copy_(model.file.at(backbone_tensor(backbone->specs()[i].name)));
  const data::Image image = data::decode(jpeg);
  return backbone->embed(parameters,
                         network_input(image.pixels, image.size.height, image.size.width, {}, {}));
}

class TrainedMobileFaceNet : public testing::TestWithParam<std::pair<const char*, double>> {};

TEST_P(TrainedMobileFaceNet, GivesTheEmbeddingsOfOnnxruntime) {
  FEDFR_NEEDS_GOLDEN("weights/embeddings.csv");
  if (!std::filesystem::exists(faces_tar())) GTEST_SKIP() << "NEEDS " << faces_tar();
  const auto [file, limit] = GetParam();
  const ModelFile model = read_model(test::golden_folder() / "weights" / file);
  EXPECT_EQ(model.network, (BackboneConfig{.name = "mobilefacenet", .width = 0.5, .embedding = 128}));
  EXPECT_TRUE(model.left.empty());
  const Expected expected = read_expected(test::golden_folder() / "weights/embeddings.csv");
  ASSERT_EQ(expected.images.size(), 12U);
  const test::TarFile tar(faces_tar());
  double largest = 0;
  for (std::size_t i = 0; i < expected.images.size(); ++i) {
    const at::Tensor wanted =
        at::from_blob(const_cast<float*>(expected.embeddings[i].data()), {1, 128}, at::kFloat);
    const at::Tensor got = embedding_of(model, tar.read(expected.images[i]));
    largest = std::max(largest, test::norm(got - wanted) / test::norm(wanted));
  }
  std::printf("%s: largest difference %.2g of the embedding's length\n", file, largest);
  EXPECT_LE(largest, limit);
}
// A half has 11 bits: what that costs was measured as 2.5e-3.
INSTANTIATE_TEST_SUITE_P(Files, TrainedMobileFaceNet,
                         testing::Values(std::pair("mbf_y1.pt", 1e-4), std::pair("mbf_y1_legacy.pth", 1e-4),
                                         std::pair("mbf_y1_fp16.pt", 5e-3)),
                         [](const auto& parameter) {
                           const std::string name = parameter.param.first;
                           return name.substr(0, name.find('.'));
                         });

}  // namespace
}  // namespace fedfr::nn
