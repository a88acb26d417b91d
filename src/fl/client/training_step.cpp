// A GPU is done with the kernels of a small batch before a processor has launched them. So a step is recorded
// once and launched as a whole: it reads the memory that was recorded, which is why batches are copied there,
// why the learning rate is a tensor, and why whatever a step calls (terms, corrections) may only be tensor
// operations.
#include "training_step.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <utility>

#include "fedfr/core/trace.hpp"

namespace fedfr::fl {

namespace {

/// Recording takes about as long as two steps launched one kernel at a time.
constexpr std::int64_t fewest_steps_to_record = 6;
constexpr std::size_t most_unfinished_steps = 8;

/// On a GPU the sums stay on the device: reading them each step would make it wait.
void add_losses(at::Tensor& sums, const StepLosses& losses) {
  const Span span("bookkeeping");
  // In double: float sums over the steps of a long round would lose the late ones.
  std::vector<at::Tensor> values{losses.loss.detach()};
  for (const auto& term : losses.terms) values.push_back(term.detach());
  if (sums.is_cpu()) {
    auto* sum = sums.data_ptr<double>();
    for (const auto& value : values) *sum++ += *value.const_data_ptr<float>();
    return;
  }
  const at::NoGradGuard no_grad;
  sums.add_(at::stack(values));
}

}  // namespace

TrainingStep::TrainingStep(const TrainedNetwork& network, const LocalTrainingConfig& config,
                           std::vector<Learning> learning, std::function<void()> correct, std::int64_t steps,
                           const Room& room)
    : network_(network),
      config_(config),
      correct_(std::move(correct)),
      sgd_(tensors_of(learning), config.sgd),
      sums_(at::zeros({std::ssize(network.objective.terms()) + 1},
                      at::TensorOptions().dtype(at::kDouble).device(network.parameters.device()))),
      steps_(steps),
      run_ahead_(network.parameters.device(), most_unfinished_steps),
      graph_(room.graph) {
  if (config.micro_batches > 1) shared_.emplace(network_, config_, std::move(learning), room.team);
}

void TrainingStep::run(const StepBatch& batch, double learning_rate, const Look& look) {
  sgd_.set_learning_rate(learning_rate);
  if (is_worth_recording(batch, look)) {
    const bool first = !held_.images.defined();
    hold(batch);
    if (first) graph_.record([this] { work(held_, nullptr); });
    graph_.launch();
  } else {
    work(batch, look);
  }
  run_ahead_.launched();
  ++done_;
  // ClientEnd's W the other way round: sum over t of e_t times the sum over s <= t of rho^(t-s), and that
  // inner sum is the pace.
  pace_ = config_.sgd.momentum * pace_ + 1;
  reach_ += learning_rate * pace_;
}

/// The first step is done as it comes: libraries get ready in it, and momentum begins.
bool TrainingStep::is_worth_recording(const StepBatch& batch, const Look& look) const {
  return nn::GpuGraph::possible(batch.images.device()) && !look && !shared_ && done_ > 0 &&
         steps_ >= fewest_steps_to_record && batch.images.size(0) == config_.batch;
}

void TrainingStep::hold(const StepBatch& batch) {
  const auto copy = [](at::Tensor& to, const at::Tensor& from) {
    if (!from.defined()) return;
    to.defined() ? to.copy_(from) : to = from.clone();
  };
  copy(held_.images, batch.images);
  copy(held_.labels, batch.labels);
  copy(held_.global_features, batch.global_features);
  copy(held_.previous_features, batch.previous_features);
}

void TrainingStep::work(const StepBatch& batch, const Look& look) {
  const StepLosses losses = shared_ ? shared_->gradients(batch) : gradients_of(network_, config_, batch);
  correct_();
  if (look) look(losses);
  sgd_.step();
  add_losses(sums_, losses);
}

bool TrainingStep::has_diverged() const {
  return sums_.is_cpu() && !std::isfinite(*sums_.const_data_ptr<double>());
}

}  // namespace fedfr::fl
