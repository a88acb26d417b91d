#include "fedfr/eval/report_json.hpp"

#include "fedfr/core/json.hpp"

// Results as JSON and back, both directions of a type side by side: a field that is added to one belongs into
// the other. What is read may have been written by anybody, so numbers are checked for what tables and
// pictures need of them.
namespace fedfr::eval {

using Json = nlohmann::json;

double number_from(const Json& json) { return json.is_null() ? kUndefined : json.get<double>(); }

namespace {

Json interval_json(const Interval& interval) { return {interval.low, interval.high}; }

Interval interval_from(const Json& json) {
  return {.low = number_from(json.at(0)), .high = number_from(json.at(1))};
}

Json aggregate_json(const Aggregate& aggregate) {
  return {{"mean", aggregate.mean},
          {"worst", aggregate.worst},
          {"worst_client", value(aggregate.worst_client)},
          {"best", aggregate.best},
          {"best_client", value(aggregate.best_client)},
          {"worst_decile", aggregate.worst_decile},
          {"deviation", aggregate.deviation},
          {"gini", aggregate.gini},
          {"clients", aggregate.clients}};
}

Json rates_json(const std::vector<RateAggregate>& rates) {
  Json list = Json::array();
  for (const auto& rate : rates) {
    Json entry = aggregate_json(rate.rate);
    entry["target"] = rate.target;
    entry["fewest_impostors"] = rate.fewest_impostors;
    entry["resolvable"] = rate.resolvable;
    list.push_back(std::move(entry));
  }
  return list;
}

/// A rate that was aimed at; tables print its logarithm and its reciprocal.
double rate_from(const Json& json) {
  const auto rate = json.get<double>();
  if (!(rate > 0 && rate <= 1)) throw JsonError("a rate is not in (0, 1]");
  return rate;
}

/// What records of earlier versions lack is undefined.
double optional_number(const Json& json, const char* name) {
  return json.contains(name) ? number_from(json.at(name)) : kUndefined;
}

Aggregate aggregate_from(const Json& json) {
  return {.mean = number_from(json.at("mean")),
          .worst = number_from(json.at("worst")),
          .best = number_from(json.at("best")),
          .worst_decile = optional_number(json, "worst_decile"),
          .deviation = optional_number(json, "deviation"),
          .gini = optional_number(json, "gini"),
          .worst_client = ClientId{whole_number<std::int64_t>(json.at("worst_client"))},
          .best_client = ClientId{whole_number<std::int64_t>(json.at("best_client"))},
          .clients = whole_number<std::int64_t>(json.at("clients"))};
}

std::vector<RateAggregate> rates_from(const Json& json) {
  std::vector<RateAggregate> rates;
  for (const auto& entry : json)
    rates.push_back({.target = rate_from(entry.at("target")),
                     .rate = aggregate_from(entry),
                     .fewest_impostors = whole_number<std::int64_t>(entry.at("fewest_impostors")),
                     .resolvable = entry.at("resolvable").get<bool>()});
  return rates;
}

}  // namespace

void to_json(Json& json, const OperatingPoint& point) {
  json = {{"target", point.target},       {"rate", point.true_rate},      {"achieved", point.false_rate},
          {"threshold", point.threshold}, {"impostors", point.impostors}, {"resolvable", point.resolvable()}};
  if (point.interval.defined()) json["interval"] = interval_json(point.interval);
}

void from_json(const Json& json, OperatingPoint& point) {
  point = {.target = rate_from(json.at("target")),
           .true_rate = number_from(json.at("rate")),
           .false_rate = number_from(json.at("achieved")),
           .threshold = number_from(json.at("threshold")),
           .impostors = whole_number<std::int64_t>(json.at("impostors"))};
  if (json.contains("interval")) point.interval = interval_from(json.at("interval"));
}

void to_json(Json& json, const VerificationScores& scores) {
  json = {{"genuine_pairs", scores.genuine_pairs},
          {"impostor_pairs", scores.impostor_pairs},
          {"accuracy", scores.accuracy},
          {"accuracy_deviation", scores.accuracy_deviation},
          {"accuracy_interval", interval_json(scores.accuracy_interval)},
          {"tar_at_far", scores.tar_at_far},
          {"roc", scores.roc},
          {"folds", Json::array()}};
  if (scores.one_fold) json["one_fold"] = true;
  for (const auto& fold : scores.folds)
    json["folds"].push_back({{"fold", fold.fold},
                             {"pairs", fold.pairs},
                             {"threshold", fold.threshold},
                             {"accuracy", fold.accuracy}});
}

void to_json(Json& json, const IdentificationScores& scores) {
  json = {{"entries", scores.entries},
          {"mated_probes", scores.mated_probes},
          {"nonmated_probes", scores.nonmated_probes},
          {"rank1", scores.rank1},
          {"cumulative_match", scores.cumulative_match},
          {"tpir_at_fpir", scores.tpir_at_fpir},
          {"curve", scores.curve}};
  for (std::size_t r = 0; r < kReportedRanks.size(); ++r)
    json["rank_intervals"].push_back(
        {{"rank", kReportedRanks[r]}, {"interval", interval_json(scores.rank_intervals[r])}});
}

void to_json(Json& json, const Figure& figure) {
  json = {{"name", figure.name},
          {"value", figure.value},
          {"interval", interval_json(figure.interval)},
          {"deviation", figure.deviation},
          {"trials", figure.trials}};
}

void to_json(Json& json, const FigureList& list) {
  json = {{"dataset", list.dataset}, {"model", list.model}, {"figures", list.figures}};
}

void to_json(Json& json, const PairedDifference& difference) {
  json = {{"difference", difference.difference},
          {"interval", interval_json(difference.interval)},
          {"only_before", difference.only_before},
          {"only_after", difference.only_after}};
}

void to_json(Json& json, const PersonalisedScores& scores) {
  json = {{"own_probes", scores.own_probes},
          {"other_probes", scores.other_probes},
          {"identities", scores.identities},
          {"genuine_pairs", scores.genuine_pairs},
          {"impostor_pairs", scores.impostor_pairs},
          {"tar_at_far", scores.tar_at_far},
          {"roc", scores.roc},
          {"rank1", scores.rank1},
          {"cumulative_match", scores.cumulative_match},
          {"tpir_at_fpir", scores.tpir_at_fpir}};
}

void from_json(const Json& json, PersonalisedScores& scores) {
  scores.own_probes = whole_number<std::int64_t>(json.at("own_probes"));
  scores.other_probes = whole_number<std::int64_t>(json.at("other_probes"));
  scores.identities = whole_number<std::int64_t>(json.at("identities"));
  scores.genuine_pairs = whole_number<std::int64_t>(json.at("genuine_pairs"));
  scores.impostor_pairs = whole_number<std::int64_t>(json.at("impostor_pairs"));
  json.at("tar_at_far").get_to(scores.tar_at_far);
  json.at("roc").get_to(scores.roc);
  scores.rank1 = number_from(json.at("rank1"));
  scores.cumulative_match.clear();
  for (const auto& share : json.at("cumulative_match")) scores.cumulative_match.push_back(number_from(share));
  json.at("tpir_at_fpir").get_to(scores.tpir_at_fpir);
}

void to_json(Json& json, const ClientScores& client) {
  json = client.scores;
  json["client"] = value(client.client);
}

void from_json(const Json& json, ClientScores& client) {
  client.client = ClientId{whole_number<std::int64_t>(json.at("client"))};
  json.get_to(client.scores);
}

void to_json(Json& json, const PersonalisedSummary& summary) {
  json = {{"clients", summary.clients},
          {"tar_at_far", rates_json(summary.tar_at_far)},
          {"rank1", aggregate_json(summary.rank1)},
          {"tpir_at_fpir", rates_json(summary.tpir_at_fpir)}};
}

void from_json(const Json& json, PersonalisedSummary& summary) {
  summary = {.clients = whole_number<std::int64_t>(json.at("clients")),
             .tar_at_far = rates_from(json.at("tar_at_far")),
             .rank1 = aggregate_from(json.at("rank1")),
             .tpir_at_fpir = rates_from(json.at("tpir_at_fpir"))};
}

}  // namespace fedfr::eval
