#pragma once
#include <nlohmann/json_fwd.hpp>

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
ClientRecord client_record_from(const nlohmann::json& json);

}  // namespace fedfr::run
