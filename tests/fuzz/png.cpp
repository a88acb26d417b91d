// A PNG file.
#include "image.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fedfr::fuzz::decode_image(data, size);
  return 0;
}
