#pragma once
#include <array>

#include "fedfr/nn/backbones/layered.hpp"

namespace fedfr::nn {

/// The residual networks of face recognition, "improved" by Deng et al. (ArcFace, CVPR 2019, section 3.2.2),
/// as InsightFace's arcface_torch has them (iresnet.py): its names of tensors, its initial values, no
/// dropout. The last batch norm's scale stays at 1, and its output is the embedding.
class IResNetBackbone final : public LayeredBackbone {
 public:
  /// @param units  residual units of each stage: {2,2,2,2} for 18 layers, {3,4,14,3} for 50
  IResNetBackbone(const BackboneConfig& config, std::array<int, 4> units);

 private:
  int add_unit(int input, const std::string& name, std::int64_t out, bool is_first);
};

}  // namespace fedfr::nn
