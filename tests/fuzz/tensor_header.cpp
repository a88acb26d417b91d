// The header of a safetensors file. The input is how many bytes of data the file has, as 8 bytes, and the
// header.
#include "fedfr/nn/tensor_header.hpp"

#include <cstring>

#include "fedfr/core/error.hpp"
#include "support.hpp"

using namespace fedfr;

namespace {

void check(const nn::TensorHeader& header, std::int64_t data_bytes) {
  std::int64_t bytes = 0;
  for (const auto& tensor : header.tensors) {
    fuzz::require(tensor.bytes >= 0 && tensor.bytes <= data_bytes - bytes, "tensors fit the data");
    bytes += tensor.bytes;
  }
  fuzz::require(bytes == data_bytes, "tensors fill the data");
  const std::string text = nn::to_text(header);
  const auto again = nn::parse_tensor_header(text, data_bytes);
  fuzz::require(nn::to_text(again) == text && again.metadata == header.metadata, "what is written is read");
  const std::vector<std::uint32_t> crcs(header.tensors.size());
  fuzz::require(nn::tensors_checksum(again, crcs) == nn::tensors_checksum(header, crcs), "equal checksums");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::int64_t data_bytes = 0;
  if (size < sizeof data_bytes) return 0;
  std::memcpy(&data_bytes, data, sizeof data_bytes);
  try {
    nn::TensorHeader header;
    {
      const fuzz::BoundedMemory bounded(size, 64);
      header = nn::parse_tensor_header(fuzz::text_of(data + 8, size - 8), data_bytes);
    }
    check(header, data_bytes);
  } catch (const Error&) {
  }
  return 0;
}
