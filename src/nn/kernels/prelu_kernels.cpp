#include "prelu_kernels.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "fedfr/core/vector_clones.hpp"

#define FEDFR_INLINE [[gnu::always_inline]] inline
#define FEDFR_INLINE_LAMBDA __attribute__((always_inline))

// The loops over rows, written with vectors of 16 floats on every processor. The idea: the compiler cuts such
// a vector to the registers that there are, but sums are made lane by lane and the lanes are added up in a
// fixed order, so that all clones of a function (vector_clones.hpp) give the same bits. Everything is inlined
// into the clones at the end, hence the attributes.
namespace fedfr::nn {

namespace {

constexpr std::size_t lanes = 16;
using Floats = float __attribute__((vector_size(lanes * sizeof(float))));
using Words = std::uint32_t __attribute__((vector_size(lanes * sizeof(std::uint32_t))));
using Halves = std::uint16_t __attribute__((vector_size(lanes * sizeof(std::uint16_t))));

/// `count` values, with zeros behind them if they are fewer than a vector.
template <class Vector, class T>
FEDFR_INLINE Vector load_raw(const T* from, std::size_t count) {
  static_assert(sizeof(Vector) == lanes * sizeof(T));
  Vector values{};
  if (count == lanes)
    std::memcpy(&values, from, sizeof values);
  else
    std::memcpy(&values, from, count * sizeof(T));
  return values;
}

template <class Vector, class T>
FEDFR_INLINE void store_raw(T* to, const Vector& values, std::size_t count) {
  if (count == lanes)
    std::memcpy(to, &values, sizeof values);
  else
    std::memcpy(to, &values, count * sizeof(T));
}

FEDFR_INLINE Floats load(const float* from, std::size_t count) { return load_raw<Floats>(from, count); }
FEDFR_INLINE Floats load(const c10::BFloat16* from, std::size_t count) {
  const auto halves = load_raw<Halves>(from, count);
  return std::bit_cast<Floats>(__builtin_convertvector(halves, Words) << 16);
}

FEDFR_INLINE void store(float* to, const Floats& values, std::size_t count) { store_raw(to, values, count); }
/// To the nearest, to even where there are two. What is not a number may become infinite, which is noticed as
/// well.
FEDFR_INLINE void store(c10::BFloat16* to, const Floats& values, std::size_t count) {
  const auto bits = std::bit_cast<Words>(values);
  const Words rounded = (bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16;
  store_raw(to, __builtin_convertvector(rounded, Halves), count);
}

FEDFR_INLINE Floats load_slopes(const float* slopes, std::size_t at, std::size_t count, Slopes kind) {
  return kind == Slopes::one ? slopes[0] + Floats{} : load(slopes + at, count);
}

/// Calls step(at, count) for whole vectors, whose count the compiler knows, and for the rest.
template <class Step>
FEDFR_INLINE void in_vectors(std::size_t size, const Step& step) {
  std::size_t at = 0;
  for (; at + lanes <= size; at += lanes) step(at, lanes);
  if (at < size) step(at, size - at);
}

template <class T>
FEDFR_INLINE void forward(const T* x, const float* slopes, const T* residual, T* y, std::size_t size,
                          Slopes kind) {
  in_vectors(size, [=](std::size_t at, std::size_t count) FEDFR_INLINE_LAMBDA {
    const Floats in = load(x + at, count);
    Floats out = in > 0 ? in : load_slopes(slopes, at, count, kind) * in;
    if (residual != nullptr) out += load(residual + at, count);
    store(y + at, out, count);
  });
}

template <class T>
FEDFR_INLINE void backward(const T* x, const T* g, const float* slopes, T* gx, float* slope_gradients,
                           std::size_t size, Slopes kind) {
  Floats sums{};
  in_vectors(size, [&](std::size_t at, std::size_t count) FEDFR_INLINE_LAMBDA {
    const Floats in = load(x + at, count);
    const Floats gradient = load(g + at, count);
    store(gx + at, in > 0 ? gradient : load_slopes(slopes, at, count, kind) * gradient, count);
    const Floats of_slopes = in > 0 ? Floats{} : in * gradient;
    if (kind == Slopes::one)
      sums += of_slopes;
    else
      store(slope_gradients + at, load(slope_gradients + at, count) + of_slopes, count);
  });
  if (kind == Slopes::each) return;
  // In this order on every processor; in double, since 16 lanes may hold large sums of opposite signs.
  double sum = 0;
  for (std::size_t lane = 0; lane < lanes; ++lane) sum += double{sums[lane]};
  *slope_gradients += static_cast<float>(sum);
}

/// Where the slopes of a row are.
FEDFR_INLINE std::size_t slopes_of(std::size_t row, Slopes kind) { return kind == Slopes::one ? row : 0; }

template <class T>
FEDFR_INLINE void forward_rows(const T* x, const float* slopes, const T* residual, T* y, std::size_t rows,
                               std::size_t size, Slopes kind) {
  for (std::size_t row = 0; row < rows; ++row)
    forward(x + row * size, slopes + slopes_of(row, kind),
            residual == nullptr ? nullptr : residual + row * size, y + row * size, size, kind);
}

template <class T>
FEDFR_INLINE void backward_rows(const T* x, const T* g, const float* slopes, T* gx, float* slope_gradients,
                                std::size_t rows, std::size_t size, Slopes kind) {
  for (std::size_t row = 0; row < rows; ++row)
    backward(x + row * size, g + row * size, slopes + slopes_of(row, kind), gx + row * size,
             slope_gradients + slopes_of(row, kind), size, kind);
}

}  // namespace

FEDFR_VECTOR_CLONES
void prelu_rows(const float* x, const float* slopes, const float* residual, float* y, std::size_t rows,
                std::size_t size, Slopes kind) {
  forward_rows(x, slopes, residual, y, rows, size, kind);
}

FEDFR_VECTOR_CLONES
void prelu_rows(const c10::BFloat16* x, const float* slopes, const c10::BFloat16* residual, c10::BFloat16* y,
                std::size_t rows, std::size_t size, Slopes kind) {
  forward_rows(x, slopes, residual, y, rows, size, kind);
}

FEDFR_VECTOR_CLONES
void prelu_rows_backward(const float* x, const float* g, const float* slopes, float* gx,
                         float* slope_gradients, std::size_t rows, std::size_t size, Slopes kind) {
  backward_rows(x, g, slopes, gx, slope_gradients, rows, size, kind);
}

FEDFR_VECTOR_CLONES
void prelu_rows_backward(const c10::BFloat16* x, const c10::BFloat16* g, const float* slopes,
                         c10::BFloat16* gx, float* slope_gradients, std::size_t rows, std::size_t size,
                         Slopes kind) {
  backward_rows(x, g, slopes, gx, slope_gradients, rows, size, kind);
}

}  // namespace fedfr::nn
