#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/eval/figures.hpp"
#include "fedfr/eval/gallery_search.hpp"
#include "fedfr/eval/identification.hpp"
#include "fedfr/eval/verification.hpp"

namespace fedfr::run {

struct BenchmarkScores {
  std::string name;  ///< benchmark_names.hpp
  eval::VerificationScores scores;
};

struct IdentifiedPeople {
  std::string name;  ///< of the dataset
  eval::IdentificationScores scores;
};

/// A template benchmark.
struct TemplateFigures {
  std::string name;  ///< of the dataset
  std::vector<eval::Figure> figures;
  std::vector<eval::Figure> as_insightface;  ///< what its scripts print; empty unless asked for
};

/// All that was measured after one round; round 0 is the start.
struct Evaluation {
  int round = 0;
  std::vector<BenchmarkScores> benchmarks;  ///< of the global model
  std::vector<eval::ClientScores> global;   ///< the personalised protocol with the global model, by client
  std::vector<eval::ClientScores> own;      ///< with the clients' own models; only clients that have one
  std::vector<TemplateFigures> templates{};
  std::vector<IdentifiedPeople> identified{};  ///< 1:N of the global model, where it was asked for
};

/// @returns null if there is none of this name
const BenchmarkScores* benchmark_of(const Evaluation& evaluation, std::string_view name);

/// The event for metrics.jsonl: summaries and curves, without single clients.
nlohmann::json summary_event(const Evaluation& evaluation);

/// `evaluation/round_NNNN.json`: every figure of every client, and which pairs were decided rightly.
std::filesystem::path evaluation_path(const std::filesystem::path& run_folder, int round);
std::string to_text(const Evaluation& evaluation);                           ///< its content, JSON
void save(const std::filesystem::path& path, const Evaluation& evaluation);  ///< @throws DataError
Evaluation load_evaluation(const std::filesystem::path& path);               ///< @throws DataError

Evaluation parse_evaluation(std::string_view text, const std::string& name);  ///< @throws DataError naming it

/// Text tables that compare the start with the end.
/// @param before  may be the same as `after` where there is only one
std::string comparison_tables(const Evaluation& before, const Evaluation& after);

}  // namespace fedfr::run
