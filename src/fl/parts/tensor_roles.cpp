#include "fedfr/fl/parts/tensor_roles.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "fedfr/core/error.hpp"

// Roles by rules over names, as in a .gitignore: later rules win. A rule that matches nothing is a slip of
// the pen and refused, since the run would else share what was meant to stay.
namespace fedfr::fl {

namespace {

bool matches(const std::string& glob, const std::string& name) {
  return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0;
}

}  // namespace

void TensorRoles::set(std::string glob, Role role) { rules_.push_back({std::move(glob), role}); }

void TensorRoles::set_norms(Role role) { rules_.push_back({.glob = {}, .role = role, .of_norms = true}); }

Role TensorRoles::of(const std::string& name, bool of_norm) const {
  Role role = Role::shared;
  for (const auto& rule : rules_)
    if (rule.of_norms ? of_norm : matches(rule.glob, name)) role = rule.role;
  return role;
}

bool TensorRoles::has(Role role) const {
  return std::ranges::find(rules_, role, &Rule::role) != rules_.end();
}

void TensorRoles::check(std::span<const std::string> names) const {
  for (const auto& rule : rules_)
    if (!rule.of_norms &&
        std::ranges::none_of(names, [&](const std::string& name) { return matches(rule.glob, name); }))
      throw UsageError("'{}' matches no tensor of the model; they are called like '{}'", rule.glob,
                       names.empty() ? "" : names.front());
}

}  // namespace fedfr::fl
