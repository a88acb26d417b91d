#pragma once
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "fedfr/core/ids.hpp"
#include "fedfr/fl/client/local_training.hpp"

namespace fedfr::run {

/// What one client did in a round, for the metrics.
struct ClientRecord {
  ClientId client{};
  int rank = 0;
  double seconds = 0;
  bool taken_over = false;  ///< trained before the run was stopped in this round, and not again
  fl::LocalStatistics statistics;
};

nlohmann::json to_json(const ClientRecord& record);
/// @throws nlohmann::json::exception if it is none
ClientRecord client_record_from(const nlohmann::json& json);

/// What a client's state tells of the work that it holds.
/// @param terms  of the objective
/// @returns nothing where it is no record of this client with as many terms, so that it is trained again
std::optional<ClientRecord> record_in_state(std::string_view report, ClientId client, std::size_t terms);

}  // namespace fedfr::run
