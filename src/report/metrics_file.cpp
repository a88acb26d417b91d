#include "fedfr/report/metrics_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fedfr/core/error.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/eval/report_json.hpp"
#include "fedfr/eval/roc.hpp"

namespace fedfr::report {

using Json = nlohmann::json;

namespace {

using eval::number_from;

RoundEvent round_from(const Json& json) {
  RoundEvent event;
  json.at("round").get_to(event.round);
  json.at("cohort").get_to(event.cohort);
  json.at("images").get_to(event.images);
  event.loss = number_from(json.at("loss"));
  for (const auto& [name, mean] : json.at("terms").items()) event.terms.emplace_back(name, number_from(mean));
  if (!json.at("hard_negatives").is_null())
    event.hard_negatives = json.at("hard_negatives").get<std::int64_t>();
  json.at("learning_rate").get_to(event.learning_rate);
  json.at("seconds").get_to(event.seconds);
  json.at("phases").get_to(event.phases);
  json.at("idle_share").get_to(event.idle_share);
  json.at("ranks").get_to(event.ranks);
  json.at("model_hash").get_to(event.model_hash);
  return event;
}

void add_aggregate(std::vector<NamedNumber>& figures, const std::string& name, const Json& aggregate) {
  for (const char* which : {"mean", "worst", "best"})
    figures.emplace_back(fmt::format("{}/{}", name, which), number_from(aggregate.at(which)));
}

void add_personalised(std::vector<NamedNumber>& figures, const std::string& whose, const Json& json) {
  if (json.is_null()) return;
  const auto& summary = json.at("summary");
  for (const auto& [kind, name] : {std::pair{"tar_at_far", "TAR"}, std::pair{"tpir_at_fpir", "TPIR"}})
    for (const auto& rate : summary.at(kind))
      if (rate.at("resolvable").get<bool>())
        add_aggregate(figures, fmt::format("{}/{}@{:g}", whose, name, rate.at("target").get<double>()), rate);
  add_aggregate(figures, whose + "/rank1", summary.at("rank1"));
}

EvaluationEvent evaluation_from(const Json& json) {
  EvaluationEvent event{.round = json.at("round").get<int>(), .figures = {}};
  for (const auto& benchmark : json.at("benchmarks")) {
    const auto name = benchmark.at("name").get<std::string>();
    event.figures.emplace_back(name + "/accuracy", number_from(benchmark.at("accuracy")));
    for (const auto& rate : benchmark.at("tar_at_far"))
      if (rate.at("resolvable").get<bool>())
        event.figures.emplace_back(fmt::format("{}/TAR@{:g}", name, rate.at("target").get<double>()),
                                   number_from(rate.at("rate")));
  }
  for (const char* whose : {"global", "own"}) add_personalised(event.figures, whose, json.at(whose));
  return event;
}

void add_event(Metrics& metrics, std::string_view line, const std::string& where) {
  try {
    const Json json = Json::parse(line);
    const auto kind = json.at("event").get<std::string>();
    if (kind == "round") metrics.rounds.push_back(round_from(json));
    if (kind == "evaluation") metrics.evaluations.push_back(evaluation_from(json));
  } catch (const Json::exception& e) {
    throw DataError("{} is damaged: {}. Start the run's job again: it removes what a crash has left", where,
                    e.what());
  }
}

}  // namespace

Metrics parse_metrics(std::string_view text, const std::string& name) {
  Metrics metrics;
  text = text.substr(0, text.find_last_of('\n') + 1);
  for (int line = 1; !text.empty(); ++line)
    add_event(metrics, next_part(text, '\n'), fmt::format("{}:{}", name, line));
  return metrics;
}

double figure(const std::vector<NamedNumber>& figures, std::string_view name) {
  const auto found = std::ranges::find(figures, name, &NamedNumber::first);
  return found == figures.end() ? eval::kUndefined : found->second;
}

std::optional<NamedNumber> headline(const EvaluationEvent& evaluation) {
  for (const std::string_view prefix : {"/accuracy", "own/TAR", "global/TAR"})
    for (const auto& entry : evaluation.figures)
      if (entry.first.find(prefix) != std::string::npos && std::isfinite(entry.second)) return entry;
  return std::nullopt;
}

}  // namespace fedfr::report
