#pragma once
#include <map>
#include <string>
#include <vector>

#include "fedfr/run/pictures/pictures.hpp"

/// What the pages of runs and sweeps share.
namespace fedfr::report {

/// A share in [0, 1] in percent with two decimals; empty where it is not defined.
std::string percent(double share);

/// Pictures beside each other where there is room.
std::string figures(const std::string& markup);

/// One bar for each map of seconds by phase.
run::StackedBars phase_bars(const std::string& title, const std::vector<std::string>& names,
                            const std::vector<std::map<std::string, double>>& seconds);

}  // namespace fedfr::report
