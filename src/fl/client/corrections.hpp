#pragma once
#include <functional>
#include <span>
#include <vector>

#include "fedfr/fl/client/client_data.hpp"
#include "fedfr/fl/model.hpp"
#include "fedfr/fl/parts/algorithm.hpp"
#include "fedfr/fl/parts/term.hpp"

namespace fedfr::fl {

/// The row's gradient corrections, bound to the tensors of a client's round.
class Corrections {
 public:
  /// What they are applied to; outlives them.
  struct Tensors {
    const GlobalModel& global;         ///< x
    const nn::ParameterSet& backbone;  ///< y
    const Heads& heads;                ///< y of the public centres, behind the client's own ones
    std::int64_t own_identities;
  };

  Corrections(const Algorithm& row, const Tensors& tensors, const CorrectionInput& input);

  /// Corrects the gradients that there are.
  void operator()() const;

 private:
  std::vector<TrainedTensor> with_gradients() const;

  Tensors tensors_;
  std::vector<SharedTensor> layout_;
  std::vector<std::function<void(std::span<const TrainedTensor>)>> corrections_;
};

}  // namespace fedfr::fl
