#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "fedfr/core/file.hpp"
#include "fedfr/core/ids.hpp"
#include "fedfr/fl/client_update.hpp"
#include "fedfr/fl/parts/named_tensors.hpp"
#include "fedfr/nn/tensor_file.hpp"

namespace fedfr::fl {

/// What a client keeps for itself from round to round, on the CPU: its class centres and its backbone (see
/// `kept`), and what the parts of the row name. Nothing else needs to know what there is.
using PrivateState = NamedTensors;

/// All that is left of a client's work in a round: enough to go on as if it had just been done.
struct FinishedClient {
  PrivateState state;
  ClientUpdate update;
  std::string report;  ///< what the caller wants to know of it later, any text
};

/// Private states of all clients in one file, whatever their number. Each client has three slots of the same
/// size at a place that follows from its id: the state that belongs to the last checkpoint, the one before it
/// (should that checkpoint turn out to be damaged), and the round at work. So ranks never write to the same
/// place, nothing is moved or cleaned up, and what is loaded or saved costs the same for any number of
/// clients. Slots that were never written take no space on a file system with sparse files.
///
/// A killed process leaves at most a slot that says of itself that it is incomplete. What a crash of the
/// machine may take are only states that `sync` has not seen.
class ClientStateStore {
 public:
  /// Touches nothing on disk.
  /// @param clients       C; ids are below it
  /// @param tensor_bytes  the most that the tensors of a FinishedClient can have. Where its shared vector
  ///                      begins with the backbone that its state holds, which it does unless a part of that
  ///                      is private, the backbone is written, and counts, once
  ClientStateStore(std::filesystem::path folder, std::int64_t clients, std::int64_t tensor_bytes);

  /// Makes the file for others to open; by one process, before all others.
  /// @param anew  forget all states, where there are any
  /// @throws DataError unless `anew`, if the file is missing (clients would start again without what they
  ///         learned, and nobody would know) or was made for other clients or another model
  void prepare(bool anew) const;

  /// The newest state that the client had when `completed_rounds` rounds were complete; nothing for a new
  /// client. States of later rounds, left by a run that was cut off, are passed over.
  /// @throws DataError naming file and client if it is damaged; also if all slots hold later rounds, since
  ///         the state that belongs to this one is then lost
  std::optional<PrivateState> load(ClientId client, int completed_rounds) const;

  /// @param completed_rounds  how many rounds will be complete once this one is
  /// @param attempt           whatever must be equal for `load_finished` to accept the result: options, data,
  ///                          the model at the round's start
  /// @throws DataError naming the file, for example on a full disk; older states stay
  void save(ClientId client, int completed_rounds, std::uint64_t attempt, const FinishedClient& finished);

  /// Whether `load_finished` has something to load; reads no tensors.
  bool has_finished(ClientId client, int completed_rounds, std::uint64_t attempt) const;
  /// What `save` saved; nothing if it did not come to its end or is damaged, for then the client can simply
  /// be trained again.
  std::optional<FinishedClient> load_finished(ClientId client, int completed_rounds,
                                              std::uint64_t attempt) const;

  /// From now on the client has not finished: what `load_finished` could not load must not count at the next
  /// start either.
  void forget_finished(ClientId client, int completed_rounds, std::uint64_t attempt);

  /// Makes what this process has saved outlive a crash of the machine.
  void sync();

 private:
  static constexpr int slots = 3;
  struct Slot;

  std::array<Slot, slots> read_slots(const FileDescriptor& file, ClientId client) const;
  nn::TensorFile read(const FileDescriptor& file, const Slot& slot) const;
  FileDescriptor open(int flags) const;
  std::string description() const;

  std::filesystem::path path_;
  std::int64_t clients_;
  std::int64_t slot_bytes_;
  bool unsynced_ = false;
};

}  // namespace fedfr::fl
