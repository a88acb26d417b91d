#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fedfr/fl/client_update.hpp"
#include "fedfr/fl/parts/tensor_roles.hpp"
#include "fedfr/nn/backbones/backbone.hpp"
#include "fedfr/nn/tensor_file.hpp"
#include "fedfr/nn/weights/model_layout.hpp"

namespace fedfr::fl {

/// The names of tensors in weight files and in the layout of the shared vector.
using nn::backbone_tensor;
constexpr const char* public_centres_tensor = "public_centres";

/// A tensor of the model within the vector of all of them: the backbone's, then the public centres.
struct ModelTensor {
  std::string name;
  std::int64_t begin = 0;
  std::int64_t size = 0;
  Role role = Role::shared;
  nn::Learning learning = nn::Learning::by_gradient;
};

/// What the server holds and every client receives: the backbone and the centres of the public identities.
/// The *shared vector* is what clients send of it: its shared tensors one after the other, by default all of
/// them.
class GlobalModel {
 public:
  /// Zeros; to be initialised or loaded.
  /// @param public_identities  0 where no public set takes part
  /// @param roles              of its tensors
  /// @throws UsageError if they name tensors that it has not, or public centres that do not leave the server
  GlobalModel(std::shared_ptr<const nn::Backbone> backbone, std::int64_t public_identities, at::Device device,
              TensorRoles roles = {});

  const nn::Backbone& backbone() const { return *backbone_; }
  const nn::ParameterSet& parameters() const { return parameters_; }
  nn::ParameterSet& parameters() { return parameters_; }
  const at::Tensor& public_centres() const { return public_centres_; }  ///< [C_public,D], on the device
  std::int64_t public_identities() const { return public_centres_.size(0); }

  /// The backbone, from streams that depend on the seed alone.
  void initialise(std::uint64_t seed);
  /// Normal, of deviation 0.01, from a stream of their own.
  void initialise_public_centres(std::uint64_t seed);

  /// In the order of everything that is sent, saved or hashed.
  std::vector<ModelTensor> tensors() const;
  std::vector<SharedTensor> layout() const;  ///< of the shared vector
  /// Whether training moves the running means and variances of batch norms: there are some, and not frozen.
  bool moves_statistics() const;
  std::vector<float> shared() const;               ///< [S] on the host
  void set_shared(std::span<const float> shared);  ///< [S], from the host
  /// @param all  [P] all tensors, on the host
  /// @returns    [S] the shared vector of them; no copy if it is their beginning
  at::Tensor shared_of(const at::Tensor& all) const;
  std::uint64_t hash() const;  ///< of names, shapes and bits of all tensors

  /// The model as a weights file and back; `public_fingerprint` names the public set that the centres belong
  /// to.
  nn::TensorFile to_file(const std::string& public_fingerprint) const;
  /// Takes the backbone, and the public centres if the file holds some of the same set.
  /// @returns whether public centres were taken
  /// @throws DataError naming `path` and the difference if the file holds another network
  bool take(const nn::TensorFile& file, const std::filesystem::path& path,
            const std::string& public_fingerprint);

 private:
  std::vector<float> all() const;
  void set_all(std::span<const float> all);

  std::shared_ptr<const nn::Backbone> backbone_;
  nn::ParameterSet parameters_;
  at::Tensor public_centres_;
  TensorRoles roles_;
};

/// The centres of public people in a weights file, if it holds those of this very set; else undefined.
/// @param fingerprint  of the public set
at::Tensor public_centres_in(const nn::TensorFile& file, const std::string& fingerprint,
                             std::int64_t identities, std::int64_t dimension);

}  // namespace fedfr::fl
