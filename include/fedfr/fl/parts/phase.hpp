#pragma once
#include <functional>
#include <string>

#include "fedfr/fl/parts/tensor_roles.hpp"

namespace fedfr::fl {

/// Kind of part: a stretch of a client's round in which only some tensors learn. Each phase has an optimiser
/// of its own, and its learning rates begin anew. Without one: all tensors learn, all epochs long.
struct Phase {
  int epochs = 0;  ///< 0: those of the schedule; more than it has go on with its last rate
  /// @param name  of a tensor of the backbone, of a private head, or "classifier"
  /// @param role  the heads' and the classifier's is `own`; `frozen` tensors never learn
  std::function<bool(const std::string& name, Role role)> trains = {};  ///< empty: all
};

}  // namespace fedfr::fl
