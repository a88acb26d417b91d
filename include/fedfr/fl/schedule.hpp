#pragma once
#include <vector>

namespace fedfr::fl {

struct ScheduleConfig {
  int local_epochs = 10;        ///< E of the first round
  bool adaptive_epochs = true;  ///< fewer epochs in later rounds
  double learning_rate = 1e-3;
  int lr_step = 8;        ///< the rate drops every so many epochs of a round
  double lr_gamma = 0.1;  ///< by this factor
  int lr_round_step = 0;  ///< the rate also drops every so many rounds; 0: never
  double lr_round_gamma = 0.1;
};

/// What a client does in one round: one learning rate for each of its epochs. The released program's rule: E
/// epochs and lr_step in round 0; with adaptive epochs max(4, E - 2 round) epochs afterwards, and drops after
/// every floor(3/4 of those).
std::vector<double> learning_rates(const ScheduleConfig& config, int round);

}  // namespace fedfr::fl
