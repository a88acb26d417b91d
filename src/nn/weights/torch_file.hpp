#pragma once
#include <filesystem>

#include "fedfr/core/file.hpp"
#include "fedfr/nn/weights/weights.hpp"

/// Files that torch.save has written. Source of both formats: torch/serialization.py of PyTorch 2.
namespace fedfr::nn {

/// Of PyTorch 1.6 and later: a zip file with a pickle and a file for each storage.
/// @throws DataError without the file's name
Weights read_torch_zip(const FileDescriptor& file, std::int64_t size);

/// Before: some pickles, and behind them the storages.
/// @throws DataError without the file's name
Weights read_torch_legacy(const FileDescriptor& file, const std::filesystem::path& path, std::int64_t size);

}  // namespace fedfr::nn
