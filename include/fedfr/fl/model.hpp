#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fedfr/fl/client_update.hpp"
#include "fedfr/nn/backbones/backbone.hpp"
#include "fedfr/nn/tensor_file.hpp"

namespace fedfr::fl {

/// What the server holds and every client receives: the backbone and the centres of the public identities.
class GlobalModel {
 public:
  /// Zeros; to be initialised or loaded.
  /// @param public_identities  0 where no public set takes part
  GlobalModel(std::shared_ptr<const nn::Backbone> backbone, std::int64_t public_identities,
              at::Device device);

  const nn::Backbone& backbone() const { return *backbone_; }
  const nn::ParameterSet& parameters() const { return parameters_; }
  nn::ParameterSet& parameters() { return parameters_; }
  const at::Tensor& public_centres() const { return public_centres_; }  ///< [C_public,D], on the device
  std::int64_t public_identities() const { return public_centres_.size(0); }

  void initialise(std::uint64_t seed);
  void initialise_public_centres(std::uint64_t seed);

  std::vector<SharedTensor> layout() const;  ///< of the shared vector: backbone, then public centres
  std::vector<float> shared() const;         ///< [P] on the host
  void set_shared(std::span<const float> shared);
  std::uint64_t hash() const;  ///< of names, shapes and bits of all that is shared

  /// The model as a weights file and back; `public_fingerprint` names the public set that the centres belong
  /// to.
  nn::TensorFile to_file(const std::string& public_fingerprint) const;
  /// Takes the backbone, and the public centres if the file holds some of the same set.
  /// @returns whether public centres were taken
  /// @throws DataError naming `path` and the difference if the file holds another network
  bool take(const nn::TensorFile& file, const std::filesystem::path& path,
            const std::string& public_fingerprint);

 private:
  std::shared_ptr<const nn::Backbone> backbone_;
  nn::ParameterSet parameters_;
  at::Tensor public_centres_;
};

/// The network that a weights file was made with.
/// @throws DataError naming the path
nn::BackboneConfig backbone_of(const nn::TensorFile& file, const std::filesystem::path& path);

}  // namespace fedfr::fl
