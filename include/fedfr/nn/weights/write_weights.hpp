#pragma once
#include <filesystem>

#include "fedfr/nn/tensor_file.hpp"
#include "fedfr/nn/weights/graph.hpp"

/// Files for other programs. Each is durable: a crash leaves the old file or the new one.
namespace fedfr::nn {

/// What torch.save writes of a state dict, with the names and types that the tensors have: torch.load(FILE,
/// weights_only=True) reads it. Metadata are left out.
/// @throws DataError naming the path
void write_state_dict(const std::filesystem::path& path, const TensorFile& content);

/// ONNX, opset 13: an input `input` [batch,3,H,W], float32 RGB in [-1, 1], an output `embedding` [batch,D],
/// for any number of images.
/// @throws DataError naming the path; also for a network of more than 2 GiB, which the format cannot hold
void write_onnx(const std::filesystem::path& path, const Graph& graph);

/// A TorchScript program whose `forward` takes the same and gives the same: torch.jit.load reads it without
/// fedfr.
/// @throws DataError naming the path
void write_torch_script(const std::filesystem::path& path, const Graph& graph);

}  // namespace fedfr::nn
