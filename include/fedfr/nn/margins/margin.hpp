#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <string>
#include <vector>

/// The softmax over identities, with a margin that the own class has to win by. Pure functions of features,
/// class centres and labels, differentiable in the first two; losses and gradients are finite wherever these
/// are, also at cosines of exactly 1 and -1.
namespace fedfr::nn {

enum class Margin {
  none,      ///< plain softmax on scaled cosines
  cosface,   ///< cos t - m; Wang et al., CVPR 2018
  arcface,   ///< cos(t + m); Deng et al., CVPR 2019
  combined,  ///< cos(m1 t + m2) - m3; the same paper, equation 4
  adaface,   ///< CosFace's and ArcFace's margins by the image's quality; Kim, Jain, Liu, CVPR 2022
  magface,   ///< cos(t + m(length)) and a pull on the length; Meng et al., CVPR 2021
  logits,    ///< the features are the logits; there are no class centres
};

/// What cos(t + m) of ArcFace and MagFace becomes at angles beyond pi - m, where it rises again.
enum class AngleForm {
  plain,    ///< it stays, as in arcface_torch: there a worse cosine gives a better logit
  guarded,  ///< a straight line from there on, c - m sin(pi - m), as in the first program of ArcFace
  easy,     ///< cos t without a margin wherever that is not positive, as by default in MagFace's program
};

struct CombinedMargin {
  double m1 = 1;
  double m2 = 0.3;  ///< radians
  double m3 = 0.2;
};

struct AdaFaceMargin {
  double h = 0.333;     ///< factor on the normalised length, whose share in [-1, 1] becomes the quality
  double alpha = 0.01;  ///< weight of a batch in the running mean and deviation of the lengths
};

struct MagFaceMargin {
  double lowest_norm = 10;    ///< l_a; lengths are taken as at least this
  double highest_norm = 110;  ///< u_a
  double lowest = 0.45;       ///< l_m, the margin at that length, in radians
  double highest = 0.8;       ///< u_m
  double weight = 35;         ///< lambda_g, of the pull towards long features
};

struct MarginConfig {
  Margin kind = Margin::cosface;
  double scale = 30;    ///< s > 0
  double margin = 0.4;  ///< m >= 0 of cosface, arcface (radians) and adaface
  AngleForm form = AngleForm::plain;
  double filter = 0;              ///< other classes of a larger cosine count as of cosine 0; 0: none does
  bool straight_through = false;  ///< gradients as if there were no margin, as in arcface_torch
  CombinedMargin combined{};
  AdaFaceMargin adaface{};
  MagFaceMargin magface{};
};

/// The names that options have for them, in the order of the enumeration; `logits` is the last.
std::vector<std::string> margin_names();
Margin margin_named(const std::string& name);  ///< @throws std::logic_error

/// AdaFace's running mean and standard deviation of the features' lengths, before the first batch.
constexpr std::array<float, 2> first_norm_statistics{20, 100};

/// @param features  [B,D]
/// @param centres   [C,D] class centres, not normalised
/// @param labels    [B] int64 in [0, C); in [0, D) for Margin::logits
/// @param norms     [2] AdaFace's running statistics, which this batch moves; of the others undefined
/// @returns         [B,C] logits after margin and scale; [B,D] for Margin::logits
at::Tensor margin_logits(const at::Tensor& features, const at::Tensor& centres, const at::Tensor& labels,
                         const MarginConfig& config, const at::Tensor& norms = {});
/// Mean cross entropy of these logits, a scalar; for MagFace plus the pull on the features' lengths.
at::Tensor margin_softmax_loss(const at::Tensor& features, const at::Tensor& centres,
                               const at::Tensor& labels, const MarginConfig& config,
                               const at::Tensor& norms = {});

struct SomeLogits {
  at::Tensor logits;  ///< [B,C]
  at::Tensor pull;    ///< scalar, MagFace's pull on the lengths; undefined: there is none
};

/// The same for some classes of a softmax whose others are elsewhere.
/// @param features      [B,D]
/// @param unit_centres  [C,D] of unit length
/// @param columns       [B] int64: where among these the own class is, -1: it is not
/// @param norms         [2] AdaFace's running statistics, which this batch moves
SomeLogits logits_of_some_classes(const at::Tensor& features, const at::Tensor& unit_centres,
                                  const at::Tensor& columns, const MarginConfig& config,
                                  const at::Tensor& norms = {});

/// AdaFace's running statistics after a batch.
/// @param norms  [2] before it
at::Tensor norms_after(const at::Tensor& features, const at::Tensor& norms, const AdaFaceMargin& config);

struct LossAndGradient {
  at::Tensor loss;      ///< scalar
  at::Tensor gradient;  ///< [B,C] of weight x loss
};

/// The loss of Margin::logits and its gradient in the logits, worked out without autograd: the same
/// operators, hence the same bits.
LossAndGradient softmax_loss_and_gradient(const at::Tensor& logits, const at::Tensor& labels, double weight);

}  // namespace fedfr::nn
