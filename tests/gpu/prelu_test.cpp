// nn::prelu on a GPU beside nn::prelu on the processor.
#include "fedfr/nn/kernels/prelu.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/randn.h>

#include <array>
#include <tuple>

#include "gpu/gpu.hpp"

namespace fedfr::test {
namespace {

/// One size that memory moves in whole packs, one that leaves a rest everywhere, one of more channels than a
/// block has threads.
constexpr std::array<std::array<std::int64_t, 4>, 3> sizes{{{5, 64, 8, 8}, {3, 19, 7, 5}, {2, 2600, 3, 3}}};

using Parameters = std::tuple<std::array<std::int64_t, 4>, at::MemoryFormat, at::ScalarType, bool>;

class GpuPrelu : public OnGpu, public testing::WithParamInterface<Parameters> {};

struct Result {
  at::Tensor y, x, slopes;
};

Result run(const at::Tensor& x, const at::Tensor& slopes, const at::Tensor& residual,
           const at::Tensor& gradient) {
  const at::Tensor own_x = x.detach().requires_grad_(true);
  const at::Tensor own_slopes = slopes.detach().requires_grad_(true);
  const at::Tensor y = nn::prelu(own_x, own_slopes, residual);
  y.backward(gradient);
  return {y.detach().cpu(), own_x.grad().cpu(), own_slopes.grad().cpu()};
}

TEST_P(GpuPrelu, HasTheBitsOfTheProcessor) {
  const auto [size, format, type, with_residual] = GetParam();
  const auto image = [&] { return at::randn(size).to(type).contiguous(format); };
  const at::Tensor x = image();
  const at::Tensor slopes = at::randn({size[1]});
  const at::Tensor residual = with_residual ? image() : at::Tensor();
  const at::Tensor gradient = image();
  const Result here = run(x, slopes, residual, gradient);
  const auto there = [&] {
    return run(x.to(gpu), slopes.to(gpu), with_residual ? residual.to(gpu) : at::Tensor(), gradient.to(gpu));
  };
  const Result first = there();
  EXPECT_TRUE(first.y.equal(here.y));
  EXPECT_TRUE(first.x.equal(here.x));
  EXPECT_TRUE(first.slopes.allclose(here.slopes, 1e-4, 1e-4)) << "sums in another order";
  EXPECT_TRUE(there().slopes.equal(first.slopes)) << "not the same twice";
}

INSTANTIATE_TEST_SUITE_P(, GpuPrelu,
                         testing::Combine(testing::ValuesIn(sizes),
                                          testing::Values(at::MemoryFormat::Contiguous,
                                                          at::MemoryFormat::ChannelsLast),
                                          testing::Values(at::kFloat, at::kBFloat16), testing::Bool()));

}  // namespace
}  // namespace fedfr::test
