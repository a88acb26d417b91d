#pragma once
#include <ATen/core/Tensor.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>

namespace fedfr::nn {

/// Where tables of embeddings lie. Up to a limit that is memory; a table that would exceed it becomes a file
/// without a name, mapped into memory: the system keeps of it what fits, and it is gone with the process.
class FeatureMemory {
 public:
  /// @param limit   bytes of all tables that are alive at one time and lie in memory
  /// @param folder  for the files; empty: that of temporary files ($TMPDIR or /tmp)
  explicit FeatureMemory(std::int64_t limit = std::numeric_limits<std::int64_t>::max(),
                         std::filesystem::path folder = {});

  /// @returns [rows,dimension] float32 on the CPU, not initialised; may outlive this object
  /// @throws DataError naming the folder when a file cannot be made, for example on a full disk
  at::Tensor table(std::int64_t rows, std::int64_t dimension);

  std::int64_t in_memory() const { return *used_; }    ///< bytes, now
  std::int64_t in_files() const { return in_files_; }  ///< bytes, of all tables so far

 private:
  at::Tensor table_in_file(std::int64_t rows, std::int64_t dimension) const;

  std::int64_t limit_;
  std::filesystem::path folder_;
  std::shared_ptr<std::atomic<std::int64_t>> used_ = std::make_shared<std::atomic<std::int64_t>>(0);
  std::int64_t in_files_ = 0;
};

}  // namespace fedfr::nn
