#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fedfr/nn/weights/model_layout.hpp"
#include "fedfr/nn/weights/recognise.hpp"
#include "fedfr/nn/weights/weights.hpp"

/// Weights of anybody as a model of fedfr's.
namespace fedfr::nn {

struct ModelFile {
  BackboneConfig network;
  /// As fedfr's own files have it (model_layout.hpp): float32, by the names of the network's parameters. Of a
  /// file of fedfr's it is all that is in there.
  TensorFile file;
  std::string taken;  ///< for messages: "mobilefacenet (...) from PyTorch (zip), 333 tensors of state_dict."
  bool is_own = false;            ///< a file of fedfr's
  std::vector<std::string> left;  ///< for messages: what of the file has no place in the network

  std::string note() const;  ///< both in one line
};

/// @throws DataError naming the path: see read_weights; no network that fedfr knows is in it, and which is
/// nearest;
///         a tensor with values that are not finite
ModelFile read_model(const std::filesystem::path& path, const Wanted& wanted = {});

/// The same of a file that has been read already.
ModelFile model_of(Weights weights, const std::filesystem::path& path, const Wanted& wanted = {});

/// The tensors of its network by the names that arcface_torch and the released FedFR program give them, whole
/// numbers as such; without whatever else is in the file.
TensorFile plain_layout(const ModelFile& model);

/// The network of a file, which is read whole only where it is none of fedfr's.
/// @throws DataError as read_model, and for a file that names a larger network than it has numbers for
BackboneConfig network_of(const std::filesystem::path& path, const Wanted& wanted = {});

/// The metadata of a file that fedfr has written; none for any other.
Metadata own_metadata(const std::filesystem::path& path);

/// The private branch in a file, by the names of fedfr's personal models: "dfc.converter.0.weight", and the
/// binary classifiers "dfc.weight" and "dfc.bias" where it has them.
struct BranchFile {
  Converter converter = Converter::none;
  std::vector<std::pair<std::string, at::Tensor>> tensors;
};

/// @param dimension  of the embedding
/// @throws DataError naming the path where it has none, or several
BranchFile branch_of(const TensorFile& file, std::int64_t dimension, const std::filesystem::path& path);

}  // namespace fedfr::nn
