#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "fedfr/fl/server/server.hpp"
#include "fedfr/run/record/fingerprints.hpp"

namespace fedfr::run {

/// The state of a run between two rounds: the server's, which is the global model and what its steps keep,
/// and how many rounds made it. Everything else is either derived from the options or, as private client
/// state, kept by ClientStateStore. A checkpoint is also a weights file; the server's vectors are tensors
/// named `server.NAME`.
struct Checkpoint {
  int completed_rounds = 0;
  std::string model_hash;  ///< 16 hex digits
};

/// A model as it lies in a checkpoint, with how many rounds on which data made it.
nn::TensorFile model_file(const fl::GlobalModel& model, int completed_rounds, const Fingerprints& data);

/// @throws UsageError if a checkpoint was made with other data
void check_checkpoint_data(const std::filesystem::path& path, const nn::TensorFile& file,
                           const Fingerprints& data);

/// A weights file that also tells how many rounds on which data made the model.
void save_model(const std::filesystem::path& path, const fl::GlobalModel& model, int completed_rounds,
                const Fingerprints& data);

/// What such a file tells; 0 for other weights.
int completed_rounds_of(const std::filesystem::path& weights);

/// `round_NNNN.ckpt` files of one folder.
class CheckpointStore {
 public:
  /// @param keep  how many of the newest stay
  CheckpointStore(std::filesystem::path folder, int keep, Fingerprints data);

  /// Durable; of the files up to this round only the newest `keep` stay, and none of later rounds.
  void save(const fl::Server& server, int completed_rounds) const;

  /// Loads the newest valid checkpoint into `server`; damaged ones are passed over with a warning in
  /// `warnings`.
  /// @returns nothing if there is none
  /// @throws UsageError if it was made with other data
  std::optional<Checkpoint> load_newest(fl::Server& server, std::string& warnings) const;

  std::filesystem::path path(int completed_rounds) const;

 private:
  std::filesystem::path folder_;
  int keep_;
  Fingerprints data_;
};

}  // namespace fedfr::run
