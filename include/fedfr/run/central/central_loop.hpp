#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/fl/central/central_trainer.hpp"
#include "fedfr/fl/central/pooled_images.hpp"
#include "fedfr/fl/model.hpp"
#include "fedfr/run/central/central_checkpoint.hpp"
#include "fedfr/run/evaluator.hpp"
#include "fedfr/run/experiment.hpp"
#include "fedfr/run/record/recorder.hpp"
#include "fedfr/run/record/run_directory.hpp"

namespace fedfr::run {

/// Centralized training, from the first step that is not in a checkpoint to the last: what federation starts
/// from, on all ranks of the job. Collective throughout.
class CentralLoop {
 public:
  /// @param model  of the start, without class centres; a checkpoint replaces it
  CentralLoop(const Experiment& experiment, comm::Communicator& comm, fl::GlobalModel model,
              const RunPaths& paths, Recorder& recorder);

  /// @param begun  called on every rank once the newest checkpoint is known to fit, before anything of the
  /// run
  ///               is changed
  /// @throws StopRequested (on all ranks) after SIGTERM or SIGUSR1; a checkpoint holds all complete steps
  void run(const std::function<void()>& begun);

 private:
  struct Round;

  void resume(const std::function<void()>& begun);
  void tell_of_shares();
  void take_centres_of_init();
  void run_round();
  void train_until_boundary(const Round& round);
  void stop(const Round& round);
  void evaluate_midway(const Round& round);
  void evaluate(RoundRecord& record, int completed_rounds);
  void end_round(RoundRecord& record, const Round& round);
  void look_for_gain(const std::vector<BenchmarkScores>& benchmarks);
  void tell_progress(const Round& round, std::int64_t step, double loss);
  fl::GlobalModel& current_model();
  std::string model_hash();
  void checkpoint();
  void save_whole_model(const std::filesystem::path& path);

  const Experiment& experiment_;
  comm::Communicator& comm_;
  RunPaths paths_;
  Recorder& recorder_;
  fl::GlobalModel model_;  // the backbone, brought up to date where it is looked at
  fl::PooledImages images_;
  fl::CentralTrainer trainer_;
  Evaluator evaluator_;
  CentralCheckpoints checkpoints_;
  CentralPlace place_;
  double checkpoint_seconds_ = 0;  // of the last one
  Stopwatch since_line_;
  Stopwatch since_start_;
  std::int64_t images_since_start_ = 0;
};

}  // namespace fedfr::run
