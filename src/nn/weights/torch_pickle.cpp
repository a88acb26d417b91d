#include "torch_pickle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/utf8.hpp"

// A state dict is a dictionary from names to tensors; a tensor is a call of one of a few functions with a
// storage, an offset, a shape and strides; a storage is a reference to something outside of the pickle.
// Training programs nest state dicts in dictionaries of their own, so all dictionaries and lists are
// searched. Source: torch/_utils.py and torch/serialization.py of PyTorch 2.
namespace fedfr::nn {

namespace {

using pickle::Kind;
using pickle::Value;

constexpr std::size_t most_dimensions = 16;

struct TypeName {
  std::string_view storage, dtype;
  TensorType type;
};
constexpr TypeName types[] = {
    {"FloatStorage", "float32", TensorType::float32}, {"DoubleStorage", "float64", TensorType::float64},
    {"HalfStorage", "float16", TensorType::float16},  {"BFloat16Storage", "bfloat16", TensorType::bfloat16},
    {"LongStorage", "int64", TensorType::int64},      {"IntStorage", "int32", TensorType::int32},
    {"ShortStorage", "int16", TensorType::int16},     {"CharStorage", "int8", TensorType::int8},
    {"ByteStorage", "uint8", TensorType::uint8},      {"BoolStorage", "bool", TensorType::boolean},
    {"UntypedStorage", "uint8", TensorType::uint8},
};

/// Behind the module: "FloatStorage" of "torch.FloatStorage".
std::string_view last_part(std::string_view name) { return name.substr(name.rfind('.') + 1); }

std::vector<std::int64_t> whole_numbers(const Value& value) {
  // torch.Size((2, 3)) is a tuple, too.
  const Value& tuple = value.is(Kind::call) && !value.arguments().empty() ? *value.arguments()[0] : value;
  std::vector<std::int64_t> numbers;
  for (const Value* number : tuple.items()) numbers.push_back(number->integer());
  return numbers;
}

class Content {
 public:
  explicit Content(std::int64_t most_bytes) : left_(most_bytes) {}

  TorchContent take(const Value& root) {
    if (is_tensor(root)) {
      add_tensor("tensor", root);
    } else if (root.is(Kind::dictionary) || root.is(Kind::list) || root.is(Kind::tuple)) {
      search(root, "", 0);
    } else {
      throw DataError("it holds {} and no tensors", pickle::name(root.kind));
    }
    return std::move(out_);
  }

 private:
  static bool is_tensor(const Value& value) {
    return value.is(Kind::call) && (value.callee().starts_with("torch._utils._rebuild_") ||
                                    value.callee() == "torch._tensor._rebuild_from_type_v2");
  }

  /// @returns whether there is a tensor in it
  bool search(const Value& value, const std::string& name, int level) {
    if (is_tensor(value)) {
      add_tensor(name, value);
      return true;
    }
    bool found = false;
    const auto look = [&](const Value& item, std::string_view own_name) {
      const std::string full = name.empty() ? std::string(own_name) : fmt::format("{}.{}", name, own_name);
      const bool here = search(item, full, level + 1);
      if (!here && level == 0)
        out_.left_out.push_back(fmt::format("{} ({})", printable(full), pickle::name(item.kind)));
      found = found || here;
    };
    if (value.is(Kind::dictionary)) {
      for (std::size_t i = 0; i < value.items().size(); i += 2)
        look(*value.items()[i + 1], key_name(*value.items()[i]));
    } else if (value.is(Kind::list) || value.is(Kind::tuple)) {
      for (std::size_t i = 0; i < value.items().size(); ++i) look(*value.items()[i], std::to_string(i));
    }
    return found;
  }

  static std::string key_name(const Value& key) {
    if (key.is(Kind::text) || key.is(Kind::bytes)) return std::string(key.characters());
    if (key.is(Kind::integer)) return std::to_string(key.integer());
    return std::string(pickle::name(key.kind));
  }

  void add_tensor(const std::string& name, const Value& call) {
    try {
      TorchTensor tensor;
      tensor.name = name;
      if (!describe(tensor, call.callee(), call.arguments())) {
        out_.left_out.push_back(fmt::format("{} (a tensor by {})", printable(name), call.callee()));
        return;
      }
      check(tensor);
      if (!is_utf8(name) || name.find('\0') != std::string::npos || !names_.insert(name).second)
        throw DataError("its name is no text, or that of another tensor too");
      out_.tensors.push_back(std::move(tensor));
    } catch (const DataError& e) {
      throw DataError("the tensor '{}' at its byte {}: {}", printable(name), call.offset, e.what());
    }
  }

  /// @returns false for a kind of tensor that fedfr has no use for
  bool describe(TorchTensor& tensor, std::string_view function, const std::vector<const Value*>& arguments) {
    const auto argument = [&](std::size_t i) -> const Value& {
      if (i >= arguments.size()) throw DataError("an argument is missing");
      return *arguments[i];
    };
    if (function == "torch._tensor._rebuild_from_type_v2")  // of another function, with attributes beside it
      return describe(tensor, argument(0).characters(), argument(2).items());
    const auto name = last_part(function);
    if (name == "_rebuild_parameter" || name == "_rebuild_parameter_with_state")
      return is_tensor(argument(0)) && describe(tensor, argument(0).callee(), argument(0).arguments());
    if (name != "_rebuild_tensor" && name != "_rebuild_tensor_v2" && name != "_rebuild_tensor_v3")
      return false;
    tensor.offset = argument(1).integer();
    tensor.shape = whole_numbers(argument(2));
    tensor.strides = whole_numbers(argument(3));
    return take_storage(tensor, argument(0), name == "_rebuild_tensor_v3" ? &argument(6) : nullptr);
  }

  /// ("storage", type, key, place, values) and, in old files, what part of it is meant: (key, begin, values).
  /// @param dtype  of the tensor where the storage is of bytes
  bool take_storage(TorchTensor& tensor, const Value& reference, const Value* dtype) {
    if (!reference.is(Kind::persistent)) throw DataError("it has no storage");
    const auto& id = reference.items().at(0)->items();
    if (id.size() < 5 || id[0]->characters() != "storage")
      throw DataError("its storage is none of PyTorch's");
    const auto type_name = last_part(id[1]->characters());
    const auto* stored = std::ranges::find(types, type_name, &TypeName::storage);
    const auto* type = dtype == nullptr
                           ? stored
                           : std::ranges::find(types, last_part(dtype->characters()), &TypeName::dtype);
    if (stored == std::end(types) || type == std::end(types)) return false;
    tensor.storage = std::string(id[2]->characters());
    tensor.type = type->type;
    TorchStorage storage{stored->type, id[4]->integer()};
    if (storage.values < 0) throw DataError("its storage has {} values", storage.values);
    if (storage.type != tensor.type) {
      storage.values /= bytes_of(tensor.type);
      storage.type = tensor.type;
    }
    if (id.size() > 5 && id[5]->is(Kind::tuple)) add_part(tensor, *id[5], storage.values);
    const auto [known, fresh] = out_.storages.emplace(tensor.storage, storage);
    if (!fresh && (known->second.type != storage.type || known->second.values != storage.values))
      throw DataError("its storage is said to have {} and {} values, or values of two types", storage.values,
                      known->second.values);
    return true;
  }

  static void add_part(TorchTensor& tensor, const Value& part, std::int64_t values) {
    const auto& numbers = part.items();
    if (numbers.size() != 3) throw DataError("its part of a storage is none of PyTorch's");
    const std::int64_t begin = numbers[1]->integer();
    if (begin < 0 || begin > values || tensor.offset < 0 || tensor.offset > values)
      throw DataError("its part of a storage begins at {}", begin);
    tensor.offset += begin;
  }

  /// That all of its values lie in its storage, and that there is room for it.
  void check(const TorchTensor& tensor) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t most_values = most / 8;  // in bytes
    const std::int64_t values = out_.storages.at(tensor.storage).values;
    if (tensor.shape.size() != tensor.strides.size() || tensor.shape.size() > most_dimensions)
      throw DataError("it has {} dimensions and {} strides", tensor.shape.size(), tensor.strides.size());
    std::int64_t count = 1;
    std::int64_t last = tensor.offset;
    bool fits = tensor.offset >= 0 && tensor.offset <= values;
    for (std::size_t i = 0; fits && i < tensor.shape.size(); ++i) {
      const auto [size, stride] = std::pair(tensor.shape[i], tensor.strides[i]);
      // A size of zero counts as one until the end: LibTorch multiplies the others, too.
      const std::int64_t steps = std::max<std::int64_t>(size, 1) - 1;
      fits = size >= 0 && stride >= 0 && (steps == 0 || stride <= (most - last) / steps) &&
             count <= most_values / (steps + 1);
      if (!fits) break;
      last += steps * stride;
      count *= steps + 1;
    }
    if (std::ranges::count(tensor.shape, 0) > 0)
      count = 0;
    else
      fits = fits && last < values;
    if (!fits) throw DataError("it would reach beyond its storage, which has {} values", values);
    if (count > left_ / bytes_of(tensor.type))
      throw DataError("with the tensors before it, it is many times as large as the file");
    left_ -= count * bytes_of(tensor.type);
  }

  TorchContent out_;
  std::set<std::string, std::less<>> names_;
  std::int64_t left_;
};

}  // namespace

TorchContent torch_content(const Value& root, std::int64_t most_bytes) {
  return Content(most_bytes).take(root);
}

}  // namespace fedfr::nn
