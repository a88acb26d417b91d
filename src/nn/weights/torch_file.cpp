#include "torch_file.hpp"

#include <ATen/ops/as_strided.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/pickle.hpp"
#include "fedfr/core/utf8.hpp"
#include "torch_pickle.hpp"
#include "zip_file.hpp"

// Where the storages lie is the whole difference between the two formats; what is in the pickle is the same
// (torch_pickle.cpp), and so is what is made of both: tensors that share nothing.
namespace fedfr::nn {

namespace {

/// Of what is read from a file, for each of its bytes. Tensors may be views of one storage.
constexpr std::int64_t most_growth = 8;

std::int64_t most_bytes(std::int64_t file_bytes) { return most_growth * file_bytes; }

pickle::Pickle read_pickle(std::span<const std::byte> bytes, std::size_t begin) {
  try {
    return pickle::read(bytes, is_torch_data, begin);
  } catch (const DataError& e) {
    throw DataError("{}; weights alone are what torch.save(model.state_dict(), FILE) writes", e.what());
  }
}

at::Tensor storage_tensor(const TorchStorage& storage, std::span<const std::byte> bytes) {
  const bool is_boolean = storage.type == TensorType::boolean;
  const at::Tensor tensor = at::empty({storage.values}, is_boolean ? at::kByte : scalar_type(storage.type));
  if (!bytes.empty()) std::memcpy(tensor.data_ptr(), bytes.data(), bytes.size());
  return is_boolean ? tensor.to(at::kBool) : tensor;
}

/// @param bytes_of_storage  of a key, which has to have as many as is said
Weights weights_of(
    const TorchContent& content, const char* format,
    const std::function<std::span<const std::byte>(const std::string& key)>& bytes_of_storage) {
  std::map<std::string, at::Tensor> storages;
  for (const auto& [key, storage] : content.storages) {
    const auto bytes = bytes_of_storage(key);
    if (storage.values > std::ssize(bytes) / bytes_of(storage.type) ||
        storage.values * bytes_of(storage.type) != std::ssize(bytes))
      throw DataError("the storage '{}' has {} bytes, which is not {} values of type {}", printable(key),
                      bytes.size(), storage.values, name(storage.type));
    storages[key] = storage_tensor(storage, bytes);
  }
  Weights weights{.content = {}, .format = format, .left_out = content.left_out};
  for (const auto& tensor : content.tensors) {
    const at::Tensor view =
        at::as_strided(storages.at(tensor.storage), tensor.shape, tensor.strides, tensor.offset);
    weights.content.tensors.emplace_back(tensor.name, view.clone(at::MemoryFormat::Contiguous));
  }
  return weights;
}

}  // namespace

Weights read_torch_zip(const FileDescriptor& file, std::int64_t size) {
  const auto members = read_zip(file, most_bytes(size));
  const auto in_folder = [](std::string_view path, std::string_view name) {
    const auto slash = path.find('/');
    return slash != std::string_view::npos && path.substr(slash + 1) == name;
  };
  const std::vector<std::byte>* data = nullptr;
  std::string folder;
  for (const auto& [path, bytes] : members) {
    if (in_folder(path, "constants.pkl"))
      throw DataError(
          "it is a TorchScript program, which fedfr does not run: save the state_dict() of its model");
    if (in_folder(path, "byteorder") && bytes.size() != std::string_view("little").size())
      throw DataError("its numbers begin with the highest byte, which fedfr does not read");
    if (!in_folder(path, "data.pkl")) continue;
    data = &bytes;
    folder = path.substr(0, path.find('/') + 1);
  }
  if (data == nullptr) throw DataError("it is a zip file, but none of torch.save: it lacks a data.pkl");
  const auto pickle = read_pickle(*data, 0);
  return weights_of(torch_content(*pickle.root, most_bytes(size)), "PyTorch (zip)",
                    [&](const std::string& key) {
                      const auto found = members.find(folder + "data/" + key);
                      if (found == members.end())
                        throw DataError("the storage '{}' is missing", printable(key));
                      return std::span<const std::byte>(found->second);
                    });
}

namespace {

/// The storages behind the pickles, in the order of a list of keys: how many values, and these.
std::map<std::string, std::span<const std::byte>> legacy_storages(const TorchContent& content,
                                                                  const pickle::Value& keys,
                                                                  std::span<const std::byte> rest) {
  std::map<std::string, std::span<const std::byte>> found;
  for (const pickle::Value* key : keys.items()) {
    const auto storage = content.storages.find(std::string(key->characters()));
    if (storage == content.storages.end())
      throw DataError("there is a storage '{}' of no tensor that fedfr reads", printable(key->characters()));
    std::int64_t values = 0;
    if (rest.size() < sizeof values)
      throw DataError("it ends before the storage '{}'", printable(storage->first));
    std::memcpy(&values, rest.data(), sizeof values);
    rest = rest.subspan(sizeof values);
    if (values != storage->second.values || values > std::ssize(rest) / bytes_of(storage->second.type))
      throw DataError("the storage '{}' of {} values does not fit: is it truncated?",
                      printable(storage->first), values);
    const auto bytes = static_cast<std::size_t>(values * bytes_of(storage->second.type));
    found[storage->first] = rest.first(bytes);
    rest = rest.subspan(bytes);
  }
  return found;
}

}  // namespace

Weights read_torch_legacy(const FileDescriptor& file, const std::filesystem::path& path, std::int64_t size) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  read_exactly(file, path, 0, bytes);
  const auto magic = read_pickle(bytes, 0);
  const auto version = read_pickle(bytes, magic.end);
  const auto system = read_pickle(bytes, version.end);
  constexpr std::int64_t known_version = 1001;
  if (version.root->integer() != known_version)
    throw DataError("it is of version {} of PyTorch's older format, fedfr reads {}", version.root->integer(),
                    known_version);
  if (const auto* little = system.root->find("little_endian"); little == nullptr || little->integer() != 1)
    throw DataError("its numbers begin with the highest byte, which fedfr does not read");
  const auto data = read_pickle(bytes, system.end);
  const auto keys = read_pickle(bytes, data.end);
  const auto content = torch_content(*data.root, most_bytes(size));
  const auto storages = legacy_storages(content, *keys.root, std::span(bytes).subspan(keys.end));
  return weights_of(content, "PyTorch (before 1.6)", [&](const std::string& key) {
    const auto found = storages.find(key);
    if (found == storages.end()) throw DataError("the storage '{}' is missing", printable(key));
    return found->second;
  });
}

}  // namespace fedfr::nn
