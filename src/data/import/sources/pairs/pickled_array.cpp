// An array is a call that makes an empty one, and a state with what is in it: version, shape, dtype, whether
// the first index is fastest, bytes. With protocol 5 it may be a call with its bytes. A dtype is a call with
// a letter and the bytes of an element, and a state that begins with a version and the order of bytes.
// Source: numpy/_core/src/ multiarray/methods.c (array_reduce, array_setstate) and descriptor.c
// (arraydescr_reduce).
#include "pickled_array.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "fedfr/core/error.hpp"

namespace fedfr::data {

using pickle::Kind;
using pickle::Value;

namespace {

constexpr std::array<std::string_view, 8> names{"numpy.core.multiarray._reconstruct",
                                                "numpy._core.multiarray._reconstruct",
                                                "numpy.core.numeric._frombuffer",
                                                "numpy._core.numeric._frombuffer",
                                                "numpy.core.multiarray.scalar",
                                                "numpy._core.multiarray.scalar",
                                                "numpy.ndarray",
                                                "numpy.dtype"};

[[noreturn]] void refuse(const Value& value, const char* why) {
  throw DataError("an array of NumPy at byte {}: {}", value.offset, why);
}

const Value& at(const std::vector<const Value*>& items, std::size_t i, const Value& owner) {
  if (i >= items.size()) refuse(owner, "it lacks a part that belongs to it");
  return *items[i];
}

bool calls(const Value& value, std::string_view function) {
  return value.is(Kind::call) && value.callee().ends_with(function);
}

void set_type(PickledArray& array, const Value& dtype) {
  if (!calls(dtype, "numpy.dtype")) refuse(dtype, "its elements have no type");
  const auto text = at(dtype.arguments(), 0, dtype).characters();
  std::string_view letters = text;
  if (!letters.empty() && std::string_view("<>|=").find(letters[0]) != std::string_view::npos)
    letters.remove_prefix(1);
  const bool is_known = letters == "u1" || letters == "i1" || letters == "b1" || letters == "u2" ||
                        letters == "i2" || letters == "u4" || letters == "i4" || letters == "u8" ||
                        letters == "i8" || letters == "O" || letters == "O8";
  if (!is_known) refuse(dtype, "its elements are neither whole numbers nor truth values nor objects");
  array.kind = letters[0];
  array.item_bytes = array.kind == 'O' ? 0 : letters[1] - '0';
  std::string_view order = text.starts_with('>') ? ">" : "";
  if (const Value* state = dtype.state(); state != nullptr && state->items().size() > 1)
    order = state->items()[1]->is(Kind::text) || state->items()[1]->is(Kind::bytes)
                ? state->items()[1]->characters()
                : order;
  if (order == ">" && array.item_bytes > 1) refuse(dtype, "its bytes are in the other order");
}

void set_shape(PickledArray& array, const Value& shape) {
  if (shape.is(Kind::integer)) {
    array.shape = {shape.integer()};
    return;
  }
  for (const Value* side : shape.items()) array.shape.push_back(side->integer());
}

/// Elements that the shape speaks of.
std::int64_t count(const PickledArray& array, const Value& value) {
  std::int64_t elements = 1;
  for (const auto side : array.shape) {
    if (side < 0 || (side > 0 && elements > std::numeric_limits<std::int64_t>::max() / 16 / side))
      refuse(value, "its shape cannot be");
    elements *= side;
  }
  return elements;
}

void set_content(PickledArray& array, const Value& content, const Value& value) {
  const auto elements = count(array, value);
  if (array.kind == 'O') {
    array.objects = &content.items();
    if (std::ssize(*array.objects) != elements) refuse(value, "its shape does not fit its objects");
  } else {
    if (!content.is(Kind::bytes)) refuse(content, "its content is no bytes");
    array.data = content.characters();
    if (std::ssize(array.data) != elements * array.item_bytes)
      refuse(value, "its shape does not fit its bytes");
  }
}

}  // namespace

bool is_of_numpy_arrays(std::string_view name) { return std::ranges::find(names, name) != names.end(); }

std::optional<PickledArray> array_of(const Value& value) {
  PickledArray array;
  bool first_is_fastest = false;
  if (calls(value, "multiarray._reconstruct")) {
    const Value* state = value.state();
    if (state == nullptr) refuse(value, "nothing is in it");
    const auto& parts = state->items();
    const std::size_t first = parts.size() == 4 ? 0 : 1;  // before is a version
    set_shape(array, at(parts, first, value));
    set_type(array, at(parts, first + 1, value));
    first_is_fastest = at(parts, first + 2, value).integer() != 0;
    set_content(array, at(parts, first + 3, value), value);
  } else if (calls(value, "numeric._frombuffer")) {
    const auto& parts = value.arguments();
    set_type(array, at(parts, 1, value));
    set_shape(array, at(parts, 2, value));
    first_is_fastest = at(parts, 3, value).characters() == "F";
    set_content(array, at(parts, 0, value), value);
  } else {
    return std::nullopt;
  }
  if (first_is_fastest && array.shape.size() > 1) refuse(value, "its first index is the fastest");
  return array;
}

std::int64_t element(const PickledArray& array, std::int64_t index) {
  if (array.objects != nullptr) return whole_number_of(*array.objects->at(static_cast<std::size_t>(index)));
  std::uint64_t number = 0;
  const auto bytes = array.data.substr(static_cast<std::size_t>(index * array.item_bytes),
                                       static_cast<std::size_t>(array.item_bytes));
  for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8U | static_cast<unsigned char>(bytes[i]);
  return static_cast<std::int64_t>(number);
}

std::int64_t whole_number_of(const Value& value) {
  if (!calls(value, "multiarray.scalar")) return value.integer();
  PickledArray one{.shape = {1}};
  set_type(one, at(value.arguments(), 0, value));
  set_content(one, at(value.arguments(), 1, value), value);
  return element(one, 0);
}

}  // namespace fedfr::data
