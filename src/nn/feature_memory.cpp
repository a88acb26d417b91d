#include "fedfr/nn/feature_memory.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/nameless_file.hpp"
#include "fedfr/core/system.hpp"
#include "fedfr/core/temporary_folder.hpp"

// Tables of embeddings that may be larger than memory: up to a limit they lie in memory, beyond it in mapped
// files, which the system writes out and reads back as it needs. A tensor that lies in such a table looks
// like any other.
namespace fedfr::nn {

FeatureMemory::FeatureMemory(std::int64_t limit, std::filesystem::path folder)
    : limit_(limit), folder_(std::move(folder)) {}

at::Tensor FeatureMemory::table(std::int64_t rows, std::int64_t dimension) {
  const std::int64_t bytes = rows * dimension * static_cast<std::int64_t>(sizeof(float));
  if (bytes > limit_ - *used_) {
    at::Tensor in_file = table_in_file(rows, dimension);
    in_files_ += bytes;
    return in_file;
  }
  *used_ += bytes;
  // The tensor that is given away keeps the memory and the count alive, whatever becomes of this object.
  at::Tensor memory = at::empty({rows, dimension}, at::kFloat);
  void* data = memory.data_ptr();
  return at::from_blob(
      data, {rows, dimension}, [memory = std::move(memory), used = used_, bytes](void*) { *used -= bytes; },
      at::TensorOptions(at::kFloat));
}

at::Tensor FeatureMemory::table_in_file(std::int64_t rows, std::int64_t dimension) const {
  const auto bytes = static_cast<std::size_t>(rows * dimension) * sizeof(float);
  const auto folder = folder_.empty() ? temporary_place() : folder_;
  const auto fail = [&](int error) {
    throw DataError(
        "{}: no file of {:.3g} MB for embeddings: {}; set --scratch to a folder with room, or raise "
        "--feature-memory",
        folder.string(), static_cast<double>(bytes) / 1e6, system_reason(error));
  };
  const FileDescriptor file = nameless_file(folder);
  if (!file) fail(errno);
  // A full disk has to show here: later, it would be a signal in the middle of a write to memory.
  if (const int error = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes)); error != 0) fail(error);
  void* data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (data == MAP_FAILED) fail(errno);
  // The mapping outlives the descriptor, which closes here, and the tensor ends it.
  return at::from_blob(
      data, {rows, dimension}, [bytes](void* mapped) { ::munmap(mapped, bytes); },
      at::TensorOptions(at::kFloat));
}

}  // namespace fedfr::nn
