#include "fedfr/eval/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "columns.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/number_text.hpp"
#include "fedfr/eval/figures.hpp"

// Results as text. A rate that the number of impostors cannot resolve is shown as n/a with a note on what it
// would need: a number there would be the rate at another, larger false rate.
namespace fedfr::eval {

namespace {

constexpr std::string_view kNotAvailable = "n/a";

/// Where the code point of this number begins.
std::size_t byte_of(std::string_view text, std::size_t character) {
  std::size_t at = 0;
  while (at < text.size() && (!begins_character(text[at]) || character-- > 0)) ++at;
  return at;
}

/// Both ends of a long name, since names may differ at either: "casia/hel.., round 20".
std::string shortened(const std::string& name) {
  constexpr std::size_t longest = 24, head = 10, tail = 12;
  const auto characters = width(name);
  if (characters <= longest) return name;
  return name.substr(0, byte_of(name, head)) + ".." + name.substr(byte_of(name, characters - tail));
}

/// The names of the rows, shortened where that leaves them different.
std::vector<std::string> row_names(std::span<const GenericRow> rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.push_back(shortened(row.name));
  const std::set<std::string> different(names.begin(), names.end());
  for (std::size_t i = 0; different.size() < rows.size() && i < rows.size(); ++i) names[i] = rows[i].name;
  return names;
}

std::string interval_text(const Interval& interval) {
  if (std::isnan(interval.low)) return std::string(kNotAvailable);
  return fmt::format("{} - {}", percent(interval.low), percent(interval.high));
}

/// "93.41 (c12)": the rate and the client that has it.
std::string with_client(double share, ClientId client) {
  return std::isnan(share) ? std::string(kNotAvailable)
                           : fmt::format("{} (c{})", percent(share), value(client));
}

void append_cells(std::vector<std::string>& row, const Aggregate& aggregate, bool shown) {
  if (!shown) {
    row.insert(row.end(), 3, std::string(kNotAvailable));
    return;
  }
  row.push_back(percent(aggregate.mean));
  row.push_back(with_client(aggregate.worst, aggregate.worst_client));
  row.push_back(with_client(aggregate.best, aggregate.best_client));
}

void add_row(Columns& table, const std::string& name, const Aggregate& global, const Aggregate& personalised,
             bool shown) {
  std::vector<std::string> row{name};
  append_cells(row, global, shown);
  append_cells(row, personalised, shown);
  const double gain = 100 * (personalised.mean - global.mean);
  row.push_back(shown && !std::isnan(gain) ? signed_fixed(gain, 2) : std::string(kNotAvailable));
  table.add(std::move(row));
}

/// One note a rate that some client cannot resolve.
std::string add_rates(Columns& table, std::string_view name, std::string_view trials,
                      const std::vector<RateAggregate>& global,
                      const std::vector<RateAggregate>& personalised) {
  if (!std::ranges::equal(global, personalised, {}, &RateAggregate::target, &RateAggregate::target))
    throw UsageError("the global and the personalised models were scored at different targets");
  std::string notes;
  for (std::size_t i = 0; i < global.size(); ++i) {
    const bool shown = global[i].resolvable && personalised[i].resolvable;
    const auto row_name = fmt::format("{}={}", name, rate_name(global[i].target));
    add_row(table, row_name, global[i].rate, personalised[i].rate, shown);
    if (!shown)
      notes += fmt::format("{} needs {} {} a client; the fewest that a client has are {}\n", row_name,
                           grouped(impostors_needed(global[i].target)), trials,
                           grouped(std::min(global[i].fewest_impostors, personalised[i].fewest_impostors)));
  }
  return notes;
}

/// How unequal clients are: worst tenth and deviation in percent, Gini coefficient from 0 to 1.
void append_spread(std::vector<std::string>& row, const Aggregate& aggregate, bool shown) {
  if (!shown || std::isnan(aggregate.worst_decile)) {
    row.insert(row.end(), 3, std::string(kNotAvailable));
    return;
  }
  row.push_back(percent(aggregate.worst_decile));
  row.push_back(percent(aggregate.deviation));
  row.push_back(std::isnan(aggregate.gini) ? std::string(kNotAvailable) : fixed(aggregate.gini, 3));
}

std::string spread_table(const PersonalisedSummary& global, const PersonalisedSummary& personalised,
                         const std::string& first, const std::string& second) {
  Columns table;
  table.add({fmt::format("Spread over {} clients", personalised.clients), first + ": worst 10 %", "deviation",
             "Gini", second + ": worst 10 %", "deviation", "Gini"});
  const auto add = [&](const std::string& name, const Aggregate& a, const Aggregate& b, bool shown) {
    std::vector<std::string> row{name};
    append_spread(row, a, shown);
    append_spread(row, b, shown);
    table.add(std::move(row));
  };
  const auto add_all = [&](std::string_view name, const auto& a, const auto& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
      add(fmt::format("{}={}", name, rate_name(a[i].target)), a[i].rate, b[i].rate,
          a[i].resolvable && b[i].resolvable);
  };
  add_all("TAR@FAR", global.tar_at_far, personalised.tar_at_far);
  add("rank 1", global.rank1, personalised.rank1, true);
  add_all("TPIR@FPIR", global.tpir_at_fpir, personalised.tpir_at_fpir);
  return table.text();
}

}  // namespace

std::string percent(double share) {
  return std::isnan(share) ? std::string(kNotAvailable) : fixed(100 * share, 2);
}

std::string describe(const OperatingPoint& point) {
  if (point.resolvable()) return percent(point.true_rate);
  return fmt::format("{} (needs {} impostors, has {})", kNotAvailable,
                     grouped(impostors_needed(point.target)), grouped(point.impostors));
}

std::string generic_table(std::span<const GenericRow> rows) {
  if (rows.empty()) return {};
  Columns table;
  std::vector<std::string> header{"Verification, %", "accuracy", "95 % interval"};
  for (const auto& point : rows.front().scores->tar_at_far)
    header.push_back(fmt::format("TAR@{}", rate_name(point.target)));
  table.add(header);
  std::string notes;
  const auto names = row_names(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& [name, scores] = rows[i];
    std::vector<std::string> row{names[i],
                                 scores->one_fold ? percent(scores->accuracy) + " *"
                                                  : fmt::format("{} ± {}", percent(scores->accuracy),
                                                                percent(scores->accuracy_deviation)),
                                 interval_text(scores->accuracy_interval)};
    if (scores->one_fold)
      notes += fmt::format("* {}: one fold, its threshold chosen on the same pairs\n", name);
    for (const auto& point : scores->tar_at_far) {
      row.push_back(point.resolvable() ? percent(point.true_rate) : std::string(kNotAvailable));
      if (!point.resolvable())
        notes += fmt::format("{}: FAR={} needs {} impostor pairs, has {}\n", name, rate_name(point.target),
                             grouped(impostors_needed(point.target)), grouped(scores->impostor_pairs));
    }
    if (row.size() != header.size()) throw UsageError("the rows of a table were scored at different targets");
    table.add(std::move(row));
  }
  return table.text() + notes;
}

std::string describe(const PairedDifference& difference) {
  return fmt::format("accuracy {} points (95 % interval {} to {}): {} pairs gained, {} lost",
                     signed_fixed(100 * difference.difference, 2),
                     signed_fixed(100 * difference.interval.low, 2),
                     signed_fixed(100 * difference.interval.high, 2), grouped(difference.only_after),
                     grouped(difference.only_before));
}

std::string personalised_table(const PersonalisedSummary& global, const PersonalisedSummary& personalised,
                               const std::string& first, const std::string& second) {
  Columns table;
  table.add({fmt::format("{} clients, %", personalised.clients), first, "worst", "best", second, "worst",
             "best", "gain"});
  std::string notes =
      add_rates(table, "TAR@FAR", "impostor pairs", global.tar_at_far, personalised.tar_at_far);
  add_row(table, "rank 1", global.rank1, personalised.rank1, true);
  notes += add_rates(table, "TPIR@FPIR", "probes of others", global.tpir_at_fpir, personalised.tpir_at_fpir);
  return table.text() + notes + "\n" + spread_table(global, personalised, first, second);
}

}  // namespace fedfr::eval
