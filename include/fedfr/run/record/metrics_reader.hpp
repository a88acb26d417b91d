#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/eval/identification.hpp"
#include "fedfr/run/record/console.hpp"

/// The events of a run. Each has a `time`: when it was written, seconds since the Unix epoch; 0 if by an
/// older version, which did not note it.
namespace fedfr::run {

/// A job that begins a run, or goes on with it.
struct StartEvent {
  int round = 0;                            ///< the first that it makes, from 1
  std::string model_hash;                   ///< of the model that it starts from
  std::map<std::string, std::string> data;  ///< fingerprints by role: clients, public
  double time = 0;
};

/// What one client did in a round.
struct ClientEvent {
  int round = 0;  ///< from 1
  ClientId client{};
  std::int64_t images = 0;          ///< through training steps
  std::int64_t hard_negatives = 0;  ///< 0 without mining
  double loss = 0;                  ///< mean over the steps
  double time = 0;
};

struct RoundEvent {
  int round = 0;  ///< from 1
  std::int64_t cohort = 0;
  std::int64_t images = 0;  ///< through training steps
  double loss = 0;
  std::vector<NamedNumber> terms;
  std::optional<std::int64_t> hard_negatives;  ///< absent without mining
  double learning_rate = 0;
  double seconds = 0;
  std::map<std::string, double> phases;  ///< seconds of the slowest rank
  double idle_share = 0;                 ///< in [0, 1]
  int ranks = 1;
  std::string model_hash;
  double time = 0;
};

struct BenchmarkRates {
  std::string name;
  double accuracy = 0;  ///< in [0, 1]
  std::vector<eval::OperatingPoint> tar_at_far;
};

struct EvaluationEvent {
  int round = 0;                                    ///< 0: the start
  std::vector<BenchmarkRates> benchmarks;           ///< of the global model
  std::optional<eval::PersonalisedSummary> global;  ///< the personalised protocol with the global model
  std::optional<eval::PersonalisedSummary> own;     ///< with the clients' own models
  double time = 0;
};

/// The events of a metrics.jsonl by kind, each kind in the order of the file. Numbers that were not finite
/// are NaN.
struct Metrics {
  std::vector<StartEvent> starts;
  std::vector<ClientEvent> clients;
  std::vector<RoundEvent> rounds;
  std::vector<EvaluationEvent> evaluations;
};

/// Of a million rounds with a client each, or as many clients in fewer rounds.
constexpr std::size_t most_bytes_of_metrics = std::size_t{4} << 30U;
/// Of one event; what JSON takes is a multiple of it.
constexpr std::size_t longest_event = std::size_t{4} << 20U;

/// Events of other kinds are passed over, as is a last line without its end, which is still being written or
/// was torn by a crash.
/// @throws DataError naming file and line of what is no event
Metrics read_metrics(const std::filesystem::path& file);

/// The same for the content of a file.
/// @param name  of the file, for messages
Metrics parse_metrics(std::string_view text, const std::string& name);

/// 0 where an event has none.
/// @throws nlohmann::json::exception if it is no number of a round
int round_of(const nlohmann::json& event);

/// @param line   from 1
/// @param text   without its end
/// @param event  the object on the line; null where there is none, or the line has no end
using LineVisitor = std::function<void(int line, std::string_view text, const nlohmann::json& event)>;

/// The lines of a metrics.jsonl, for what has to keep them as they are.
void for_each_line(std::string_view metrics, const LineVisitor& visit);

}  // namespace fedfr::run
