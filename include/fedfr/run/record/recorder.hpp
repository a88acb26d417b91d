#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/progress_bar.hpp"
#include "fedfr/fl/client/local_training.hpp"
#include "fedfr/fl/schedule.hpp"
#include "fedfr/run/record/client_record.hpp"
#include "fedfr/run/record/console.hpp"
#include "fedfr/run/record/evaluation.hpp"
#include "fedfr/run/record/fingerprints.hpp"
#include "fedfr/run/record/metrics_writer.hpp"
#include "fedfr/run/record/numerics.hpp"
#include "fedfr/run/record/profile.hpp"
#include "fedfr/run/record/run_directory.hpp"

namespace fedfr::run {

/// What this rank did in a round.
struct RoundRecord {
  int round = 0;  ///< from 0
  std::int64_t cohort = 0;
  double learning_rate = 0;
  std::vector<ClientRecord> clients;
  double busy_seconds = 0;                     ///< of a rank that trained without a client of its own
  std::vector<eval::ClientScores> own_scores;  ///< of the clients' own models, where the round is evaluated
  std::map<std::string, double> seconds;       ///< by phase
  Stopwatch since_start;
};

/// A place in the middle of a round.
struct Midway {
  int completed_rounds = 0;
  std::int64_t step = 0;  ///< made of the round underway
  std::int64_t steps = 0;
};

/// What the record has to know of the run that it is of.
struct RecordedRun {
  int rounds = 0;
  bool pictures = true;
  Numerics numerics;
  Fingerprints data;
  std::vector<std::string> terms;  ///< of the local objective, in the order of LocalStatistics::terms
  bool mines = false;              ///< clients look for hard negatives
  fl::ScheduleConfig schedule;
};

/// What a run leaves behind for people: lines, metrics, evaluations, pictures. Only rank 0 writes.
class Recorder {
 public:
  /// @param profile  ends with the run, before its last line
  Recorder(RecordedRun run, comm::Communicator& comm, Console& console, const RunPaths& paths,
           Profile& profile);

  /// Opens the metrics. What a run that was cut off wrote after its checkpoint is removed from them; all of
  /// it if the run begins without one. Notes what the following rounds are made with.
  /// @param model_hash  of the model that they start from
  void start_at(std::optional<int> completed_rounds, const std::string& model_hash);
  /// Moves the bar.
  /// @param share_of_round  of this rank's part of it, in [0, 1]
  /// @param round           from 0
  void progress(double share_of_round, int round);

  /// The line and the events of a round. Collective.
  /// @returns the clients of all ranks, by id
  std::vector<ClientRecord> round(const RoundRecord& record, const std::string& model_hash);
  /// The event and the file of an evaluation; before the line of its round, which shows the scores.
  void evaluation(const Evaluation& evaluation);
  /// The line and the event of benchmarks that were looked at in the middle of a round.
  void midway(const Midway& place, const std::vector<BenchmarkScores>& benchmarks);
  /// Makes the metrics durable, before a checkpoint calls their rounds complete.
  void sync();

  /// Tables, pictures, the profile and the last line. Collective.
  /// @param rounds  that the run has made: fewer than were asked for where it stopped early
  void done(int rounds, const std::string& model_hash, const std::filesystem::path& checkpoint);

  Console& console() { return console_; }

 private:
  struct Gathered;
  Gathered gather(const RoundRecord& record) const;
  void write_round(const RoundRecord& record, const Gathered& all, const std::string& model_hash);
  void show_results(int rounds);
  void draw_pictures();
  void write_client_events(int round, const std::vector<ClientRecord>& clients);
  RoundFacts facts(const RoundRecord& record, const Gathered& all) const;

  RecordedRun run_;
  comm::Communicator& comm_;
  Console& console_;
  RunPaths paths_;
  Profile& profile_;
  std::optional<MetricsWriter> metrics_;
  std::unique_ptr<ProgressBar> bar_;
  std::optional<Evaluation> latest_;
  std::vector<NamedNumber> latest_scores_;  ///< for the line of the round
  Stopwatch since_start_;
  int first_round_ = 0;
};

}  // namespace fedfr::run
