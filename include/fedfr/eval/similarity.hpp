#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "fedfr/eval/embedding_view.hpp"

namespace fedfr::eval {

/// Rows of unit length: x / max(|x|, 1e-12).
/// @return [rows, dimension]
std::vector<float> unit_rows(const EmbeddingView& embeddings);

/// Unit-length rows of the sum of the embeddings of images and of the same images mirrored left to right.
/// @return [rows, dimension]
/// @throws UsageError if the shapes differ
std::vector<float> unit_sum(const EmbeddingView& upright, const EmbeddingView& mirrored);

/// @param what  names the images in the message, for example "probes"
/// @throws DataError naming the first row that is not of unit length, which a diverged model's NaN is not
/// either
void require_unit_rows(const EmbeddingView& embeddings, std::string_view what);

/// Dot products of every row of `a` with every row of `b`, one row of `a` after the other, without holding
/// all of them. Each product is a float32 sum in the order of the dimensions, so its bits depend neither on
/// the processor's vector width nor on the shapes.
/// @param visit  gets the row of `a` and its [b.rows()] products
/// @throws UsageError if the dimensions differ
void for_each_similarity_row(
    const EmbeddingView& a, const EmbeddingView& b,
    const std::function<void(std::int64_t row, std::span<const float> products)>& visit);

/// The same as a matrix, [a.rows(), b.rows()].
std::vector<float> similarities(const EmbeddingView& a, const EmbeddingView& b);

}  // namespace fedfr::eval
