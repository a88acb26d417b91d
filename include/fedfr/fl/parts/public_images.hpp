#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fedfr/fl/parts/named_tensors.hpp"

namespace fedfr::fl {

/// Embeddings of the public images, with their lengths, which are the same for every client of a round.
struct Candidates {
  at::Tensor features;  ///< [N,D]
  at::Tensor lengths;   ///< [N]
};

/// Kind of part: which public images join a client's own for a round. Without one: none.
struct PublicImages {
  std::string name;
  /// Chooses by what the global model sees: `choose` gets embeddings. Otherwise they are undefined, and every
  /// public image may be meant.
  bool by_similarity = false;
  /// @param own      [n,D] of the client's own images, of unit length
  /// @param publics  [N,D] with their lengths
  /// @param count    N
  /// @returns        ascending indices of public images
  std::function<std::vector<std::int64_t>(const at::Tensor& own, const Candidates& publics,
                                          std::int64_t count)>
      choose;
};

}  // namespace fedfr::fl
