#pragma once
#include <ATen/core/Tensor.h>

/// The terms of the local objective beside the margin softmax (margins/margin.hpp) as pure functions; every
/// one is differentiable in its first argument and in the weights given to it. Losses and gradients are
/// finite wherever these are.
namespace fedfr::nn {

/// @returns [n,1] Euclidean lengths of the rows of [n,D], at least 1e-12
at::Tensor row_lengths(const at::Tensor& rows);

/// Rows divided by their lengths.
at::Tensor unit_rows(const at::Tensor& rows);

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
