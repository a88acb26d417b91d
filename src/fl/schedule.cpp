#include "fedfr/fl/schedule.hpp"

#include <algorithm>
#include <utility>

#include "fedfr/fl/rate_curves.hpp"

// Epochs and learning rates of a round. Apart from LibTorch, since the tools that count epochs do not load
// it.
namespace fedfr::fl {

namespace {

/// `rate` times `gamma` as often as `step` fits into `elapsed`, by repeated products as an optimiser's
/// schedule does.
double decayed(double rate, double gamma, int step, int elapsed) {
  for (int drops = step > 0 ? elapsed / step : 0; drops > 0; --drops) rate *= gamma;
  return rate;
}

double rate_of_round(const ScheduleConfig& config, int round) {
  return decayed(config.learning_rate, config.lr_round_gamma, config.lr_round_step, round);
}

/// Of the rounds before this one.
double epochs_before(const ScheduleConfig& config, int round) {
  double sum = 0;
  for (int earlier = 0; earlier < round; ++earlier) sum += epochs_in_round(config, earlier);
  return sum;
}

/// @param epoch  of the curve, from 0
double rate_on_curve(const ScheduleConfig& config, Curve curve, double epoch, double step, double steps) {
  curve.warmup *= steps;
  curve.total *= steps;
  const double k = epoch * steps + step;
  const bool risen = k >= curve.warmup;
  // By epochs the rate is that of the epoch's first step; if the warm-up ends in the epoch, that of its end.
  const double place = risen && !config.by_steps ? std::max(k - step, curve.warmup) : k;
  if (config.curve == RateCurve::cosine) return cosine_rate(place, curve, config.lowest_rate);
  if (config.curve == RateCurve::polynomial) return polynomial_rate(place, curve, config.power);
  std::vector<double> milestones = config.milestones;
  for (double& milestone : milestones) milestone *= steps;
  return multistep_rate(k, curve, config.lr_gamma, milestones);
}

}  // namespace

RoundRates::RoundRates(std::vector<double> of_epochs)
    : epochs_(static_cast<int>(of_epochs.size())),
      rate_([rates = std::move(of_epochs)](int epoch, std::int64_t, std::int64_t) {
        return rates[static_cast<std::size_t>(epoch)];
      }) {}

RoundRates::RoundRates(int epochs, Rate rate) : epochs_(epochs), rate_(std::move(rate)) {}

double RoundRates::at(int epoch, std::int64_t step, std::int64_t steps) const {
  return rate_(std::min(epoch, epochs_ - 1), step, steps);
}

int epochs_in_round(const ScheduleConfig& config, int round) {
  constexpr int fewest = 4;
  if (round == 0 || !config.adaptive_epochs) return config.local_epochs;
  // Later than that 2 round could overflow, and the fewest epochs count anyway.
  const int reduced = round < config.local_epochs ? config.local_epochs - 2 * round : 0;
  return std::max(fewest, reduced);
}

std::vector<double> learning_rates(const ScheduleConfig& config, int round) {
  const int epochs = epochs_in_round(config, round);
  const int step = round > 0 && config.adaptive_epochs ? std::max(1, epochs * 3 / 4) : config.lr_step;
  const double start = rate_of_round(config, round);
  std::vector<double> rates;
  for (int epoch = 0; epoch < epochs; ++epoch) rates.push_back(decayed(start, config.lr_gamma, step, epoch));
  return rates;
}

RoundRates round_rates(const ScheduleConfig& config, int round) {
  const int epochs = epochs_in_round(config, round);
  if (config.curve == RateCurve::step) return {learning_rates(config, round)};
  const bool anew = config.curve_rounds == 0;
  const Curve curve{.base = rate_of_round(config, round),
                    .warmup = config.warmup_epochs,
                    .total = anew ? epochs : epochs_before(config, config.curve_rounds)};
  return {epochs, [=, before = anew ? 0 : epochs_before(config, round)](int epoch, std::int64_t step,
                                                                        std::int64_t steps) {
            return rate_on_curve(config, curve, before + epoch, static_cast<double>(step),
                                 static_cast<double>(steps));
          }};
}

}  // namespace fedfr::fl
