#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/fl/central/central_trainer.hpp"
#include "fedfr/fl/model.hpp"
#include "fedfr/run/record/fingerprints.hpp"

namespace fedfr::run {

/// How far centralized training has come.
struct CentralPlace {
  int completed_rounds = 0;
  std::int64_t step = 0;  ///< made in the round underway
  // Of the round underway
  double loss = 0;  ///< summed over its steps
  std::int64_t images = 0;
  // Of the best model on the first benchmark
  double best_accuracy = -1;  ///< below 0: there was no evaluation
  int evaluations_since = 0;
  bool stopped_early = false;
};

/// Checkpoints of centralized training, between rounds and in the middle of one: `round_NNNN.ckpt` with what
/// all ranks have alike, which is written anew as the round underway gets on, and the class centres beside
/// it, a file for each block, so that each rank writes and reads its own and another number of ranks can go
/// on.
class CentralCheckpoints {
 public:
  /// @param keep  of how many rounds the newest stay
  CentralCheckpoints(std::filesystem::path folder, int keep, Fingerprints data);

  /// Durable. The blocks come first, and the file that names them only once all ranks have theirs.
  /// Collective.
  /// @param model  the backbone of the trainer
  void save(const fl::GlobalModel& model, const fl::CentralTrainer& trainer, const CentralPlace& place,
            comm::Communicator& comm) const;

  /// Loads the newest checkpoint that is whole on all ranks; damaged ones are passed over with a warning in
  /// `warnings`. Collective.
  /// @returns nothing if there is none
  /// @throws UsageError if it was made with other data, DataError if none of several can be used
  std::optional<CentralPlace> load_newest(fl::GlobalModel& model, fl::CentralTrainer& trainer,
                                          comm::Communicator& comm, std::string& warnings) const;

  std::filesystem::path path(int completed_rounds) const;

 private:
  std::filesystem::path block_path(const CentralPlace& place, std::size_t block) const;
  void forget_older(const CentralPlace& place) const;

  std::filesystem::path folder_;
  int keep_;
  Fingerprints data_;
};

}  // namespace fedfr::run
