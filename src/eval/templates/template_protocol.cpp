#include "fedfr/eval/templates/template_protocol.hpp"

#include <algorithm>
#include <map>

#include "fedfr/core/activity.hpp"
#include "fedfr/core/error.hpp"

// IJB on pooled templates. There are some 16 million pairs in IJB-C, whose scores are worked out anew in each
// pass: that takes seconds, and memory is needed for the templates alone.
namespace fedfr::eval {

namespace {

constexpr std::size_t kPiece = 1 << 14;
constexpr int kCurvePointsPerDecade = 10;

/// Four sums side by side, whose order is fixed: one alone would wait for each of its own additions.
float product(std::span<const float> a, std::span<const float> b) {
  std::array<double, 4> sums{};
  std::size_t k = 0;
  for (; k + sums.size() <= a.size(); k += sums.size())
    for (std::size_t lane = 0; lane < sums.size(); ++lane)
      sums[lane] += double{a[k + lane]} * double{b[k + lane]};
  for (; k < a.size(); ++k) sums[0] += double{a[k]} * double{b[k]};
  return static_cast<float>((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

/// Every person once, with the row of the gallery.
std::map<std::int64_t, std::int64_t> rows_of_people(std::span<const TemplateSubject> gallery) {
  std::map<std::int64_t, std::int64_t> rows;
  for (const auto& [id, subject] : gallery)
    if (!rows.emplace(subject, std::ssize(rows)).second)
      throw DataError("a gallery has more than one template of subject {}, the second is {}", subject, id);
  if (rows.empty()) throw DataError("a gallery has no templates");
  return rows;
}

std::vector<std::int64_t> ids_of(std::span<const TemplateSubject> templates) {
  std::vector<std::int64_t> ids;
  for (const auto& entry : templates) ids.push_back(entry.id);
  return ids;
}

std::vector<ProbeOutcome> search(const PooledTemplates& templates, std::span<const TemplateSubject> probes,
                                 std::span<const TemplateSubject> gallery) {
  const auto rows = rows_of_people(gallery);
  std::vector<std::int64_t> right;
  for (const auto& probe : probes) {
    const auto found = rows.find(probe.subject);
    right.push_back(found == rows.end() ? kNotInGallery : found->second);
  }
  const auto dimension = templates.view().dimension();
  const auto probe_features = templates.rows_of(ids_of(probes));
  const auto entries = templates.rows_of(ids_of(gallery));
  return search_gallery({probe_features, dimension}, {entries, dimension}, right);
}

double mean(double a, double b) { return (a + b) / 2; }

void take_means(TemplateIdentification& result) {
  const auto& [first, second] = result.galleries;
  result.rank1 = mean(first.rank1, second.rank1);
  for (std::size_t r = 0; r < std::min(first.cumulative_match.size(), second.cumulative_match.size()); ++r)
    result.cumulative_match.push_back(mean(first.cumulative_match[r], second.cumulative_match[r]));
  for (std::size_t i = 0; i < first.tpir_at_fpir.size(); ++i) {
    const auto& a = first.tpir_at_fpir[i];
    const auto& b = second.tpir_at_fpir[i];
    result.tpir_at_fpir.push_back({.target = a.target,
                                   .true_rate = mean(a.true_rate, b.true_rate),
                                   .false_rate = mean(a.false_rate, b.false_rate),
                                   .impostors = std::min(a.impostors, b.impostors)});
  }
}

}  // namespace

ScorePass pair_scores(const PooledTemplates& templates, std::span<const TemplatePair> pairs) {
  // Looked up once, not in every pass.
  std::vector<std::array<std::int32_t, 2>> rows;
  rows.reserve(pairs.size());
  for (const auto& pair : pairs)
    rows.push_back({static_cast<std::int32_t>(templates.row_of(pair.first)),
                    static_cast<std::int32_t>(templates.row_of(pair.second))});
  return [features = templates.view(), pairs, rows = std::move(rows)](const TakeScores& take) {
    std::vector<float> genuine, impostor;
    for (std::size_t begin = 0; begin < pairs.size(); begin += kPiece) {
      sign_of_life();
      genuine.clear();
      impostor.clear();
      for (std::size_t i = begin; i < std::min(begin + kPiece, pairs.size()); ++i)
        (pairs[i].genuine ? genuine : impostor)
            .push_back(product(features.row(rows[i][0]), features.row(rows[i][1])));
      take(genuine, true);
      take(impostor, false);
    }
  };
}

TemplateVerification verify_templates(const PooledTemplates& templates, std::span<const TemplatePair> pairs,
                                      std::span<const double> fars) {
  TemplateVerification result;
  result.genuine_pairs = std::ranges::count(pairs, true, &TemplatePair::genuine);
  result.impostor_pairs = std::ssize(pairs) - result.genuine_pairs;
  std::vector<double> rates(fars.begin(), fars.end());
  std::ranges::copy(rates_of_curve(result.impostor_pairs, kCurvePointsPerDecade), std::back_inserter(rates));
  const auto points = streamed_operating_points(pair_scores(templates, pairs), rates);
  result.tar_at_far.assign(points.begin(), points.begin() + std::ssize(fars));
  result.roc.assign(points.begin() + std::ssize(fars), points.end());
  return result;
}

TemplateIdentification identify_templates(const PooledTemplates& templates, const TemplateSearch& search_in,
                                          std::int64_t longest_rank, std::span<const double> fpirs) {
  TemplateIdentification result;
  for (std::size_t g = 0; g < result.galleries.size(); ++g) {
    const auto& gallery = search_in.galleries[g];
    result.outcomes[g] = search(templates, search_in.probes, gallery);
    result.galleries[g] = identification_scores(result.outcomes[g], std::ssize(gallery), longest_rank, fpirs);
  }
  take_means(result);
  return result;
}

}  // namespace fedfr::eval
