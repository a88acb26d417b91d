#include <cuda_bf16.h>

#include <algorithm>

#include "prelu_launch.hpp"

// PReLU on a GPU, in one pass over memory each way. The idea of the backward pass: the gradient of a slope is
// a sum over all pixels of a channel, which atomic additions would make in another order each time. So each
// block leaves a partial sum in a place of its own, and a second kernel adds these up; the order depends on
// the shape alone. Values are moved in packs of 16 bytes where shape and addresses allow it.
namespace fedfr::nn {

namespace {

constexpr int threads = 256;
constexpr std::int64_t most_blocks = 2048;  // enough to keep any GPU busy
constexpr std::int64_t most_sums = 512;     // of a channel

/// As many values as memory moves at once, if the values beside each other allow it.
template <class T, int N>
struct alignas(sizeof(T) * N) Pack {
  T values[N];
};

__device__ float positive_part_or(float x, float scaled) { return x > 0 ? x : scaled; }

template <class T, int N>
__global__ void forward(PreluImages shape, std::int64_t packs, const Pack<T, N>* x, const float* slopes,
                        const Pack<T, N>* residual, Pack<T, N>* y) {
  const std::int64_t step = std::int64_t{gridDim.x} * threads;
  for (std::int64_t i = std::int64_t{blockIdx.x} * threads + threadIdx.x; i < packs; i += step) {
    const Pack<T, N> in = x[i];
    const Pack<T, N> other = residual != nullptr ? residual[i] : Pack<T, N>{};
    const std::int64_t first = i * N;
    const std::int64_t channel =
        shape.channels_last ? first % shape.channels : first / shape.pixels % shape.channels;
    Pack<T, N> out;
#pragma unroll
    for (int k = 0; k < N; ++k) {
      const float value = static_cast<float>(in.values[k]);
      const float slope = slopes[shape.channels_last ? channel + k : channel];
      const float activated = positive_part_or(value, slope * value);
      out.values[k] =
          static_cast<T>(residual != nullptr ? activated + static_cast<float>(other.values[k]) : activated);
    }
    y[i] = out;
  }
}

/// What one pack adds to the gradient of its slopes.
template <class T, int N>
__device__ Pack<T, N> backward(const Pack<T, N>& x, const Pack<T, N>& g, const float (&slopes)[N],
                               float (&sums)[N]) {
  Pack<T, N> out;
#pragma unroll
  for (int k = 0; k < N; ++k) {
    const float value = static_cast<float>(x.values[k]);
    const float gradient = static_cast<float>(g.values[k]);
    out.values[k] = static_cast<T>(value > 0 ? gradient : slopes[k] * gradient);
    sums[k] += value > 0 ? 0.0F : value * gradient;
  }
  return out;
}

/// A block is `blockDim.x` packs of channels wide; its rows are pixels. Block (b, c) makes the b-th sums of
/// its channels.
template <class T, int N>
__global__ void backward_channels_last(std::int64_t pixels, int channels, const Pack<T, N>* x,
                                       const Pack<T, N>* g, const float* slopes, Pack<T, N>* gx,
                                       float* sums) {
  // Room for a sum of each thread: a block has no more than `threads` of them, in whatever shape.
  __shared__ float of_rows[threads * N];
  const int width = channels / N;
  const int column = blockIdx.y * blockDim.x + threadIdx.x;
  float own[N] = {};
  if (column < width) {
    float own_slopes[N];
    for (int k = 0; k < N; ++k) own_slopes[k] = slopes[column * N + k];
    for (std::int64_t row = std::int64_t{blockIdx.x} * blockDim.y + threadIdx.y; row < pixels;
         row += std::int64_t{gridDim.x} * blockDim.y) {
      const std::int64_t at = row * width + column;
      gx[at] = backward(x[at], g[at], own_slopes, own);
    }
  }
  const int values = blockDim.x * N;
  for (int k = 0; k < N; ++k) of_rows[threadIdx.y * values + threadIdx.x * N + k] = own[k];
  __syncthreads();
  for (int i = threadIdx.y * blockDim.x + threadIdx.x; i < values; i += blockDim.x * blockDim.y) {
    const int channel = blockIdx.y * values + i;
    if (channel >= channels) continue;
    float sum = 0;
    for (int row = 0; row < blockDim.y; ++row) sum += of_rows[row * values + i];
    sums[std::int64_t{blockIdx.x} * channels + channel] = sum;
  }
}

/// Block (c, b) makes the b-th sum of channel c.
template <class T, int N>
__global__ void backward_contiguous(PreluImages shape, const Pack<T, N>* x, const Pack<T, N>* g,
                                    const float* slopes, Pack<T, N>* gx, float* sums) {
  __shared__ float of_threads[threads];
  const std::int64_t packs = shape.pixels / N;
  const std::int64_t channel = blockIdx.x;
  float own_slopes[N];
  float own[N] = {};
  for (int k = 0; k < N; ++k) own_slopes[k] = slopes[channel];
  for (std::int64_t i = std::int64_t{blockIdx.y} * threads + threadIdx.x; i < shape.images * packs;
       i += std::int64_t{gridDim.y} * threads) {
    const std::int64_t at = (i / packs * shape.channels + channel) * packs + i % packs;
    gx[at] = backward(x[at], g[at], own_slopes, own);
  }
  float sum = 0;
  for (int k = 0; k < N; ++k) sum += own[k];
  of_threads[threadIdx.x] = sum;
  for (int half = threads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) of_threads[threadIdx.x] += of_threads[threadIdx.x + half];
  }
  if (threadIdx.x == 0) sums[std::int64_t{blockIdx.y} * shape.channels + channel] = of_threads[0];
}

constexpr int columns_of_sum = 32;
constexpr int rows_of_sum = 32;

/// Adds up what the blocks have left of each channel, in an order that depends on their number alone.
__global__ void add_up(std::int64_t parts, std::int64_t channels, const float* sums, float* total) {
  __shared__ float of_rows[rows_of_sum][columns_of_sum];
  const std::int64_t channel = std::int64_t{blockIdx.x} * columns_of_sum + threadIdx.x;
  float sum = 0;
  if (channel < channels)
    for (std::int64_t part = threadIdx.y; part < parts; part += rows_of_sum)
      sum += sums[part * channels + channel];
  of_rows[threadIdx.y][threadIdx.x] = sum;
  for (int half = rows_of_sum / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.y < half) of_rows[threadIdx.y][threadIdx.x] += of_rows[threadIdx.y + half][threadIdx.x];
  }
  if (threadIdx.y == 0 && channel < channels) total[channel] = of_rows[0][threadIdx.x];
}

std::int64_t blocks_for(std::int64_t work, std::int64_t per_block) {
  return (work + per_block - 1) / per_block;
}

template <class T, int N>
void run_forward(const PreluImages& shape, const void* x, const float* slopes, const void* residual, void* y,
                 cudaStream_t stream) {
  const std::int64_t packs = shape.values() / N;
  const auto blocks = static_cast<unsigned>(std::min(most_blocks, blocks_for(packs, threads)));
  forward<T, N><<<blocks, threads, 0, stream>>>(shape, packs, static_cast<const Pack<T, N>*>(x), slopes,
                                                static_cast<const Pack<T, N>*>(residual),
                                                static_cast<Pack<T, N>*>(y));
}

template <class T, int N>
void run_backward(const PreluImages& shape, const void* x, const void* g, const float* slopes, void* gx,
                  float* sums, cudaStream_t stream) {
  const auto* values = static_cast<const Pack<T, N>*>(x);
  const auto* gradients = static_cast<const Pack<T, N>*>(g);
  auto* out = static_cast<Pack<T, N>*>(gx);
  const auto parts = static_cast<unsigned>(partial_sums(shape));
  const auto channels = static_cast<unsigned>(shape.channels);
  if (!shape.channels_last) {
    backward_contiguous<T, N>
        <<<dim3(channels, parts), threads, 0, stream>>>(shape, values, gradients, slopes, out, sums);
    return;
  }
  const unsigned width = channels / N;
  const unsigned columns = std::min<unsigned>(width, threads);
  backward_channels_last<T, N>
      <<<dim3(parts, (width + columns - 1) / columns), dim3(columns, threads / columns), 0, stream>>>(
          shape.images * shape.pixels, static_cast<int>(channels), values, gradients, slopes, out, sums);
}

/// Values beside each other that share a channel, or are of as many channels.
std::int64_t neighbours(const PreluImages& shape) {
  return shape.channels_last ? shape.channels : shape.pixels;
}

bool is_aligned(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer) % 16 == 0; }

template <int N>
bool in_packs(const PreluImages& shape, std::initializer_list<const void*> pointers) {
  return neighbours(shape) % N == 0 && std::all_of(pointers.begin(), pointers.end(), is_aligned);
}

}  // namespace

void launch_prelu(const PreluImages& shape, const void* x, const float* slopes, const void* residual, void* y,
                  cudaStream_t stream) {
  if (shape.values() == 0) return;
  if (shape.bf16)
    in_packs<8>(shape, {x, residual, y})
        ? run_forward<__nv_bfloat16, 8>(shape, x, slopes, residual, y, stream)
        : run_forward<__nv_bfloat16, 1>(shape, x, slopes, residual, y, stream);
  else
    in_packs<4>(shape, {x, residual, y}) ? run_forward<float, 4>(shape, x, slopes, residual, y, stream)
                                         : run_forward<float, 1>(shape, x, slopes, residual, y, stream);
}

std::int64_t partial_sums(const PreluImages& shape) {
  constexpr std::int64_t values_of_a_thread = 32;
  const std::int64_t per_block = threads * values_of_a_thread;
  const std::int64_t blocks = shape.channels_last ? blocks_for(shape.values(), per_block)
                                                  : blocks_for(shape.images * shape.pixels, per_block);
  return std::clamp<std::int64_t>(blocks, 1, most_sums);
}

void launch_prelu_backward(const PreluImages& shape, const void* x, const void* g, const float* slopes,
                           void* gx, float* sums, float* slope_gradients, cudaStream_t stream) {
  if (shape.bf16)
    in_packs<8>(shape, {x, g, gx}) ? run_backward<__nv_bfloat16, 8>(shape, x, g, slopes, gx, sums, stream)
                                   : run_backward<__nv_bfloat16, 1>(shape, x, g, slopes, gx, sums, stream);
  else
    in_packs<4>(shape, {x, g, gx}) ? run_backward<float, 4>(shape, x, g, slopes, gx, sums, stream)
                                   : run_backward<float, 1>(shape, x, g, slopes, gx, sums, stream);
  const auto blocks = static_cast<unsigned>(blocks_for(shape.channels, columns_of_sum));
  add_up<<<blocks, dim3(columns_of_sum, rows_of_sum), 0, stream>>>(partial_sums(shape), shape.channels, sums,
                                                                   slope_gradients);
}

}  // namespace fedfr::nn
