#pragma once
#include <nlohmann/json_fwd.hpp>

#include "fedfr/eval/figures.hpp"
#include "fedfr/eval/identification.hpp"
#include "fedfr/eval/verification.hpp"

/// Results as JSON for metrics.jsonl, the files of single clients and the exchange between ranks; found by
/// nlohmann's conversions. Rates are shares in [0, 1]; what is undefined is written as null.
namespace fedfr::eval {

/// The reverse of writing a number: JSON has no NaN, nlohmann writes one as null but does not read it back.
double number_from(const nlohmann::json& json);

/// {"target", "rate", "achieved", "threshold", "impostors", "resolvable"}
void to_json(nlohmann::json& json, const OperatingPoint& point);
void from_json(const nlohmann::json& json, OperatingPoint& point);

/// Without the decision on every single pair.
void to_json(nlohmann::json& json, const VerificationScores& scores);
void to_json(nlohmann::json& json, const IdentificationScores& scores);
void to_json(nlohmann::json& json, const Figure& figure);
void to_json(nlohmann::json& json, const FigureList& list);
void to_json(nlohmann::json& json, const PairedDifference& difference);

void to_json(nlohmann::json& json, const PersonalisedScores& scores);
void from_json(const nlohmann::json& json, PersonalisedScores& scores);

/// The scores and "client".
void to_json(nlohmann::json& json, const ClientScores& client);
void from_json(const nlohmann::json& json, ClientScores& client);

void to_json(nlohmann::json& json, const PersonalisedSummary& summary);
void from_json(const nlohmann::json& json, PersonalisedSummary& summary);

}  // namespace fedfr::eval
