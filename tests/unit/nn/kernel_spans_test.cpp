#include "fedfr/nn/kernels/kernel_spans.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "fedfr/core/trace.hpp"
#include "support/tensors.hpp"

namespace fedfr::nn {
namespace {

using testing::Pair;
using testing::UnorderedElementsAre;

TEST(KernelSpans, AreConvolutionsAndMatrixProductsForwardAndBackward) {
  for (const char* kernel :
       {"aten::conv2d", "aten::convolution", "aten::convolution_backward", "aten::_convolution",
        "aten::mkldnn_convolution", "aten::mm", "aten::addmm", "aten::linear", "aten::bmm"})
    EXPECT_TRUE(is_kernel(kernel)) << kernel;
  for (const char* other :
       {"aten::prelu", "aten::add", "aten::_convert_indices_from_coo_to_csr", "conv2d", "aten::mmm"})
    EXPECT_FALSE(is_kernel(other)) << other;
}

/// The names of the spans in "forward" and "backward" of a small network, with their counts.
std::map<std::string, std::int64_t> spans_of_a_step() {
  const at::Tensor images = at::ones({2, 3, 8, 8});
  const at::Tensor filters = test::leaf(at::ones({4, 3, 3, 3}));
  const at::Tensor matrix = test::leaf(at::ones({5, 4 * 36}));
  start_trace();
  {
    const Span span("forward");
    const at::Tensor loss = at::linear(at::conv2d(images, filters).relu().flatten(1), matrix).sum();
    const Span backward("backward");
    loss.backward();
  }
  const TracedThread thread = stop_trace().threads.at(0);
  std::map<std::string, std::int64_t> all;
  for (const auto& phase : thread.phases)
    if (phase.parent >= 0)
      all[std::string(thread.phases[static_cast<std::size_t>(phase.parent)].name) + " " + phase.name] +=
          phase.count;
  return all;
}

TEST(KernelSpans, CountTheOutermostOperatorOnceAndEndWithTheObject) {
  {
    const KernelSpans kernels;
    // linear has its own matrix products inside, its backward pass is the product for the matrix and the one
    // for its input; the images want no gradient.
    EXPECT_THAT(
        spans_of_a_step(),
        UnorderedElementsAre(Pair("forward backward", 1), Pair("forward aten::conv2d", 1),
                             Pair("forward aten::linear", 1), Pair("backward aten::convolution_backward", 1),
                             Pair("backward aten::mm", 2)));
  }
  EXPECT_THAT(spans_of_a_step(), UnorderedElementsAre(Pair("forward backward", 1)));
}

}  // namespace
}  // namespace fedfr::nn
