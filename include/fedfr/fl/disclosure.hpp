#pragma once
#include <string>

#include "fedfr/fl/model.hpp"
#include "fedfr/fl/parts/algorithm.hpp"

namespace fedfr::fl {

/// What leaves a client and what stays with it, in one line for users, from what the parts of the row
/// declare. Nothing else can leave: see ClientUpdate.
std::string disclosure(const Algorithm& row, const GlobalModel& model);

}  // namespace fedfr::fl
