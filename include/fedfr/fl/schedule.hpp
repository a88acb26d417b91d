#pragma once
#include <cstdint>
#include <functional>
#include <vector>

namespace fedfr::fl {

enum class RateCurve {
  step,       ///< the released program's: by lr_gamma every lr_step epochs of a round
  multistep,  ///< by lr_gamma at each milestone
  cosine,
  polynomial,
};

struct ScheduleConfig {
  int local_epochs = 10;        ///< E of the first round
  bool adaptive_epochs = true;  ///< fewer epochs in later rounds
  double learning_rate = 1e-3;
  int lr_step = 8;        ///< the rate drops every so many epochs of a round
  double lr_gamma = 0.1;  ///< by this factor
  int lr_round_step = 0;  ///< the rate also drops every so many rounds; 0: never
  double lr_round_gamma = 0.1;

  RateCurve curve = RateCurve::step;
  bool by_steps = false;     ///< cosine and polynomial fall from step to step, or from epoch to epoch
  int curve_rounds = 0;      ///< all but `step` run once over so many rounds; 0: anew in each round
  double warmup_epochs = 0;  ///< at the curve's start, in which the rate rises from step to step
  double lowest_rate = 0;    ///< at the end of cosine
  double power = 1;          ///< of polynomial
  std::vector<double> milestones = {};  ///< in epochs of the curve
};

/// The learning rates of a client in one round. Epochs have as many steps as the client has batches.
class RoundRates {
 public:
  /// @param step   of the epoch, from 0
  /// @param steps  of an epoch
  using Rate = std::function<double(int epoch, std::int64_t step, std::int64_t steps)>;

  RoundRates(std::vector<double> of_epochs);  // NOLINT: a list of rates is one kind of them
  RoundRates(int epochs, Rate rate);

  int epochs() const { return epochs_; }
  /// @param epoch  from 0; beyond the last one that one's rates go on
  double at(int epoch, std::int64_t step, std::int64_t steps) const;

 private:
  int epochs_;
  Rate rate_;
};

/// How many epochs clients train in a round. The released program's rule: E in round 0; with adaptive epochs
/// max(4, E - 2 round) afterwards.
int epochs_in_round(const ScheduleConfig& config, int round);

/// One learning rate for each epoch of a round by RateCurve::step: the released program's rule, with drops
/// every lr_step epochs in round 0, and with adaptive epochs after every floor(3/4 of the epochs) afterwards.
std::vector<double> learning_rates(const ScheduleConfig& config, int round);

/// The learning rates of a round by the curve that is asked for. Where one runs over several rounds, its
/// place follows from the epochs of all rounds before, whether the client took part in them or not, in units
/// of the client's own epochs: so the rates of all clients fall together, however many images they have.
RoundRates round_rates(const ScheduleConfig& config, int round);

}  // namespace fedfr::fl
