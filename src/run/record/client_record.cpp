#include "fedfr/run/record/client_record.hpp"

#include <nlohmann/json.hpp>

#include "fedfr/core/json.hpp"
#include "fedfr/eval/report_json.hpp"

// What a client's work was, as JSON and back, since it travels three ways: to rank 0, into the metrics, and
// with the client's state to a later job that takes it over.
namespace fedfr::run {

using Json = nlohmann::json;

Json to_json(const ClientRecord& record) {
  const auto& s = record.statistics;
  return {{"client", value(record.client)},
          {"rank", record.rank},
          {"seconds", record.seconds},
          {"taken_over", record.taken_over},
          {"local_images", s.local_images},
          {"hard_negatives", s.hard_negatives},
          {"steps", s.steps},
          {"images", s.images},
          {"loss", s.loss},
          {"terms", s.terms},
          {"seconds_frozen", s.seconds_frozen},
          {"seconds_mining", s.seconds_mining},
          {"seconds_training", s.seconds_training}};
}

ClientRecord client_record_from(const Json& json) {
  ClientRecord record{.client = ClientId{whole_number<std::int64_t>(json.at("client"))},
                      .rank = whole_number<int>(json.at("rank")),
                      .seconds = json.at("seconds").get<double>(),
                      .taken_over = json.at("taken_over").get<bool>(),
                      .statistics = {}};
  auto& s = record.statistics;
  s.local_images = whole_number<std::int64_t>(json.at("local_images"));
  s.hard_negatives = whole_number<std::int64_t>(json.at("hard_negatives"));
  s.steps = whole_number<std::int64_t>(json.at("steps"));
  s.images = whole_number<std::int64_t>(json.at("images"));
  s.loss = eval::number_from(json.at("loss"));
  for (const auto& term : json.at("terms")) s.terms.push_back(eval::number_from(term));
  s.seconds_frozen = json.at("seconds_frozen").get<double>();
  s.seconds_mining = json.at("seconds_mining").get<double>();
  s.seconds_training = json.at("seconds_training").get<double>();
  return record;
}

std::optional<ClientRecord> record_in_state(std::string_view report, ClientId client, std::size_t terms) {
  try {
    auto record = client_record_from(parse_json(report));
    if (record.client == client && record.statistics.terms.size() == terms) return record;
  } catch (const Json::exception&) {  // damaged, or of a program that wrote it in another way
  }
  return std::nullopt;
}

}  // namespace fedfr::run
