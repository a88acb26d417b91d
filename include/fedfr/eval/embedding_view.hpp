#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace fedfr::eval {

/// Embeddings of images, one a row; does not own them.
class EmbeddingView {
 public:
  EmbeddingView() = default;

  /// @param values  [rows, dimension] row-major
  /// @throws UsageError if `values` is not a whole number of rows
  EmbeddingView(std::span<const float> values, std::int64_t dimension);

  std::int64_t rows() const { return rows_; }
  std::int64_t dimension() const { return dimension_; }
  std::span<const float> values() const { return values_; }
  std::span<const float> row(std::int64_t index) const { return rows(index, index + 1).values_; }

  /// The rows in [begin, end).
  EmbeddingView rows(std::int64_t begin, std::int64_t end) const {
    EmbeddingView part = *this;
    part.values_ = values_.subspan(static_cast<std::size_t>(begin * dimension_),
                                   static_cast<std::size_t>((end - begin) * dimension_));
    part.rows_ = end - begin;
    return part;
  }

 private:
  std::span<const float> values_;
  std::int64_t rows_ = 0;
  std::int64_t dimension_ = 0;
};

}  // namespace fedfr::eval
