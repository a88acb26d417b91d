#include "fedfr/eval/similarity.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "fedfr/core/activity.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/vector_clones.hpp"

// Cosines between all pairs of two sets, which is where evaluation spends its time. Not by a BLAS: its sums
// depend on the processor and on the shapes, and a threshold between two scores may then fall the other way.
// Here each product is one float32 sum in the order of the dimensions; speed comes from computing 16 columns
// side by side and 4 rows at once, which changes no sum.
namespace fedfr::eval {

namespace {

constexpr std::size_t kLanes = 16;       // columns of a panel
constexpr std::size_t kTileRows = 4;     // accumulators of a tile stay in registers
constexpr std::int64_t kBlockRows = 64;  // rows that share one packing of the panels

using Vector = float __attribute__((vector_size(kLanes * sizeof(float))));
// The widest clone loads whole registers, while the alignment of the bare vector type depends on the clone.
struct alignas(kLanes * sizeof(float)) Lanes {
  Vector of{};
};

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

double squared_norm(std::span<const float> row) {
  double sum = 0;
  for (const float x : row) sum += double{x} * double{x};
  return sum;
}

void make_unit(std::span<float> row) {
  // In double and rounded once, however many dimensions there are.
  const double norm = std::max(std::sqrt(squared_norm(row)), 1e-12);
  for (float& x : row) x = static_cast<float>(x / norm);
}

/// Up to kLanes rows of `b` as columns, [dimension, kLanes]; missing ones are zero.
void pack_panel(const EmbeddingView& b, std::int64_t first, std::vector<Lanes>& panel) {
  const auto columns = std::min<std::int64_t>(std::int64_t{kLanes}, b.rows() - first);
  std::fill(panel.begin(), panel.end(), Lanes{});
  for (std::int64_t column = 0; column < columns; ++column) {
    const auto row = b.row(first + column);
    for (std::size_t k = 0; k < row.size(); ++k) panel[k].of[at(column)] = row[k];
  }
}

using TileRows = std::array<const float*, kTileRows>;

/// Adds dimension after dimension in every lane. The clones differ in speed alone: each lane makes the same
/// roundings whatever the width of the registers (products and sums are never fused, see FedfrTargets.cmake).
FEDFR_VECTOR_CLONES
void multiply_tile(const TileRows& rows, const Lanes* panel, std::size_t dimension, Lanes* out) {
  Vector sum0{}, sum1{}, sum2{}, sum3{};
  for (std::size_t k = 0; k < dimension; ++k) {
    sum0 += rows[0][k] * panel[k].of;
    sum1 += rows[1][k] * panel[k].of;
    sum2 += rows[2][k] * panel[k].of;
    sum3 += rows[3][k] * panel[k].of;
  }
  out[0].of = sum0;
  out[1].of = sum1;
  out[2].of = sum2;
  out[3].of = sum3;
}

/// Products of the rows of `a` with one panel, written to columns [first, first + kLanes) of `products`.
void multiply_panel(const EmbeddingView& a, const std::vector<Lanes>& panel, std::int64_t first,
                    std::int64_t columns, std::vector<float>& products) {
  const auto width = at(std::min<std::int64_t>(std::int64_t{kLanes}, columns - first));
  std::array<Lanes, kTileRows> tile;
  for (std::int64_t row = 0; row < a.rows(); row += kTileRows) {
    TileRows rows;
    for (std::size_t r = 0; r < kTileRows; ++r)  // the last tile repeats the last row
      rows[r] = a.row(std::min(row + static_cast<std::int64_t>(r), a.rows() - 1)).data();
    multiply_tile(rows, panel.data(), panel.size(), tile.data());
    const auto used = std::min<std::int64_t>(std::int64_t{kTileRows}, a.rows() - row);
    for (std::int64_t r = 0; r < used; ++r)
      std::memcpy(&products[at((row + r) * columns + first)], &tile[at(r)], width * sizeof(float));
  }
}

}  // namespace

EmbeddingView::EmbeddingView(std::span<const float> values, std::int64_t dimension)
    : values_(values), dimension_(dimension) {
  if (dimension < 1 || std::ssize(values) % dimension != 0)
    throw UsageError("{} numbers are no embeddings of {} dimensions each", values.size(), dimension);
  rows_ = std::ssize(values) / dimension;
}

std::vector<float> unit_rows(const EmbeddingView& embeddings) {
  const auto values = embeddings.values();
  std::vector<float> unit(values.begin(), values.end());
  const auto width = at(embeddings.dimension());
  for (std::int64_t i = 0; i < embeddings.rows(); ++i)
    make_unit(std::span(unit).subspan(at(i) * width, width));
  return unit;
}

std::vector<float> unit_sum(const EmbeddingView& upright, const EmbeddingView& mirrored) {
  if (upright.rows() != mirrored.rows() || upright.dimension() != mirrored.dimension())
    throw UsageError("cannot add {}x{} embeddings of mirrored images to {}x{} of upright ones",
                     mirrored.rows(), mirrored.dimension(), upright.rows(), upright.dimension());
  std::vector<float> sum(upright.values().size());
  std::ranges::transform(upright.values(), mirrored.values(), sum.begin(), std::plus<>{});
  return unit_rows({sum, upright.dimension()});
}

void require_unit_rows(const EmbeddingView& embeddings, std::string_view what) {
  for (std::int64_t i = 0; i < embeddings.rows(); ++i) {
    const double squared = squared_norm(embeddings.row(i));
    if (!(std::abs(squared - 1) < 1e-3))
      throw DataError(
          "embedding {} of the {} has the length {:.4g} instead of 1: {}", i, what, std::sqrt(squared),
          std::isfinite(squared)
              ? "the model tells nothing of that image; are the weights those of a trained network?"
              : "the model has diverged; lower the learning rate");
  }
}

void for_each_similarity_row(
    const EmbeddingView& a, const EmbeddingView& b,
    const std::function<void(std::int64_t row, std::span<const float> products)>& visit) {
  if (a.rows() > 0 && b.rows() > 0 && a.dimension() != b.dimension())
    throw UsageError("cannot compare embeddings of {} and of {} dimensions", a.dimension(), b.dimension());
  std::vector<Lanes> panel(at(b.dimension()));
  std::vector<float> products(at(std::min(kBlockRows, a.rows()) * b.rows()));
  for (std::int64_t begin = 0; begin < a.rows(); begin += kBlockRows) {
    sign_of_life();
    const auto block = a.rows(begin, std::min(begin + kBlockRows, a.rows()));
    for (std::int64_t first = 0; first < b.rows(); first += std::int64_t{kLanes}) {
      pack_panel(b, first, panel);
      multiply_panel(block, panel, first, b.rows(), products);
    }
    for (std::int64_t i = 0; i < block.rows(); ++i)
      visit(begin + i, std::span<const float>(products).subspan(at(i * b.rows()), at(b.rows())));
  }
}

std::vector<float> similarities(const EmbeddingView& a, const EmbeddingView& b) {
  std::vector<float> all;
  all.reserve(at(a.rows() * b.rows()));
  for_each_similarity_row(a, b, [&](std::int64_t, std::span<const float> products) {
    all.insert(all.end(), products.begin(), products.end());
  });
  return all;
}

}  // namespace fedfr::eval
