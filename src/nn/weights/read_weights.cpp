#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "fedfr/core/error.hpp"
#include "fedfr/nn/weights/weights.hpp"
#include "torch_file.hpp"

// A file is what its first bytes say, whatever its name is.
namespace fedfr::nn {

namespace {

std::int64_t size_of(const FileDescriptor& file) {
  struct stat found {};
  return ::fstat(file.get(), &found) == 0 && S_ISREG(found.st_mode) ? found.st_size : 0;
}

constexpr std::string_view zip = "PK\x03\x04";
/// A pickle of the number by which torch.load knows its older files, 0x1950a86a20f9469cfc6c.
constexpr std::string_view legacy = "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::string_view hdf5 = "\x89HDF";

/// What is known and not read, by its beginning.
const char* known_other(std::string_view begin) {
  if (begin.starts_with(hdf5)) return "an HDF5 file (of Keras?)";
  // The protobuf field "IR version" of an ONNX model.
  if (begin.starts_with("\x08") && begin.size() > 2 &&
      (begin[2] == '\x12' || begin[2] == ':' || begin[2] == '\x42'))
    return "an ONNX file, which fedfr writes but does not read";
  if (begin.starts_with("\x12\x01")) return "a file of MXNet (.params): convert it to PyTorch first";
  return nullptr;
}

Weights read(const FileDescriptor& file, const std::filesystem::path& path) {
  const std::int64_t size = size_of(file);
  std::array<char, 32> first{};
  const std::string_view begin(first.data(), std::min(first.size(), static_cast<std::size_t>(size)));
  read_exactly(file, path, 0, std::as_writable_bytes(std::span(first).first(begin.size())));
  if (begin.starts_with(zip)) return read_torch_zip(file, size);
  // Behind the protocol of the pickle and, of protocol 4, the length of a frame.
  if (begin.starts_with("\x80") && begin.find(legacy) != std::string_view::npos)
    return read_torch_legacy(file, path, size);
  constexpr std::size_t header_begin = 8;
  if (begin.size() > header_begin && begin[header_begin] == '{') return {load_any(path), "safetensors", {}};
  const char* other = known_other(begin);
  throw DataError("it is {}; fedfr reads weights as safetensors and as files of PyTorch (.pt, .pth)",
                  other == nullptr ? "of no format that fedfr knows" : other);
}

}  // namespace

Weights read_weights(const std::filesystem::path& path) {
  const FileDescriptor file = open_for_reading(path);
  try {
    return read(file, path);
  } catch (const AccessError&) {
    throw;
  } catch (const DataError& e) {
    const std::string_view why = e.what();
    // Its readers for safetensors say it themselves.
    if (why.find(path.string()) != std::string_view::npos) throw;
    throw DataError("cannot use {}: {}", path.string(), why);
  }
}

}  // namespace fedfr::nn
