#include "page_parts.hpp"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "fedfr/core/number_text.hpp"

namespace fedfr::report {

std::string percent(double share) { return std::isfinite(share) ? fixed(100 * share, 2) : ""; }

std::string figures(const std::string& markup) {
  return fmt::format("<div class=\"figures\">\n{}</div>\n", markup);
}

run::StackedBars phase_bars(const std::string& title, const std::vector<std::string>& names,
                            const std::vector<std::map<std::string, double>>& seconds) {
  run::StackedBars picture{.title = title, .unit = "seconds", .bars = names, .parts = {}};
  std::set<std::string> phases;
  for (const auto& bar : seconds)
    for (const auto& [phase, time] : bar) phases.insert(phase);
  for (const auto& phase : phases) {
    auto& part = picture.parts.emplace_back(run::StackedBars::Part{.name = phase, .values = {}});
    for (const auto& bar : seconds) part.values.push_back(bar.contains(phase) ? bar.at(phase) : 0);
  }
  return picture;
}

}  // namespace fedfr::report
