#include "fedfr/run/record/metrics_reader.hpp"

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/eval/report_json.hpp"

// Events of metrics.jsonl as structs. Kinds that are not known are passed over, so that older programs read
// newer runs; a known kind is checked field by field, since the file may be anybody's.
namespace fedfr::run {

using Json = nlohmann::json;

namespace {

using eval::number_from;

double time_of(const Json& json) { return json.value("time", 0.0); }

/// Null where there is none.
Json object_on(std::string_view line) {
  if (line.size() > longest_event) return {};
  try {
    Json event = parse_json(line);
    return event.is_object() ? event : Json();
  } catch (const Json::exception&) {
    return {};
  }
}

/// Runs of older versions do not tell all of it.
StartEvent start_from(const Json& json) {
  return {.round = round_of(json),
          .model_hash = json.value("model_hash", ""),
          .data = json.value("data", std::map<std::string, std::string>()),
          .time = time_of(json)};
}

ClientEvent client_from(const Json& json) {
  return {.round = round_of(json),
          .client = ClientId{whole_number<std::int64_t>(json.at("client"))},
          .images = whole_number<std::int64_t>(json.at("images")),
          .hard_negatives = whole_number<std::int64_t>(json.at("hard_negatives")),
          .loss = number_from(json.at("loss")),
          .time = time_of(json)};
}

RoundEvent round_from(const Json& json) {
  RoundEvent event;
  event.round = round_of(json);
  event.cohort = whole_number<std::int64_t>(json.at("cohort"));
  event.images = whole_number<std::int64_t>(json.at("images"));
  event.loss = number_from(json.at("loss"));
  for (const auto& [name, mean] : json.at("terms").items()) event.terms.emplace_back(name, number_from(mean));
  if (!json.at("hard_negatives").is_null())
    event.hard_negatives = whole_number<std::int64_t>(json.at("hard_negatives"));
  json.at("learning_rate").get_to(event.learning_rate);
  json.at("seconds").get_to(event.seconds);
  json.at("phases").get_to(event.phases);
  json.at("idle_share").get_to(event.idle_share);
  event.ranks = whole_number<int>(json.at("ranks"));
  json.at("model_hash").get_to(event.model_hash);
  event.time = time_of(json);
  return event;
}

std::optional<eval::PersonalisedSummary> summary_from(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return json.at("summary").get<eval::PersonalisedSummary>();
}

EvaluationEvent evaluation_from(const Json& json) {
  EvaluationEvent event{.round = round_of(json),
                        .benchmarks = {},
                        .global = summary_from(json.at("global")),
                        .own = summary_from(json.at("own")),
                        .time = time_of(json)};
  for (const auto& entry : json.at("benchmarks"))
    event.benchmarks.push_back(
        {.name = entry.at("name").get<std::string>(),
         .accuracy = number_from(entry.at("accuracy")),
         .tar_at_far = entry.at("tar_at_far").get<std::vector<eval::OperatingPoint>>()});
  return event;
}

void add_event(Metrics& metrics, const Json& json) {
  const auto kind = json.at("event").get<std::string>();
  if (kind == "start") metrics.starts.push_back(start_from(json));
  if (kind == "client") metrics.clients.push_back(client_from(json));
  if (kind == "round") metrics.rounds.push_back(round_from(json));
  if (kind == "evaluation") metrics.evaluations.push_back(evaluation_from(json));
}

}  // namespace

int round_of(const Json& event) {
  const auto found = event.find("round");
  if (found == event.end()) return 0;
  const auto round = whole_number<int>(*found);
  if (round < 0) throw JsonError("a round is below 0");
  return round;
}

Metrics parse_metrics(std::string_view text, const std::string& name) {
  Metrics metrics;
  // What follows the last line end is still being written, or was torn by a crash.
  const auto whole_lines = text.substr(0, text.find_last_of('\n') + 1);
  for_each_line(whole_lines, [&](int line, std::string_view, const Json& event) {
    if (event.is_null())
      throw DataError(
          "{}:{} is damaged: it is no JSON object. Start the run's job again: it removes what a crash has "
          "left",
          name, line);
    try {
      add_event(metrics, event);
    } catch (const Json::exception& e) {
      throw DataError("{}:{} is no event that fedfr writes: {}", name, line, e.what());
    }
  });
  return metrics;
}

Metrics read_metrics(const std::filesystem::path& file) {
  return parse_metrics(read_text(file, most_bytes_of_metrics), file.string());
}

void for_each_line(std::string_view metrics, const LineVisitor& visit) {
  for (int line = 1; !metrics.empty(); ++line) {
    const bool ended = metrics.find('\n') != std::string_view::npos;
    const auto text = next_part(metrics, '\n');
    visit(line, text, ended ? object_on(text) : Json());
  }
}

}  // namespace fedfr::run
