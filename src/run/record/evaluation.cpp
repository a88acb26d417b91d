#include "fedfr/run/record/evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/eval/report_json.hpp"
#include "fedfr/eval/tables.hpp"

// One evaluation in two forms: an event in the metrics with summaries and curves, and a file with every
// client and every decision, from which later comparisons are made. Files are read back from disk even within
// one job, so that a resumed run shows what an uninterrupted one would.
namespace fedfr::run {

using Json = nlohmann::json;

namespace {

std::string bits_text(const std::vector<std::uint8_t>& bits) {
  std::string text;
  for (const auto bit : bits) text += bit != 0 ? '1' : '0';
  return text;
}

eval::VerificationScores verification_from(const Json& json) {
  eval::VerificationScores scores;
  scores.genuine_pairs = whole_number<std::int64_t>(json.at("genuine_pairs"));
  scores.impostor_pairs = whole_number<std::int64_t>(json.at("impostor_pairs"));
  scores.accuracy = json.at("accuracy").get<double>();
  scores.one_fold = json.value("one_fold", false);
  scores.accuracy_deviation = json.at("accuracy_deviation").get<double>();
  const auto& interval = json.at("accuracy_interval");
  if (!interval.at(0).is_null())
    scores.accuracy_interval = {interval.at(0).get<double>(), interval.at(1).get<double>()};
  scores.tar_at_far = json.at("tar_at_far").get<std::vector<eval::OperatingPoint>>();
  scores.roc = json.at("roc").get<std::vector<eval::OperatingPoint>>();
  for (const char bit : json.at("correct").get<std::string>()) scores.correct.push_back(bit == '1' ? 1 : 0);
  return scores;
}

Json benchmarks_json(const std::vector<BenchmarkScores>& benchmarks, bool with_decisions) {
  Json list = Json::array();
  for (const auto& benchmark : benchmarks) {
    Json entry = benchmark.scores;
    entry["name"] = benchmark.name;
    if (with_decisions) entry["correct"] = bits_text(benchmark.scores.correct);
    list.push_back(std::move(entry));
  }
  return list;
}

Json personalised_json(const std::vector<eval::ClientScores>& clients) {
  if (clients.empty()) return nullptr;
  return {{"summary", eval::summarise(clients)}, {"roc", eval::mean_roc(clients)}};
}

}  // namespace

Json summary_event(const Evaluation& evaluation) {
  return {{"event", "evaluation"},
          {"round", evaluation.round},
          {"benchmarks", benchmarks_json(evaluation.benchmarks, false)},
          {"global", personalised_json(evaluation.global)},
          {"own", personalised_json(evaluation.own)}};
}

std::filesystem::path evaluation_path(const std::filesystem::path& run_folder, int round) {
  return run_folder / "evaluation" / fmt::format("round_{:04}.json", round);
}

std::string to_text(const Evaluation& evaluation) {
  Json json = {{"round", evaluation.round},
               {"benchmarks", benchmarks_json(evaluation.benchmarks, true)},
               {"global", evaluation.global},
               {"own", evaluation.own}};
  for (const auto& [name, figures, as_insightface] : evaluation.templates)
    json["templates"].push_back({{"name", name}, {"figures", figures}, {"as_insightface", as_insightface}});
  for (const auto& [name, scores] : evaluation.identified) {
    Json entry = scores;
    entry["name"] = name;
    json["identification"].push_back(std::move(entry));
  }
  return json_text(json, 1) + "\n";
}

void save(const std::filesystem::path& path, const Evaluation& evaluation) {
  make_folder(path.parent_path());
  replace_file(path, to_text(evaluation));
}

Evaluation load_evaluation(const std::filesystem::path& path) {
  return parse_evaluation(read_text(path), path.string());
}

Evaluation parse_evaluation(std::string_view text, const std::string& name) {
  try {
    const Json json = parse_json(text);
    Evaluation evaluation{.round = whole_number<int>(json.at("round")),
                          .benchmarks = {},
                          .global = json.at("global").get<std::vector<eval::ClientScores>>(),
                          .own = json.at("own").get<std::vector<eval::ClientScores>>()};
    for (const auto& entry : json.at("benchmarks"))
      evaluation.benchmarks.push_back({entry.at("name").get<std::string>(), verification_from(entry)});
    return evaluation;
  } catch (const Json::exception& e) {
    throw DataError("{} is damaged: {}", name, e.what());
  }
}

const BenchmarkScores* benchmark_of(const Evaluation& evaluation, std::string_view name) {
  const auto found = std::ranges::find(evaluation.benchmarks, name, &BenchmarkScores::name);
  return found == evaluation.benchmarks.end() ? nullptr : &*found;
}

std::string comparison_tables(const Evaluation& before, const Evaluation& after) {
  std::string text;
  for (const auto& now : after.benchmarks) {
    std::vector<eval::GenericRow> rows;
    const auto* then = before.round == after.round ? nullptr : benchmark_of(before, now.name);
    if (then != nullptr) rows.push_back({fmt::format("{}, start", now.name), &then->scores});
    rows.push_back({fmt::format("{}, round {}", now.name, after.round), &now.scores});
    text += eval::generic_table(rows);
    if (then != nullptr) text += eval::describe(eval::compare_verification(then->scores, now.scores)) + "\n";
    text += "\n";
  }
  if (after.global.empty()) return text;
  const auto global = eval::summarise(after.global);
  if (before.round != after.round && !before.global.empty()) {
    text += fmt::format("Personalised protocol: the model of the start and the global model of round {}\n",
                        after.round);
    text += eval::personalised_table(eval::summarise(before.global), global, "start", "global") + "\n";
  }
  if (after.own.empty())
    return before.round == after.round ? text + eval::personalised_table(global, global, "global", "global")
                                       : text;
  text += "Personalised protocol: the global model and the clients' own models\n";
  return text + eval::personalised_table(global, eval::summarise(after.own));
}

}  // namespace fedfr::run
