#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/core/pickle.hpp"
#include "fedfr/nn/tensor_header.hpp"

/// What a pickle of torch.save says about tensors: names, shapes, and where in which storage their values
/// are. The values lie elsewhere in the file.
namespace fedfr::nn {

/// Values of one type, one after the other.
struct TorchStorage {
  TensorType type{};
  std::int64_t values = 0;
};

struct TorchTensor {
  std::string name;
  std::string storage;  ///< its key
  TensorType type{};
  std::int64_t offset = 0;  ///< in the storage, in values
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  ///< in values
};

struct TorchContent {
  std::vector<TorchTensor> tensors;              ///< no two of one name
  std::map<std::string, TorchStorage> storages;  ///< by their keys
  std::vector<std::string> left_out;
};

/// Whether a name in a pickle is that of data: of tensors, of NumPy's arrays, or of what training programs
/// keep beside them.
bool is_torch_data(std::string_view name);

/// Each tensor has been compared with what its storage is said to hold.
/// @param most_bytes  of all tensors
/// @throws DataError without the file's name
TorchContent torch_content(const pickle::Value& root, std::int64_t most_bytes);

}  // namespace fedfr::nn
