// Case formats: files that torch.save has written, in both of its formats.
#include <gtest/gtest.h>

#include "fedfr/nn/weights/weights.hpp"
#include "support/golden.hpp"

namespace fedfr::nn {
namespace {

/// Half and bfloat16 are listed as float32, truth values as int64.
void expect_equal(const test::GoldenFile& expected, const std::string& name, const at::Tensor& tensor) {
  ASSERT_TRUE(tensor.is_contiguous());
  EXPECT_EQ(tensor.sizes().vec(), expected.shape(name)) << name;
  if (tensor.is_floating_point()) {
    const at::Tensor values = tensor.to(at::kDouble);
    const auto wanted = expected.doubles(name);
    ASSERT_EQ(values.numel(), std::ssize(wanted));
    for (std::size_t i = 0; i < wanted.size(); ++i)
      EXPECT_EQ(values.const_data_ptr<double>()[i], wanted[i]) << name << i;
  } else {
    const at::Tensor values = tensor.to(at::kLong);
    const auto wanted = expected.ints(name);
    ASSERT_EQ(values.numel(), std::ssize(wanted));
    for (std::size_t i = 0; i < wanted.size(); ++i)
      EXPECT_EQ(values.const_data_ptr<std::int64_t>()[i], wanted[i]) << name << i;
  }
}

class Formats : public testing::TestWithParam<const char*> {};

TEST_P(Formats, EveryTensorHasItsValues) {
  FEDFR_NEEDS_GOLDEN("formats/expected.h5");
  const std::string file = GetParam();
  const test::GoldenFile expected("formats/expected.h5");
  const Weights weights = read_weights(test::golden_folder() / "formats" / file);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : weights.content.tensors) {
    names.push_back(name);
    expect_equal(expected, file + "/values/" + name, tensor);
  }
  EXPECT_EQ(names, expected.strings(file + "/names"));
  EXPECT_TRUE(weights.left_out.empty());
}
INSTANTIATE_TEST_SUITE_P(Formats, Formats,
                         testing::Values("backbone.pth", "backbone_legacy.pth", "bce_module.pth", "fc.pth",
                                         "labels.pth"),
                         [](const auto& parameter) {
                           const std::string name = parameter.param;
                           return name.substr(0, name.find('.'));
                         });

}  // namespace
}  // namespace fedfr::nn
