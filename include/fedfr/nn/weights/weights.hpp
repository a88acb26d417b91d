#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fedfr/nn/tensor_file.hpp"

namespace fedfr::nn {

/// A file of weights as it is, whoever wrote it.
struct Weights {
  /// The tensors by the names that they have in the file, what they are nested in first:
  /// "state_dict.layer1.0.weight". A file that holds nothing but a tensor calls it "tensor". Of any type that
  /// TensorType has, contiguous, none shares memory with another. The metadata are those of safetensors.
  TensorFile content;
  std::string format;                 ///< for messages: "PyTorch (zip)"
  std::vector<std::string> left_out;  ///< what else the file holds, for messages: "epoch (an integer)"
};

/// Reads safetensors, and what PyTorch's torch.save writes: its zip files and its files of before
/// version 1.6, of state dicts, bare or nested in whatever else a training program saves. It runs nothing of
/// a file, and takes memory in proportion to the file.
/// @throws DataError naming the path: of another format, truncated, damaged, or with something in it that is
/// no
///         data, by its name and place
Weights read_weights(const std::filesystem::path& path);

}  // namespace fedfr::nn
