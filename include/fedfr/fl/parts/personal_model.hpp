#pragma once
#include <functional>
#include <string>
#include <vector>

#include "fedfr/fl/parts/named_tensors.hpp"
#include "fedfr/nn/parameters.hpp"

namespace fedfr::fl {

/// Kind of part: parameters that a client trains beside the shared ones and keeps under this name. They
/// cannot leave it: no update has a place for them.
struct PrivateHead {
  std::string name;
  /// @returns the parameters for so many identities and dimensions of an embedding
  std::function<std::vector<nn::ParameterSpec>(std::int64_t identities, std::int64_t dimension)> specs;
  /// Before a client's first round, on top of the starts that the specifications name.
  /// @param centres  [n,D] the first class centres of its own identities
  std::function<void(const nn::ParameterSet& head, const at::Tensor& centres)> begin = {};
};

/// Kind of part: how a client's own model embeds; it is scored beside the global model. Without one: with the
/// client's backbone alone.
struct PersonalModel {
  std::string head;  ///< the private head that it needs
  /// @param features  [B,D] of the client's backbone
  /// @returns         [B,D]
  std::function<at::Tensor(const nn::ParameterSet& head, const at::Tensor& features)> embed;
};

}  // namespace fedfr::fl
