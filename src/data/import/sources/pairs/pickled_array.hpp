#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "fedfr/core/pickle.hpp"

/// Arrays of NumPy, as NumPy 1 and 2 pickle them.
namespace fedfr::data {

struct PickledArray {
  char kind = 0;       ///< of its elements: u, i, b (truth values), O (objects), as NumPy's dtype.kind
  int item_bytes = 0;  ///< of one element; 0 for objects
  std::vector<std::int64_t> shape{};
  std::string_view data{};  ///< its elements, little endian, the last index fastest
  const std::vector<const pickle::Value*>* objects = nullptr;  ///< instead, for kind O
};

/// Names that pickles of arrays and their elements use: nothing else of NumPy is taken.
bool is_of_numpy_arrays(std::string_view name);

/// @returns nothing if the value is no array
/// @throws DataError with the offset, for an array whose elements are of another kind, whose size does not
/// fit its
///         bytes, or whose first index is fastest
std::optional<PickledArray> array_of(const pickle::Value& value);

/// The whole number of a value: an integer, a truth value, or one of NumPy's.
/// @throws DataError with the offset for anything else
std::int64_t whole_number_of(const pickle::Value& value);

/// A whole number of an array.
/// @throws DataError as array_of, where it has none
std::int64_t element(const PickledArray& array, std::int64_t index);

}  // namespace fedfr::data
