#include <caffe2/serialize/inline_container.h>
#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "fedfr/core/output_file.hpp"
#include "fedfr/nn/weights/write_weights.hpp"

// What torch.save writes: a pickle of a dictionary from names to tensors, with references to storages, which
// are files of their own in a zip file. The zip file is LibTorch's; its writer of pickles is not used, since
// it marks dictionaries with types of its own, which torch.load(weights_only=True) refuses. Source:
// torch/serialization.py, torch/_utils.py.
namespace fedfr::nn {

namespace {

template <class T>
void append_raw(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append(std::string& out, std::string_view text) {
  out += 'X';
  append_raw(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}
void append(std::string& out, std::int64_t number) {
  out += "\x8a\x08";
  append_raw(out, number);
}
void append(std::string& out, at::IntArrayRef numbers) {
  out += '(';
  for (const std::int64_t number : numbers) append(out, number);
  out += 't';
}

const char* storage_of(at::ScalarType type) {
  switch (tensor_type(type)) {
    case TensorType::float32:
      return "FloatStorage";
    case TensorType::float64:
      return "DoubleStorage";
    case TensorType::float16:
      return "HalfStorage";
    case TensorType::bfloat16:
      return "BFloat16Storage";
    case TensorType::int64:
      return "LongStorage";
    case TensorType::int32:
      return "IntStorage";
    case TensorType::int16:
      return "ShortStorage";
    case TensorType::int8:
      return "CharStorage";
    case TensorType::uint8:
      return "ByteStorage";
    case TensorType::boolean:
      return "BoolStorage";
  }
  throw std::logic_error("a type without a storage");
}

constexpr std::string_view empty_dictionary = "ccollections\nOrderedDict\n)R";

void append_tensor(std::string& out, const at::Tensor& tensor, std::string_view key) {
  out += "ctorch._utils\n_rebuild_tensor_v2\n((";
  append(out, std::string_view("storage"));
  out += fmt::format("ctorch\n{}\n", storage_of(tensor.scalar_type()));
  append(out, key);
  append(out, std::string_view("cpu"));
  append(out, tensor.numel());
  out += "tQ";
  append(out, std::int64_t{0});
  append(out, tensor.sizes());
  append(out, tensor.strides());
  out += '\x89';  // no gradient
  out += empty_dictionary;
  out += "tR";
}

}  // namespace

void write_state_dict(const std::filesystem::path& path, const TensorFile& content) {
  // To memory first: LibTorch's writer cannot be left by an exception, since its destructor writes, too.
  std::string bytes;
  caffe2::serialize::PyTorchStreamWriter zip([&](const void* data, std::size_t size) {
    bytes.append(static_cast<const char*>(data), size);
    return size;
  });
  std::string pickle = "\x80\x02";
  pickle += empty_dictionary;
  pickle += '(';
  std::vector<at::Tensor> tensors;
  for (const auto& [name, tensor] : content.tensors) {
    tensors.push_back(tensor.detach().cpu().contiguous());
    append(pickle, std::string_view(name));
    append_tensor(pickle, tensors.back(), std::to_string(tensors.size() - 1));
  }
  pickle += "u.";
  zip.writeRecord("data.pkl", pickle.data(), pickle.size());
  constexpr std::string_view order = "little";
  zip.writeRecord("byteorder", order.data(), order.size());
  for (std::size_t i = 0; i < tensors.size(); ++i)
    zip.writeRecord("data/" + std::to_string(i), tensors[i].const_data_ptr(), tensors[i].nbytes());
  zip.writeEndOfFile();
  replace_file(path, bytes);
}

}  // namespace fedfr::nn
