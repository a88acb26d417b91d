#include "fedfr/fl/disclosure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

// The line in the banner that tells users what leaves their data. It is made from the same declarations that
// the aggregator enforces, so that it cannot promise less than is sent.
namespace fedfr::fl {

namespace {

constexpr std::string_view backbone_prefix = "backbone.";

bool is_of_backbone(const std::string& name) { return name.starts_with(backbone_prefix); }

/// The backbone as one where all of it is shared, else tensor by tensor.
std::vector<std::string> shared_tensors(const GlobalModel& model) {
  const auto tensors = model.tensors();
  const bool whole = std::ranges::all_of(tensors, [](const ModelTensor& tensor) {
    return !is_of_backbone(tensor.name) || tensor.role == Role::shared;
  });
  std::vector<std::string> names;
  if (whole) names.push_back(fmt::format("backbone ({} values)", model.parameters().size()));
  for (const auto& tensor : tensors)
    if (tensor.role == Role::shared && !(whole && is_of_backbone(tensor.name)))
      names.push_back(fmt::format("{} ({} values)", tensor.name, tensor.size));
  return names;
}

}  // namespace

std::string disclosure(const Algorithm& row, const GlobalModel& model) {
  if (row.pools_data) return "nothing: there are no clients, all ranks train on pooled data";
  if (!row.aggregates) return "nothing";
  std::string text;
  for (const auto& name : shared_tensors(model)) text += name + ", ";
  const auto shared = std::ssize(model.shared());
  for (const auto& sum : row.sums)
    text += fmt::format("{}: {} ({} values), ", sum.name, sum.what, resolved(sum.size, shared));
  return text + "number of images; seen only as sums over the cohort";
}

}  // namespace fedfr::fl
