#include "fedfr/eval/templates/template_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "fedfr/core/disjoint_sets.hpp"

// A template benchmark from its tables to its figures. Intervals need the scores with their people: there
// they are held, 12 bytes each, and sorted once.
namespace fedfr::eval {

namespace {

constexpr std::int64_t kLongestRank = 100;
constexpr std::size_t kMostHeldPairs = std::size_t{1} << 27U;
constexpr double kScriptFars[] = {0.01, 0.1};

TemplateSearch search_of(const data::TemplateTables& tables) {
  return {.galleries = tables.galleries, .probes = tables.probes};
}

std::size_t row(const PooledTemplates& templates, std::int64_t id) {
  return static_cast<std::size_t>(templates.row_of(id));
}

/// The script of one kind of scores.
struct Split {
  std::vector<float> genuine, impostor;
};

Split all_scores(const PooledTemplates& templates, std::span<const TemplatePair> pairs) {
  Split split;
  pair_scores(templates, pairs)([&](std::span<const float> scores, bool genuine) {
    auto& kind = genuine ? split.genuine : split.impostor;
    kind.insert(kind.end(), scores.begin(), scores.end());
  });
  return split;
}

Resampled resampled_pairs(const PooledTemplates& templates, std::span<const TemplatePair> pairs,
                          const NumberedPeople& people, std::span<const double> fars) {
  const auto scores = all_scores(templates, pairs);
  std::vector<OwnedScore> genuine, impostor;
  genuine.reserve(scores.genuine.size());
  impostor.reserve(scores.impostor.size());
  for (const auto& pair : pairs) {
    const auto first = people.numbers[row(templates, pair.first)];
    const auto second = people.numbers[row(templates, pair.second)];
    if (pair.genuine)
      genuine.push_back({.score = scores.genuine[genuine.size()], .first = first});
    else
      impostor.push_back({.score = scores.impostor[impostor.size()],
                          .first = first,
                          .second = first == second ? OwnedScore::kNobody : second});
  }
  return resampled_rates(std::move(genuine), std::move(impostor), people.count, fars);
}

Resampled resampled_search(const PooledTemplates& templates, const data::TemplateTables& tables,
                           const TemplateIdentification& found, const NumberedPeople& people,
                           std::span<const double> fpirs) {
  NumberedPeople of_probes{.numbers = {}, .count = people.count};
  for (const auto& probe : tables.probes)
    of_probes.numbers.push_back(people.numbers[row(templates, probe.id)]);
  std::vector<Resampled> galleries;
  for (const auto& outcomes : found.outcomes)
    galleries.push_back(resampled_identification(outcomes, of_probes, fpirs));
  return mean_of(std::move(galleries));
}

void append(std::vector<Figure>& all, std::vector<Figure> more, const std::string& suffix) {
  for (auto& figure : more) {
    figure.name += suffix;
    all.push_back(std::move(figure));
  }
}

std::vector<Figure> mean_figures(const TemplateIdentification& found) {
  const auto trials =
      fmt::format("{} and {} mated probes, mean of both galleries", grouped(found.galleries[0].mated_probes),
                  grouped(found.galleries[1].mated_probes));
  std::vector<Figure> all;
  for (const auto rank : kReportedRanks)
    all.push_back({.name = fmt::format("rank {}", rank),
                   .value = share_within(found.cumulative_match, rank),
                   .trials = trials});
  append(all, figures_of(found.tpir_at_fpir, "TPIR@FPIR", "non-mated probes"), "");
  return all;
}

}  // namespace

TemplateScores score_templates(const PooledTemplates& templates, const data::TemplateTables& tables,
                               const TemplateTargets& targets) {
  TemplateScores scores;
  if (!tables.pairs.empty()) scores.verification = verify_templates(templates, tables.pairs, targets.fars);
  if (!tables.probes.empty())
    scores.identification = identify_templates(templates, search_of(tables), kLongestRank, targets.fpirs);
  return scores;
}

NumberedPeople people_of_templates(const PooledTemplates& templates, const data::TemplateTables& tables) {
  DisjointSets together(templates.ids().size());
  std::map<std::int64_t, std::size_t> first_of;  // by subject
  for (const auto* list : {&tables.galleries[0], &tables.galleries[1], &tables.probes})
    for (const auto& [id, subject] : *list) {
      const auto [first, fresh] = first_of.emplace(subject, row(templates, id));
      if (!fresh) together.join(row(templates, id), first->second);
    }
  for (const auto& pair : tables.pairs)
    if (pair.genuine) together.join(row(templates, pair.first), row(templates, pair.second));
  std::vector<std::int64_t> labels;
  for (std::size_t i = 0; i < templates.ids().size(); ++i)
    labels.push_back(static_cast<std::int64_t>(together.find(i)));
  return number_people(labels);
}

std::vector<Figure> figures_of(const TemplateScores& scores) {
  std::vector<Figure> all;
  if (scores.verification)
    append(all, figures_of(scores.verification->tar_at_far, "TAR@FAR", "impostor pairs"), "");
  if (!scores.identification) return all;
  append(all, mean_figures(*scores.identification), "");
  for (std::size_t g = 0; g < scores.identification->galleries.size(); ++g)
    append(all, figures_of(scores.identification->galleries[g]), fmt::format(", gallery {}", g + 1));
  return all;
}

Resampled resampled_templates(const PooledTemplates& templates, const data::TemplateTables& tables,
                              const TemplateScores& scores, const TemplateTargets& targets) {
  const auto people = people_of_templates(templates, tables);
  std::vector<Resampled> parts;
  if (tables.pairs.size() > kMostHeldPairs) return {};
  if (scores.verification) parts.push_back(resampled_pairs(templates, tables.pairs, people, targets.fars));
  if (scores.identification)
    parts.push_back(resampled_search(templates, tables, *scores.identification, people, targets.fpirs));
  return parts.empty() ? Resampled{} : joined(std::move(parts));
}

std::vector<Figure> insightface_figures(const PooledTemplates& templates, const data::TemplateTables& tables,
                                        const TemplateTargets& targets) {
  std::vector<Figure> all;
  if (!tables.pairs.empty()) {
    const auto [genuine, impostor] = all_scores(templates, tables.pairs);
    const auto rates = insightface_tar_at_far(genuine, impostor, targets.fars);
    for (std::size_t i = 0; i < rates.size(); ++i)
      all.push_back({.name = fmt::format("TAR@FAR={}", rate_name(targets.fars[i])),
                     .value = rates[i],
                     .trials = "nearest point of the curve"});
  }
  if (tables.probes.empty()) return all;
  const auto found = insightface_identification(templates, search_of(tables), kScriptFars);
  const std::string trials = "both galleries as one";
  all.push_back({.name = "top 1", .value = found.top1, .trials = trials});
  all.push_back({.name = "top 5", .value = found.top5, .trials = trials});
  all.push_back({.name = "top 10", .value = found.top10, .trials = trials});
  for (const auto& [far, rate] : found.rate_at_far)
    all.push_back({.name = fmt::format("far = {}", far), .value = rate, .trials = trials});
  return all;
}

void add_intervals(std::vector<Figure>& figures, std::span<const Interval> intervals) {
  for (std::size_t i = 0; i < std::min(figures.size(), intervals.size()); ++i)
    if (!std::isnan(figures[i].value)) figures[i].interval = intervals[i];
}

}  // namespace fedfr::eval
