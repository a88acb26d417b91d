#include "fedfr/fl/schedule.hpp"

#include <algorithm>

// Epochs and learning rates of a round, by the released program's rule (schedule.hpp). Apart from LibTorch,
// since the tools that count epochs do not load it.
namespace fedfr::fl {

namespace {

/// `rate` times `gamma` as often as `step` fits into `elapsed`, by repeated products as an optimiser's
/// schedule does.
double decayed(double rate, double gamma, int step, int elapsed) {
  for (int drops = step > 0 ? elapsed / step : 0; drops > 0; --drops) rate *= gamma;
  return rate;
}

}  // namespace

std::vector<double> learning_rates(const ScheduleConfig& config, int round) {
  constexpr int fewest = 4;
  int epochs = config.local_epochs;
  int step = config.lr_step;
  if (round > 0 && config.adaptive_epochs) {
    // Later than that 2 round could overflow, and the fewest epochs count anyway.
    const int reduced = round < config.local_epochs ? config.local_epochs - 2 * round : 0;
    epochs = std::max(fewest, reduced);
    step = std::max(1, epochs * 3 / 4);
  }
  const double start = decayed(config.learning_rate, config.lr_round_gamma, config.lr_round_step, round);
  std::vector<double> rates;
  for (int epoch = 0; epoch < epochs; ++epoch) rates.push_back(decayed(start, config.lr_gamma, step, epoch));
  return rates;
}

}  // namespace fedfr::fl
