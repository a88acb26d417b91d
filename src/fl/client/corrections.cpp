#include "corrections.hpp"

#include <ATen/core/grad_mode.h>

// Finds the tensors that corrections are for: those of the shared vector that have a gradient in this phase.
// Tensors and layout come in the same order, the backbone's parameters and then the public centres, so one
// walk along the layout gives each its place.
namespace fedfr::fl {

Corrections::Corrections(const Algorithm& row, const Tensors& tensors, const CorrectionInput& input)
    : tensors_(tensors) {
  if (row.corrections.empty()) return;
  layout_ = tensors.global.layout();
  for (const auto& correction : row.corrections) corrections_.push_back(correction.begin(input));
}

void Corrections::operator()() const {
  if (corrections_.empty()) return;
  const at::NoGradGuard no_grad;
  const auto tensors = with_gradients();
  for (const auto& correct : corrections_) correct(tensors);
}

std::vector<TrainedTensor> Corrections::with_gradients() const {
  std::vector<TrainedTensor> found;
  auto place = layout_.begin();
  const auto add = [&](const std::string& name, const at::Tensor& value, const at::Tensor& start,
                       const at::Tensor& gradient) {
    if (place == layout_.end() || place->name != name) return;  // not shared
    if (gradient.defined()) found.push_back({name, place->begin, value.detach(), start.detach(), gradient});
    ++place;
  };
  const auto& specs = tensors_.backbone.specs();
  for (std::size_t i = 0; i < specs.size(); ++i)
    add(backbone_tensor(specs[i].name), tensors_.backbone[i], tensors_.global.parameters()[i],
        tensors_.backbone[i].grad());
  const auto behind_own = [&](const at::Tensor& rows) {
    return rows.defined() ? rows.narrow(0, tensors_.own_identities, rows.size(0) - tensors_.own_identities)
                          : rows;
  };
  const at::Tensor& classifier = tensors_.heads.classifier;
  if (classifier.defined() && classifier.size(0) > tensors_.own_identities)
    add(public_centres_tensor, behind_own(classifier.detach()), tensors_.global.public_centres(),
        behind_own(classifier.grad()));
  return found;
}

}  // namespace fedfr::fl
