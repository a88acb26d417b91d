#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fedfr/run/options/options.hpp"

namespace spdlog {
class logger;
}

/// What a run prints. The lines are made by functions of plain facts; the console only carries them.
namespace fedfr::run {

/// Rank 0 writes to standard output and the log file. The other ranks only warn, on standard error, by their
/// number.
class Console {
 public:
  /// @param level  debug, info or warning: the least that is printed
  Console(int rank, const std::string& level);
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;
  ~Console();

  /// From now on rank 0 appends its lines to this file too, with their time. Does nothing on other ranks.
  /// @throws DataError if it cannot be opened
  void log_to(const std::filesystem::path& file);

  void debug(const std::string& text);
  void info(const std::string& text);
  void warning(const std::string& text);

 private:
  void print(int level, const std::string& text);

  int rank_;
  bool output_is_lost_ = false;
  std::shared_ptr<spdlog::logger> before_;  // the default logger to give back
  std::shared_ptr<spdlog::logger> logger_;
};

using NamedText = std::pair<std::string, std::string>;
using NamedNumber = std::pair<std::string, double>;

struct BannerFacts {
  std::vector<NamedText> libraries;  ///< {"mpi", "Open MPI 4.1.4"}, ...
  int ranks = 1;
  int hosts = 1;
  int threads = 1;         ///< a rank
  std::string host;        ///< of rank 0
  std::string device;      ///< of rank 0: "cpu", or the GPU's name
  std::string processors;  ///< of rank 0: what it may use, and how its threads wait; empty: not said
  std::string model;       ///< for example "sphere20 x1, 112x112 -> 512"
  std::int64_t parameters = 0;
  std::string start;                ///< where the weights come from
  std::vector<NamedText> datasets;  ///< {"clients", "data/a: 40 clients, 4,000 images, fingerprint ..."}
  std::string leaves_client;        ///< what each client sends
};

/// Facts first, each line with a `#`, then the options that differ from the defaults, as a job file reads
/// them.
std::string banner(const BannerFacts& facts, const Options& options);

struct RoundFacts {
  int round = 0;  ///< from 1
  int rounds = 0;
  std::int64_t cohort = 0;  ///< clients
  std::int64_t images = 0;  ///< through training steps
  double loss = 0;
  std::vector<NamedNumber> terms;              ///< of the loss, unweighted
  std::optional<std::int64_t> hard_negatives;  ///< in all clients; absent without mining
  double learning_rate = 0;                    ///< of the first epoch
  double seconds = 0;                          ///< of the whole round
  std::vector<NamedNumber> phases;             ///< seconds of the slowest rank
  double idle_share = 0;                       ///< of all ranks' time, spent waiting for others, in [0, 1]
  std::vector<NamedNumber> scores;             ///< {"TAR@1e-4", 0.88}, ...; empty without an evaluation
  double seconds_left = 0;                     ///< in the whole run, estimated
};

/// The one line of a round.
std::string round_line(const RoundFacts& facts);

struct DoneFacts {
  std::string model_hash;  ///< 16 hexadecimal digits
  int rounds = 0;
  double seconds = 0;         ///< of this job
  double peak_memory_mb = 0;  ///< of the largest rank
  std::filesystem::path checkpoint;
  std::filesystem::path output;
};

/// The last line of a run that succeeded, and of no other.
std::string done_line(const DoneFacts& facts);

std::string with_commas(std::int64_t number);  ///< 81204 -> "81,204"
std::string duration_text(double seconds);     ///< "4.2 s", "3 min 20 s", "2 h 05 min"

}  // namespace fedfr::run
