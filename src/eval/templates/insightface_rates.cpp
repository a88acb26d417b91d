#include "fedfr/eval/templates/insightface_rates.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "fedfr/core/error.hpp"
#include "fedfr/eval/similarity.hpp"

// What the usual scripts print, departures from the protocol included; nothing here is meant to be better.
// 1:1: scikit-learn's roc_curve, of which points on a straight line are dropped, read from the largest FAR
// down. 1:N: the threshold is the ceil(FAR * probes)-th largest of all scores with a wrong entry.
namespace fedfr::eval {

namespace {

struct Counted {
  std::int64_t false_accepts = 0;
  std::int64_t true_accepts = 0;
};

/// After each different score, from the largest down.
std::vector<Counted> count_by_threshold(std::span<const float> genuine, std::span<const float> impostor) {
  std::vector<std::pair<float, bool>> scores;
  for (const float score : genuine) scores.emplace_back(score, true);
  for (const float score : impostor) scores.emplace_back(score, false);
  std::ranges::sort(scores, std::greater<>{}, &std::pair<float, bool>::first);
  std::vector<Counted> curve;
  Counted sum;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    ++(scores[i].second ? sum.true_accepts : sum.false_accepts);
    if (i + 1 == scores.size() || scores[i + 1].first != scores[i].first) curve.push_back(sum);
  }
  return curve;
}

/// Whether a point lies on the line between its neighbours, with equal steps to both.
bool continues_line(const Counted& before, const Counted& point, const Counted& after) {
  return point.false_accepts - before.false_accepts == after.false_accepts - point.false_accepts &&
         point.true_accepts - before.true_accepts == after.true_accepts - point.true_accepts;
}

std::vector<Counted> without_lines(const std::vector<Counted>& curve) {
  std::vector<Counted> kept{{}};
  for (std::size_t i = 0; i < curve.size(); ++i)
    if (i == 0 || i + 1 == curve.size() || !continues_line(curve[i - 1], curve[i], curve[i + 1]))
      kept.push_back(curve[i]);
  return kept;
}

}  // namespace

std::vector<double> insightface_tar_at_far(std::span<const float> genuine, std::span<const float> impostor,
                                           std::span<const double> fars) {
  if (genuine.empty() || impostor.empty()) return std::vector(fars.size(), kUndefined);
  const auto curve = without_lines(count_by_threshold(genuine, impostor));
  std::vector<double> rates;
  for (const double far : fars) {
    double nearest = kUndefined, rate = kUndefined;
    for (std::size_t i = curve.size(); i-- > 0;) {
      const double gap =
          std::abs(static_cast<double>(curve[i].false_accepts) / static_cast<double>(impostor.size()) - far);
      if (!std::isnan(nearest) && gap >= nearest) continue;
      nearest = gap;
      rate = static_cast<double>(curve[i].true_accepts) / static_cast<double>(genuine.size());
    }
    rates.push_back(rate);
  }
  return rates;
}

namespace {

struct Union {
  std::vector<std::int64_t> ids;
  std::map<std::int64_t, std::size_t> row_of_subject;
};

Union both_galleries(const TemplateSearch& search) {
  Union all;
  for (const auto& gallery : search.galleries)
    for (const auto& [id, subject] : gallery) {
      if (!all.row_of_subject.emplace(subject, all.ids.size()).second)
        throw DataError("subject {} is in both galleries, or in one twice: the script has no case for it",
                        subject);
      all.ids.push_back(id);
    }
  return all;
}

/// The largest scores of a probe with a wrong entry, as many as any threshold needs.
class WrongScores {
 public:
  explicit WrongScores(std::size_t kept) : kept_(kept) {}

  void add(float score) {
    if (scores_.size() == kept_ && !(score > scores_.front())) return;
    if (scores_.size() == kept_) {
      std::ranges::pop_heap(scores_, std::greater<>{});
      scores_.pop_back();
    }
    scores_.push_back(score);
    std::ranges::push_heap(scores_, std::greater<>{});
  }
  std::vector<float> descending() && {
    std::ranges::sort(scores_, std::greater<>{});
    return std::move(scores_);
  }

 private:
  std::size_t kept_;
  std::vector<float> scores_;  // a heap with the smallest first
};

/// What the script keeps of the scores of all probes with all entries.
struct Tally {
  explicit Tally(std::size_t most_wrong) : wrong(most_wrong) {}

  void add(std::span<const float> products, std::size_t right) {
    std::int64_t larger = 0;
    for (std::size_t entry = 0; entry < products.size(); ++entry) {
      if (entry == right) continue;
      wrong.add(products[entry]);
      larger += products[entry] > products[right] ? 1 : 0;
    }
    larger_than_right.push_back(larger);
    right_scores.push_back(products[right]);
  }
  double share_within(std::int64_t depth) const {
    const auto found = std::ranges::count_if(larger_than_right, [=](auto larger) { return larger < depth; });
    return static_cast<double>(found) / static_cast<double>(larger_than_right.size());
  }
  double share_above(float threshold) const {
    const auto found = std::ranges::count_if(right_scores, [=](float score) { return score > threshold; });
    return static_cast<double>(found) / static_cast<double>(right_scores.size());
  }

  WrongScores wrong;
  std::vector<float> right_scores;
  std::vector<std::int64_t> larger_than_right;
};

std::size_t place_of(double far, std::size_t probes) {
  return static_cast<std::size_t>(std::ceil(far * static_cast<double>(probes)));
}

Tally tally(const PooledTemplates& templates, const TemplateSearch& search, std::size_t most_wrong) {
  const auto all = both_galleries(search);
  std::vector<std::int64_t> probe_ids;
  std::vector<std::size_t> right;
  for (const auto& [id, subject] : search.probes) {
    const auto found = all.row_of_subject.find(subject);
    if (found == all.row_of_subject.end())
      throw DataError("subject {} of probe {} is in neither gallery: the script has no case for it", subject,
                      id);
    probe_ids.push_back(id);
    right.push_back(found->second);
  }
  const auto dimension = templates.view().dimension();
  const auto probes = templates.rows_of(probe_ids);
  const auto entries = templates.rows_of(all.ids);
  Tally all_scores(most_wrong);
  for_each_similarity_row({probes, dimension}, {entries, dimension},
                          [&](std::int64_t i, std::span<const float> products) {
                            all_scores.add(products, right[static_cast<std::size_t>(i)]);
                          });
  return all_scores;
}

}  // namespace

InsightfaceIdentification insightface_identification(const PooledTemplates& templates,
                                                     const TemplateSearch& search,
                                                     std::span<const double> fars) {
  const auto probes = search.probes.size();
  std::size_t deepest = 1;
  for (const double far : fars) deepest = std::max(deepest, place_of(far, probes));
  auto scores = tally(templates, search, deepest);
  InsightfaceIdentification result{.top1 = scores.share_within(1),
                                   .top5 = scores.share_within(5),
                                   .top10 = scores.share_within(10),
                                   .rate_at_far = {}};
  const auto wrong = std::move(scores.wrong).descending();
  for (const double far : fars) {
    const auto place = place_of(far, probes);
    const bool known = place > 0 && place <= wrong.size();
    result.rate_at_far.emplace_back(far, known ? scores.share_above(wrong[place - 1]) : kUndefined);
  }
  return result;
}

}  // namespace fedfr::eval
