// Losses and gradients are finite wherever features, centres and biases are: random batches of rows that
// training meets rarely (of no length, equal or opposite to a centre, tiny, huge), all margins in all forms,
// in float32, with bf16's values, and in bf16. FEDFR_FINITE_STEPS makes it longer, FEDFR_FINITE_FIRST begins
// later.
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/isfinite.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <string>

#include "fedfr/core/rng.hpp"
#include "fedfr/nn/losses.hpp"
#include "fedfr/nn/margins/margin.hpp"
#include "support/tensors.hpp"

namespace fedfr::nn {
namespace {

std::int64_t number(const char* variable, std::int64_t otherwise) {
  const char* set = std::getenv(variable);
  return set != nullptr ? std::atoll(set) : otherwise;
}

// A step's draw is that of its number, so that several processes can share a long test.
std::int64_t first_step() { return number("FEDFR_FINITE_FIRST", 0); }
std::int64_t end_of_steps() { return number("FEDFR_FINITE_STEPS", 3000); }

bool is_finite(const at::Tensor& tensor) { return at::isfinite(tensor).all().item<bool>(); }

/// What one step draws.
class Draw {
 public:
  explicit Draw(std::int64_t step)
      : random_({.seed = static_cast<std::uint64_t>(step), .purpose = Purpose::synth_image}) {}

  std::int64_t up_to(std::int64_t most) {
    return 1 + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most)));
  }
  double in(double low, double high) { return random_.uniform(low, high); }
  bool coin() { return random_.coin(); }

  template <class T>
  const T& of(const std::vector<T>& values) {
    return values[static_cast<std::size_t>(random_.below(values.size()))];
  }

  /// [n,D] rows of any length.
  at::Tensor rows(std::int64_t n, std::int64_t dimension) {
    const at::Tensor out = at::empty({n, dimension}, at::kFloat);
    auto* value = out.data_ptr<float>();
    for (std::int64_t row = 0; row < n; ++row) {
      const float length = of(lengths);
      for (std::int64_t d = 0; d < dimension; ++d) *value++ = length * static_cast<float>(random_.normal());
      if (random_.below(8) == 0) axis(out[row]);
    }
    return out;
  }

  /// Some of them become the centre, its opposite, or nearly so, and other lengths of these.
  void aim(const at::Tensor& rows, const at::Tensor& centres) {
    for (std::int64_t row = 0; row < rows.size(0); ++row) {
      if (coin()) continue;
      const at::Tensor centre = centres[up_to(centres.size(0)) - 1];
      rows[row].copy_(centre).mul_(of(factors));
      if (coin()) rows[row][up_to(rows.size(1)) - 1].mul_(1 + in(-1e-6, 1e-6));
    }
  }

  at::Tensor labels(std::int64_t n, std::int64_t classes) {
    const at::Tensor out = at::empty({n}, at::kLong);
    for (std::int64_t i = 0; i < n; ++i) out[i] = up_to(classes) - 1;
    return out;
  }

 private:
  static inline const std::vector<float> lengths{0.0F,   1.0F,   1.0F,  1.0F, 20.0F, 1e-45F,
                                                 1e-30F, 1e-13F, 1e-6F, 1e4F, 1e18F, 3e37F};
  static inline const std::vector<double> factors{1, -1, 1, -1, 2, -0.5, 10, -110, 1e-20, 3.14159};

  /// Only one value: its cosines are exactly 0, 1 and -1.
  void axis(const at::Tensor& row) {
    const double value = of(lengths);
    row.zero_();
    row[up_to(row.size(0)) - 1] = coin() ? value : -value;
  }

  RngStream random_;
};

MarginConfig any_margin(Draw& draw) {
  static const std::vector<std::string> names = [] {
    auto all = margin_names();
    all.pop_back();  // logits may be anything, and so may their loss
    return all;
  }();
  const double low = draw.in(1e-3, 20);
  const double least = draw.in(0, 1);
  return {
      .kind = margin_named(draw.of(names)),
      .scale = draw.of(std::vector<double>{1, 30, 64, 1000}),
      .margin = draw.of(std::vector<double>{0, .4, .5, 1}),
      .form = draw.of(std::vector<AngleForm>{AngleForm::plain, AngleForm::guarded, AngleForm::easy}),
      .filter = draw.coin() ? draw.in(0, 1) : 0,
      .straight_through = draw.coin(),
      .combined = {.m1 = draw.in(1e-3, 4), .m2 = draw.of(std::vector<double>{0, .3, 1}), .m3 = draw.in(0, 1)},
      .adaface = {.h = draw.in(0, 100), .alpha = draw.of(std::vector<double>{0, .01, 1})},
      .magface = {
          .lowest_norm = low, .highest_norm = low + draw.in(1e-3, 100), .lowest = least, .highest = 1}};
}

struct Tensors {
  at::Tensor features, centres, labels;
};

Tensors any_batch(Draw& draw, std::int64_t more_classes) {
  const std::int64_t dimension = draw.up_to(12);
  Tensors t{draw.rows(draw.up_to(6), dimension), draw.rows(draw.up_to(6), dimension), {}};
  draw.aim(t.features, t.centres);
  t.labels = draw.labels(t.features.size(0), t.centres.size(0) + more_classes);
  return t;
}

using Loss =
    std::function<at::Tensor(const at::Tensor& features, const at::Tensor& centres, const at::Tensor& more)>;

/// A way of computing with them.
struct Way {
  const char* name;
  bool rounds;
  at::ScalarType type;
};
const std::vector<Way> ways = {
    {"float32", false, at::kFloat}, {"float32 of bf16", true, at::kFloat}, {"bf16", true, at::kBFloat16}};

/// The loss and its gradients in one way.
void expect_finite(Draw& draw, const Tensors& t, const at::Tensor& more, const Loss& loss,
                   const std::string& what) {
  const Way& way = draw.of(ways);
  const auto prepared = [&](const at::Tensor& tensor) {
    return test::leaf((way.rounds ? tensor.to(at::kBFloat16) : tensor).to(way.type));
  };
  const at::Tensor features = prepared(t.features), centres = prepared(t.centres), extra = prepared(more);
  if (!is_finite(features) || !is_finite(centres)) return;  // other lengths of very long rows
  const at::Tensor value = loss(features, centres, extra);
  value.backward();
  bool good = is_finite(value) && is_finite(features.grad()) && is_finite(extra);
  for (const auto& tensor : {centres, extra})
    good = good && (!tensor.grad().defined() || is_finite(tensor.grad()));
  ASSERT_TRUE(good) << what << " in " << way.name << ": loss " << value.to(at::kFloat).item<float>();
}

TEST(Finite, TheSoftmaxWithAnyMargin) {
  for (std::int64_t step = first_step(); step < end_of_steps(); ++step) {
    Draw draw(step);
    const MarginConfig config = any_margin(draw);
    const Tensors t = any_batch(draw, 0);
    const at::Tensor norms = draw.rows(1, 2)[0].abs().clamp_max(1e4);
    expect_finite(
        draw, t, norms,
        [&](const at::Tensor& features, const at::Tensor& centres, const at::Tensor& state) {
          return margin_softmax_loss(features, centres, t.labels, config, state);
        },
        "step " + std::to_string(step) + ", margin " + margin_names()[static_cast<std::size_t>(config.kind)]);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Finite, TheBinaryClassifiers) {
  for (std::int64_t step = first_step(); step < end_of_steps(); ++step) {
    Draw draw(step);
    const DfcConfig config{.scale = draw.of(std::vector<double>{1, 30, 1000}),
                           .margin = draw.in(0, 1),
                           .lambda = draw.in(0, 1),
                           .power = draw.of(std::vector<double>{3, 0.01, 0.5, 1, 1.7, 100})};
    const Tensors t = any_batch(draw, 2);
    const at::Tensor biases = draw.rows(t.centres.size(0), 1).flatten().clamp(-1e30, 1e30);
    expect_finite(
        draw, t, biases,
        [&](const at::Tensor& features, const at::Tensor& centres, const at::Tensor& b) {
          return dfc_loss(features, centres, b, t.labels, config);
        },
        "step " + std::to_string(step));
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Finite, TheContrastiveTerm) {
  for (std::int64_t step = first_step(); step < end_of_steps(); ++step) {
    Draw draw(step);
    Tensors t = any_batch(draw, 0);
    t.centres = draw.rows(t.features.size(0), t.features.size(1));
    draw.aim(t.centres, t.features);
    const at::Tensor previous = draw.rows(t.features.size(0), t.features.size(1));
    expect_finite(
        draw, t, previous,
        [temperature = draw.in(1e-3, 10)](const at::Tensor& features, const at::Tensor& global,
                                          const at::Tensor& before) {
          return contrastive_loss(features, global, before, temperature);
        },
        "step " + std::to_string(step));
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace fedfr::nn
