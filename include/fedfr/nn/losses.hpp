#pragma once
#include <ATen/core/Tensor.h>

/// The terms of the local objective as pure functions; every one is differentiable in its first argument and
/// in the weights given to it.
namespace fedfr::nn {

/// @returns [n,1] Euclidean lengths of the rows of [n,D], at least 1e-12
at::Tensor row_lengths(const at::Tensor& rows);

/// Rows divided by their lengths.
at::Tensor unit_rows(const at::Tensor& rows);

enum class Margin {
  none,     ///< plain softmax on scaled cosines
  cosface,  ///< s (cos t - m), Wang et al., CVPR 2018
  arcface,  ///< s cos(t + m), Deng et al., CVPR 2019
  logits,   ///< the features are the logits; there are no class centres
};

struct MarginConfig {
  Margin kind = Margin::cosface;
  double scale = 30;    ///< s > 0
  double margin = 0.4;  ///< m >= 0; for arcface in radians
};

/// @param features  [B,D]
/// @param centres   [C,D] class centres, not normalised
/// @param labels    [B] int64 in [0, C); in [0, D) for Margin::logits
/// @returns         [B,C] logits after margin and scale; [B,D] for Margin::logits
at::Tensor margin_logits(const at::Tensor& features, const at::Tensor& centres, const at::Tensor& labels,
                         const MarginConfig& config);
/// Mean cross entropy of these logits, a scalar.
at::Tensor margin_softmax_loss(const at::Tensor& features, const at::Tensor& centres,
                               const at::Tensor& labels, const MarginConfig& config);

struct LossAndGradient {
  at::Tensor loss;      ///< scalar
  at::Tensor gradient;  ///< [B,C] of weight x loss
};

/// The loss of Margin::logits and its gradient in the logits, worked out without autograd: the same
/// operators, hence the same bits.
LossAndGradient softmax_loss_and_gradient(const at::Tensor& logits, const at::Tensor& labels, double weight);

struct DfcConfig {
  double scale = 30;    ///< r
  double margin = 0.4;  ///< m
  double lambda = 0.7;  ///< share of the positive part
  double power = 3;     ///< t of g(z) = 2((z+1)/2)^t - 1
};

/// Binary classifiers, one an identity, on converted features (FedFR, section "Decoupled Feature
/// Customization"; the form of the classifiers is that of SphereFace2, Wen et al., ICLR 2022).
/// @param converted  [B,D] output of the client's converter
/// @param centres    [n,D]
/// @param biases     [n]
/// @param labels     [B] int64; labels >= n are public images, negative for every identity
/// @returns          [B,n]: r(g(z) - m) + b where positive, r(g(z) + m) + b elsewhere
at::Tensor dfc_logits(const at::Tensor& converted, const at::Tensor& centres, const at::Tensor& biases,
                      const at::Tensor& labels, const DfcConfig& config);
/// Mean over the batch of the sum over identities of (lambda/r) softplus(-logit) where positive and
/// ((1-lambda)/r) softplus(logit) elsewhere; scalar.
at::Tensor dfc_loss(const at::Tensor& converted, const at::Tensor& centres, const at::Tensor& biases,
                    const at::Tensor& labels, const DfcConfig& config);

/// Model-contrastive term (MOON, Li, He, Song, CVPR 2021; FedFR): mean of -log softmax of the similarity to
/// the global model's feature against that to the client's previous model. Only `features` is differentiated.
/// @param features, global, previous  [B,D]
/// @param temperature                 > 0
at::Tensor contrastive_loss(const at::Tensor& features, const at::Tensor& global, const at::Tensor& previous,
                            double temperature);

}  // namespace fedfr::nn
