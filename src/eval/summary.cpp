#include <algorithm>
#include <cmath>

#include "fedfr/core/error.hpp"
#include "fedfr/eval/identification.hpp"

// Many clients' figures in one: mean, worst and best, and how unequal they are, over the clients for which a
// figure is defined. The clients come in the order of their ids, so the sums do too, and of equal ones the
// first is named.
namespace fedfr::eval {

namespace {

using Points = std::vector<OperatingPoint> PersonalisedScores::*;

void add(Aggregate& total, ClientId client, double value) {
  if (total.clients == 0)
    total = {.mean = 0, .worst = value, .best = value, .worst_client = client, .best_client = client};
  ++total.clients;
  // The running mean, since how many clients have a value is only known at the end.
  total.mean += (value - total.mean) / static_cast<double>(total.clients);
  if (value < total.worst) {
    total.worst = value;
    total.worst_client = client;
  }
  if (value > total.best) {
    total.best = value;
    total.best_client = client;
  }
}

/// @param values  at least one
void add_spread(Aggregate& total, std::vector<double> values) {
  std::ranges::sort(values);
  const auto n = static_cast<double>(values.size());
  const std::size_t tenth = (values.size() + 9) / 10;
  double worst = 0, squares = 0, weighted = 0, sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i < tenth) worst += values[i];
    squares += (values[i] - total.mean) * (values[i] - total.mean);
    // Over all ordered pairs |x - y| adds up to 2 sum (2 i - n + 1) x_i for ascending x, i from 0.
    weighted += (2 * static_cast<double>(i) - n + 1) * values[i];
    sum += values[i];
  }
  total.worst_decile = worst / static_cast<double>(tenth);
  total.deviation = std::sqrt(squares / n);
  if (sum > 0) total.gini = weighted / (n * sum);
}

/// @param figure  of the scores of one client
template <class Figure>
Aggregate aggregate_of(std::span<const ClientScores> clients, const Figure& figure) {
  Aggregate total;
  std::vector<double> values;
  for (const auto& [client, scores] : clients) {
    const double value = figure(scores);
    if (std::isnan(value)) continue;
    add(total, client, value);
    values.push_back(value);
  }
  if (!values.empty()) add_spread(total, std::move(values));
  return total;
}

std::vector<RateAggregate> aggregate(std::span<const ClientScores> clients, Points points) {
  std::vector<RateAggregate> rates;
  for (const auto& point : clients.front().scores.*points)
    rates.push_back({.target = point.target, .fewest_impostors = point.impostors, .resolvable = true});
  for (const auto& [client, scores] : clients) {
    const auto& own = scores.*points;
    if (!std::ranges::equal(own, rates, {}, &OperatingPoint::target, &RateAggregate::target))
      throw UsageError("clients {} and {} were scored at different targets", value(clients.front().client),
                       value(client));
    for (std::size_t i = 0; i < rates.size(); ++i) {
      rates[i].fewest_impostors = std::min(rates[i].fewest_impostors, own[i].impostors);
      rates[i].resolvable = rates[i].resolvable && own[i].resolvable();
    }
  }
  for (std::size_t i = 0; i < rates.size(); ++i)
    rates[i].rate = aggregate_of(
        clients, [&](const PersonalisedScores& scores) { return (scores.*points)[i].true_rate; });
  return rates;
}

}  // namespace

PersonalisedSummary summarise(std::span<const ClientScores> clients) {
  PersonalisedSummary summary;
  if (clients.empty()) return summary;
  summary.clients = std::ssize(clients);
  summary.tar_at_far = aggregate(clients, &PersonalisedScores::tar_at_far);
  summary.tpir_at_fpir = aggregate(clients, &PersonalisedScores::tpir_at_fpir);
  summary.rank1 = aggregate_of(clients, [](const PersonalisedScores& scores) { return scores.rank1; });
  return summary;
}

std::vector<OperatingPoint> mean_roc(std::span<const ClientScores> clients) {
  std::vector<OperatingPoint> curve;
  for (const double rate : curve_rates()) {
    OperatingPoint mean{.target = rate, .true_rate = 0, .false_rate = 0};
    std::int64_t resolving = 0;
    for (const auto& [client, scores] : clients) {
      const auto found = std::ranges::find(scores.roc, rate, &OperatingPoint::target);
      if (found == scores.roc.end()) continue;
      ++resolving;
      // By all clients: the point only counts if every one of them has it.
      mean.true_rate += found->true_rate / static_cast<double>(clients.size());
      mean.false_rate += found->false_rate / static_cast<double>(clients.size());
      mean.impostors += found->impostors;
    }
    if (resolving > 0 && resolving == std::ssize(clients)) curve.push_back(mean);
  }
  return curve;
}

}  // namespace fedfr::eval
