#pragma once
#include <ATen/core/Tensor.h>

#include "fedfr/nn/margins/margin.hpp"

/// The margins, a file each, as the table in margin.cpp calls them.
namespace fedfr::nn {

/// What a margin works on.
struct MarginInput {
  const at::Tensor& features;  ///< [B,D]
  const at::Tensor& cosine;    ///< [B,C] to the centres
  const at::Tensor& column;    ///< [B,1] the own class
  const at::Tensor& norms;     ///< [2] AdaFace's statistics
  const at::Tensor& present;   ///< [B,1] bool, whether the own class is among these; undefined: it always is

  at::Tensor own() const;                                ///< [B,1] cosines to the own class
  at::Tensor with_own(const at::Tensor& reduced) const;  ///< [B,C] with these instead
};

struct WithMargin {
  at::Tensor cosine;     ///< [B,C]
  at::Tensor pull = {};  ///< scalar, added to the loss; undefined: there is none
};

WithMargin cosface(const MarginInput& in, const MarginConfig& config);
WithMargin arcface(const MarginInput& in, const MarginConfig& config);
WithMargin combined(const MarginInput& in, const MarginConfig& config);
WithMargin adaface(const MarginInput& in, const MarginConfig& config);
WithMargin magface(const MarginInput& in, const MarginConfig& config);

}  // namespace fedfr::nn
