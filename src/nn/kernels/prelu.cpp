#include "fedfr/nn/kernels/prelu.hpp"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/prelu.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "prelu_gpu.hpp"
#include "prelu_kernels.hpp"

// PReLU as one pass over memory in each direction. The activations of thin networks are bound by memory, not
// by arithmetic, and LibTorch's operators go over it several times: activation, residual sum, and in the
// backward pass a gradient of the slopes for every value. Here are the choice of the kernel, the cut of the
// work into rows and the hook into autograd; the loops themselves are in prelu_kernels.cpp and
// prelu_kernels.cu.
namespace fedfr::nn {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// How the values of an image lie in memory: `rows` rows of `size` values, with one slope each (contiguous: a
/// row is a channel) or all slopes in each (channels-last: a row is a pixel).
struct Shape {
  explicit Shape(const at::Tensor& x)
      : images(x.size(0)),
        channels(x.size(1)),
        kind(x.is_contiguous() ? Slopes::one : Slopes::each),
        rows(kind == Slopes::one ? channels : x.size(2) * x.size(3)),
        size(kind == Slopes::one ? x.size(2) * x.size(3) : channels) {}
  std::int64_t images, channels;
  Slopes kind;
  std::int64_t rows, size;

  std::int64_t slope_of(std::int64_t row) const { return kind == Slopes::one ? row : 0; }
  /// From a row among those of all images: how many follow in its image, itself included.
  std::int64_t rest_of_image(std::int64_t row) const { return rows - row % rows; }
};

at::Tensor in_layout_of(const at::Tensor& x, const at::Tensor& tensor) {
  return tensor.contiguous(x.is_contiguous() ? at::MemoryFormat::Contiguous : at::MemoryFormat::ChannelsLast);
}

template <class T>
void run_forward(const at::Tensor& x, const at::Tensor& slopes, const at::Tensor& residual,
                 const at::Tensor& y) {
  const Shape shape(x);
  const T* in = x.const_data_ptr<T>();
  const T* other = residual.defined() ? residual.const_data_ptr<T>() : nullptr;
  T* out = y.data_ptr<T>();
  const auto* slope = slopes.const_data_ptr<float>();
  const auto size = static_cast<std::size_t>(shape.size);
  at::parallel_for(0, shape.images * shape.rows, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end;) {
      const std::int64_t count = std::min(end - row, shape.rest_of_image(row));
      const std::int64_t at = row * shape.size;
      prelu_rows(in + at, slope + shape.slope_of(row % shape.rows), other == nullptr ? nullptr : other + at,
                 out + at, static_cast<std::size_t>(count), size, shape.kind);
      row += count;
    }
  });
}

/// The gradient of the slopes is summed image by image, and then over the images in their order, so that it
/// does not depend on the number of threads.
template <class T>
at::Tensor run_backward(const at::Tensor& x, const at::Tensor& g, const at::Tensor& slopes,
                        const at::Tensor& gx) {
  const Shape shape(x);
  const T* in = x.const_data_ptr<T>();
  const T* gradient = g.const_data_ptr<T>();
  T* out = gx.data_ptr<T>();
  const auto* slope = slopes.const_data_ptr<float>();
  const auto size = static_cast<std::size_t>(shape.size);
  std::vector<float> of_images(static_cast<std::size_t>(shape.images * shape.channels), 0.0F);
  at::parallel_for(0, shape.images, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t image = begin; image < end; ++image) {
      const std::int64_t at = image * shape.rows * shape.size;
      prelu_rows_backward(in + at, gradient + at, slope, out + at, of_images.data() + image * shape.channels,
                          static_cast<std::size_t>(shape.rows), size, shape.kind);
    }
  });
  at::Tensor slope_gradients = at::empty_like(slopes);
  auto* sums = slope_gradients.data_ptr<float>();
  for (std::int64_t channel = 0; channel < shape.channels; ++channel) {
    // In double: float sums over many images would lose what a slope's small gradient consists of.
    double sum = 0;
    for (std::int64_t image = 0; image < shape.images; ++image)
      sum += double{of_images[static_cast<std::size_t>(image * shape.channels + channel)]};
    sums[channel] = static_cast<float>(sum);
  }
  return slope_gradients;
}

/// @param y  as x, or x itself
void compute(const at::Tensor& x, const at::Tensor& slopes, const at::Tensor& residual, const at::Tensor& y) {
  if (x.is_cuda())
    gpu_prelu(x, slopes, residual, y);
  else if (x.scalar_type() == at::kBFloat16)
    run_forward<c10::BFloat16>(x, slopes, residual, y);
  else
    run_forward<float>(x, slopes, residual, y);
}

struct PreluFunction : torch::autograd::Function<PreluFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& slopes,
                            const std::optional<at::Tensor>& residual) {
    // The input and not the output, which has the residual in it, and whose sign a negative slope turns.
    context->save_for_backward({x, slopes});
    context->saved_data["residual"] = residual.has_value();
    at::Tensor y = at::empty_like(x);
    compute(x, slopes, residual.value_or(at::Tensor()), y);
    return y;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& x = saved[0];
    const at::Tensor& slopes = saved[1];
    const at::Tensor g = in_layout_of(x, gradients[0]);
    at::Tensor gx = at::empty_like(x);
    at::Tensor slope_gradients;
    if (x.is_cuda())
      slope_gradients = gpu_prelu_backward(x, g, slopes, gx);
    else if (x.scalar_type() == at::kBFloat16)
      slope_gradients = run_backward<c10::BFloat16>(x, g, slopes, gx);
    else
      slope_gradients = run_backward<float>(x, g, slopes, gx);
    return {gx, slope_gradients, context->saved_data["residual"].toBool() ? gradients[0] : at::Tensor()};
  }
};

bool has_own_kernel(const at::Tensor& x) {
  const bool known_type = x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16;
  return (x.is_cpu() || x.is_cuda()) && known_type && x.dim() == 4 &&
         (x.is_contiguous() || x.is_contiguous(at::MemoryFormat::ChannelsLast));
}

}  // namespace

at::Tensor prelu(at::Tensor x, const at::Tensor& slopes, const at::Tensor& residual) {
  if (!has_own_kernel(x)) {
    const at::Tensor y = at::prelu(x, slopes);
    return residual.defined() ? residual + y : y;
  }
  const at::Tensor other = residual.defined() ? in_layout_of(x, residual.to(x.scalar_type())) : residual;
  if (!at::GradMode::is_enabled()) {
    // The argument is a value: one that was moved here is held by nobody else, and its memory can take the
    // result.
    const bool is_view = x.storage().use_count() > 1;
    if (x.use_count() == 1 && !is_view) {
      compute(x, slopes, other, x);
      return x;
    }
    at::Tensor y = at::empty_like(x);
    compute(x, slopes, other, y);
    return y;
  }
  return PreluFunction::apply(x, slopes, other.defined() ? std::optional(other) : std::nullopt);
}

}  // namespace fedfr::nn
