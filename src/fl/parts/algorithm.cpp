#include "fedfr/fl/parts/algorithm.hpp"

#include <algorithm>

namespace fedfr::fl {

bool Algorithm::reads_global_features() const {
  return std::ranges::any_of(terms, &Term::reads_global_features);
}

bool Algorithm::reads_previous_features() const {
  return std::ranges::any_of(terms, &Term::reads_previous_features);
}

const PrivateHead* Algorithm::head(const std::string& name) const {
  const auto found = std::ranges::find(heads, name, &PrivateHead::name);
  return found == heads.end() ? nullptr : &*found;
}

bool Algorithm::keeps_private_state() const {
  return !heads.empty() || !keeps.empty() || reads_previous_features() || start || roles.has(Role::own);
}

}  // namespace fedfr::fl
