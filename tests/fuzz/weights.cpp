// A file of weights by others: PyTorch's two formats, and safetensors.
#include "fedfr/nn/weights/weights.hpp"

#include <unistd.h>

#include <filesystem>

#include "changed_file.hpp"
#include "fedfr/core/error.hpp"
#include "support.hpp"

using namespace fedfr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path path =
      std::filesystem::path("/dev/shm") / ("fedfr_fuzz_weights_" + std::to_string(::getpid()));
  fuzz::write(path, std::string(fuzz::text_of(data, size)));
  try {
    // Beside what is in proportion to the file, what libarchive takes for any file.
    constexpr std::size_t of_any_file = std::size_t{1} << 15U;
    const fuzz::BoundedMemory bounded(of_any_file + size, 160);
    const nn::Weights weights = nn::read_weights(path);
    std::size_t bytes = 0;
    for (const auto& [name, tensor] : weights.content.tensors) {
      fuzz::require(tensor.is_contiguous(), "tensors are contiguous");
      bytes += tensor.nbytes();
    }
    fuzz::require(bytes <= 8 * size, "tensors are in proportion to the file");
  } catch (const Error&) {
  }
  return 0;
}
