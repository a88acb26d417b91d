#include "fedfr/eval/intervals/resampled_protocols.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/eval/intervals/resampled_accuracy.hpp"

// From what a protocol was given to weighted figures: people get numbers, scores their owners. What is shared
// by the copies of a function is held by a pointer, since there may be millions of scores.
namespace fedfr::eval {

namespace {

OwnedScore owned(float score, bool genuine, std::int32_t first, std::int32_t second) {
  return {
      .score = score, .first = first, .second = genuine || first == second ? OwnedScore::kNobody : second};
}

/// The first figures by `leading`, the others by `rates`.
template <class Leading>
Resampled led_by(Leading leading, ResampledRates rates, std::int64_t people) {
  const auto parts =
      std::make_shared<const std::pair<Leading, ResampledRates>>(std::move(leading), std::move(rates));
  return {.people = people,
          .figures = Leading::figures + parts->second.size(),
          .of = [parts](std::span<const std::uint32_t> times, std::span<double> figures) {
            parts->first(times, figures.first(Leading::figures));
            parts->second(times, figures.subspan(Leading::figures));
          }};
}

struct LeadingAccuracy {
  static constexpr std::size_t figures = 1;
  void operator()(std::span<const std::uint32_t> times, std::span<double> accuracy) const {
    accuracy.front() = of(times);
  }
  ResampledAccuracy of;
};

/// Shares of the mated probes whose right entry is among the first 1, 5, 10.
class LeadingRanks {
 public:
  static constexpr std::size_t figures = kReportedRanks.size();

  void add(std::int32_t person, std::int64_t rank) { probes_.emplace_back(person, rank); }

  void operator()(std::span<const std::uint32_t> times, std::span<double> shares) const {
    std::array<std::int64_t, kReportedRanks.size()> found{};
    std::int64_t all = 0;
    for (const auto& [person, rank] : probes_) {
      const auto weight = std::int64_t{times[static_cast<std::size_t>(person)]};
      all += weight;
      for (std::size_t r = 0; r < found.size(); ++r) found[r] += rank <= kReportedRanks[r] ? weight : 0;
    }
    for (std::size_t r = 0; r < found.size(); ++r)
      shares[r] = all == 0 ? kUndefined : static_cast<double>(found[r]) / static_cast<double>(all);
  }

 private:
  std::vector<std::pair<std::int32_t, std::int64_t>> probes_;
};

}  // namespace

Resampled resampled_verification(const EmbeddingView& embeddings, std::span<const data::Pair> pairs,
                                 std::span<const std::int32_t> labels, std::span<const double> fars) {
  if (std::ssize(labels) != embeddings.rows())
    throw UsageError("{} embeddings have {} labels: as many are needed", embeddings.rows(), labels.size());
  const auto scored = score_pairs(embeddings, pairs);
  std::vector<std::int64_t> of_pairs;  // both people of each
  for (const auto& pair : pairs)
    for (const auto image : {pair.first, pair.second})
      of_pairs.push_back(labels[static_cast<std::size_t>(image)]);
  const auto people = number_people(of_pairs);
  std::vector<ResampledAccuracy::OwnedPair> owned_pairs;
  std::vector<OwnedScore> genuine, impostor;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto first = people.numbers[2 * i], second = people.numbers[2 * i + 1];
    owned_pairs.push_back({.squared_distance = scored[i].squared_distance,
                           .genuine = pairs[i].genuine,
                           .fold = pairs[i].fold,
                           .first = first,
                           .second = second});
    (pairs[i].genuine ? genuine : impostor)
        .push_back(owned(scored[i].similarity, pairs[i].genuine, first, second));
  }
  return led_by(LeadingAccuracy{ResampledAccuracy(owned_pairs)},
                {std::move(genuine), std::move(impostor), fars}, people.count);
}

Resampled resampled_identification(std::span<const ProbeOutcome> outcomes, const NumberedPeople& people,
                                   std::span<const double> fpirs) {
  if (people.numbers.size() != outcomes.size())
    throw UsageError("{} probes have {} people: as many are needed", outcomes.size(), people.numbers.size());
  LeadingRanks ranks;
  std::vector<OwnedScore> mated, nonmated;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto person = people.numbers[i];
    const bool is_mated = outcomes[i].rank > 0;
    if (is_mated) ranks.add(person, outcomes[i].rank);
    (is_mated ? mated : nonmated).push_back({.score = accepted_score(outcomes[i]), .first = person});
  }
  return led_by(std::move(ranks), {std::move(mated), std::move(nonmated), fpirs}, people.count);
}

Resampled resampled_rates(std::vector<OwnedScore> genuine, std::vector<OwnedScore> impostor,
                          std::int64_t people, std::span<const double> fars) {
  const auto rates = std::make_shared<const ResampledRates>(std::move(genuine), std::move(impostor), fars);
  return {.people = people,
          .figures = rates->size(),
          .of = [rates](std::span<const std::uint32_t> times, std::span<double> figures) {
            (*rates)(times, figures);
          }};
}

Resampled resampled_clients(std::span<const ClientScores> clients) {
  std::vector<std::vector<double>> values;  // of each client, in the order of the figures
  for (const auto& [client, scores] : clients) {
    auto& own = values.emplace_back();
    for (const auto& point : scores.tar_at_far) own.push_back(point.true_rate);
    own.push_back(scores.rank1);
    for (const auto& point : scores.tpir_at_fpir) own.push_back(point.true_rate);
  }
  const auto figures = values.empty() ? 0 : values.front().size();
  return {.people = std::ssize(clients),
          .figures = figures,
          .of = [values = std::move(values)](std::span<const std::uint32_t> times, std::span<double> means) {
            for (std::size_t f = 0; f < means.size(); ++f) {
              double sum = 0, weight = 0;
              for (std::size_t c = 0; c < values.size(); ++c) {
                if (std::isnan(values[c][f])) continue;
                sum += times[c] * values[c][f];
                weight += times[c];
              }
              means[f] = weight > 0 ? sum / weight : kUndefined;
            }
          }};
}

Resampled mean_of(std::vector<Resampled> several) {
  const auto& first = several.front();
  for (const auto& other : several)
    if (other.people != first.people || other.figures != first.figures)
      throw UsageError("the mean of figures needs the same people and figures");
  const auto people = first.people;
  const auto figures = first.figures;
  return {.people = people,
          .figures = figures,
          .of = [several = std::move(several)](std::span<const std::uint32_t> times, std::span<double> mean) {
            std::vector<double> one(mean.size());
            std::ranges::fill(mean, 0.0);
            for (const auto& part : several) {
              part.of(times, one);
              for (std::size_t f = 0; f < mean.size(); ++f)
                mean[f] += one[f] / static_cast<double>(several.size());
            }
          }};
}

Resampled joined(std::vector<Resampled> several) {
  const auto people = several.front().people;
  std::size_t figures = 0;
  for (const auto& part : several) {
    if (part.people != people) throw UsageError("figures of different people cannot be drawn together");
    figures += part.figures;
  }
  return {.people = people,
          .figures = figures,
          .of = [several = std::move(several)](std::span<const std::uint32_t> times, std::span<double> all) {
            for (const auto& part : several) {
              part.of(times, all.first(part.figures));
              all = all.subspan(part.figures);
            }
          }};
}

void add_intervals(VerificationScores& scores, std::span<const Interval> intervals) {
  if (intervals.front().defined()) scores.accuracy_interval = intervals.front();
  for (std::size_t i = 0; i < scores.tar_at_far.size(); ++i) scores.tar_at_far[i].interval = intervals[i + 1];
}

void add_intervals(IdentificationScores& scores, std::span<const Interval> intervals) {
  const auto ranks = scores.rank_intervals.size();
  std::ranges::copy(intervals.first(ranks), scores.rank_intervals.begin());
  for (std::size_t i = 0; i < scores.tpir_at_fpir.size(); ++i)
    scores.tpir_at_fpir[i].interval = intervals[ranks + i];
}

}  // namespace fedfr::eval
