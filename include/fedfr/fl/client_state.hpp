#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>

#include "fedfr/core/ids.hpp"

namespace fedfr::fl {

/// What a client keeps for itself from round to round. All tensors lie on the CPU.
struct PrivateState {
  at::Tensor local_centres;  ///< [n,D] class centres of its own identities
  at::Tensor dfc;            ///< flat parameters of the private branch; undefined without DFC
  at::Tensor backbone;       ///< [P] its backbone after its last round; undefined before the first
};

/// The private state of all clients on disk. Each client has two slots that are written in turn, so that the
/// state that belongs to the last checkpoint survives a crash at any instant of the next round.
class ClientStateStore {
 public:
  struct Loaded {
    PrivateState state;
    int slot = -1;
  };

  explicit ClientStateStore(std::filesystem::path folder);

  /// The newest state that the client had when `completed_rounds` rounds were complete; nothing for a new
  /// client. States of later rounds, left by a run that was cut off, are passed over.
  /// @throws DataError naming the file if it is damaged; also if both slots hold later rounds, since the
  /// state
  ///   that belongs to this one is then lost
  std::optional<Loaded> load(ClientId client, int completed_rounds) const;

  /// @param completed_rounds  how many rounds will be complete once this one is
  /// @param occupied          the slot that `load` returned, which must survive; -1 for none
  void save(ClientId client, int completed_rounds, const PrivateState& state, int occupied) const;

 private:
  std::filesystem::path path(ClientId client, int slot) const;

  std::filesystem::path folder_;
};

}  // namespace fedfr::fl
