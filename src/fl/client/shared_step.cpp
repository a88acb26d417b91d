#include "shared_step.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "client_round.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/fl/parts/margin.hpp"

// What ranks have to tell one another beside the sums is few numbers, which travel with the largest
// magnitudes of the gradients, as maxima: losses, of which one rank knows each, counters, and whether
// somebody has failed or wants to stop.
namespace fedfr::fl {

namespace {

constexpr double unknown = -std::numeric_limits<double>::infinity();

/// A maximum of what is no number has no order.
double comparable(double x) { return std::isnan(x) ? std::numeric_limits<double>::infinity() : x; }

at::Tensor length_statistics_of(const Heads& heads) {
  const auto found = heads.own.find(length_statistics);
  return found == heads.own.end() ? at::Tensor() : found->second[0];
}

at::Tensor part(const at::Tensor& tensor, std::int64_t begin, std::int64_t size) {
  return tensor.defined() ? tensor.narrow(0, begin, size) : tensor;
}

}  // namespace

std::vector<at::Tensor> tensors_of(const std::vector<Learning>& learning) {
  std::vector<at::Tensor> tensors;
  for (const auto& each : learning) tensors.push_back(each.tensor);
  return tensors;
}

SharedStep::SharedStep(const TrainedNetwork& network, const LocalTrainingConfig& config,
                       std::vector<Learning> learning, comm::Communicator& team)
    : network_(network),
      config_(config),
      learning_(std::move(learning)),
      team_(team),
      gradients_(tensors_of(learning_), config.micro_batches),
      statistics_(network.moves_statistics ? &network.parameters : nullptr,
                  length_statistics_of(network.heads), config.micro_batches) {}

std::int64_t SharedStep::images_of(std::int64_t images, std::int64_t micro_batch) const {
  const std::int64_t size = config_.batch / config_.micro_batches;
  return std::clamp<std::int64_t>(images - micro_batch * size, 0, size);
}

StepLosses SharedStep::gradients(const StepBatch& batch) {
  ++steps_;
  statistics_.make_step([&] { return attempt(batch, nullptr); });
  gradients_.to_gradients();
  return losses(batch.images.size(0));
}

void SharedStep::fail(const std::exception_ptr& failure) {
  statistics_.make_step([&] { return attempt({}, failure); });
}

/// @returns whether the sums could be made
bool SharedStep::attempt(const StepBatch& batch, const std::exception_ptr& failure) {
  gradients_.begin();
  features_.clear();
  const std::size_t terms = network_.objective.terms().size() + 1;
  values_.assign(static_cast<std::size_t>(config_.micro_batches) * terms, unknown);
  std::exception_ptr failed = failure;
  try {
    for (std::int64_t m = team_.rank(); m < config_.micro_batches && !failed; m += team_.size())
      if (images_of(batch.images.size(0), m) > 0) share_of_micro_batch(batch, m);
  } catch (...) {
    failed = std::current_exception();
  }
  const auto counted = statistics_.counted();
  std::vector<double> notes = values_;
  notes.insert(notes.end(), counted.begin(), counted.end());
  notes.push_back(wants_to_stop_ ? 1 : 0);
  notes.push_back(failed ? 1 : 0);
  const auto outcome = gradients_.finish(team_, notes);
  if (notes.back() > 0)
    comm::on_every_rank(team_, "training a client together", [&] {
      if (failed) std::rethrow_exception(failed);
    });
  is_to_stop_ = notes[notes.size() - 2] > 0;
  std::copy_n(notes.begin(), values_.size(), values_.begin());
  const auto of_statistics = statistics_.finish(team_);
  const bool finite =
      std::ranges::none_of(values_, [](double x) { return x > std::numeric_limits<float>::max(); });
  if (outcome == GradientSum::Outcome::not_finite || of_statistics == GradientSum::Outcome::not_finite ||
      !finite)
    diverged();
  if (outcome == GradientSum::Outcome::again || of_statistics == GradientSum::Outcome::again) return false;
  statistics_.take(std::span(notes).subspan(values_.size(), counted.size()));
  return true;
}

void SharedStep::share_of_micro_batch(const StepBatch& batch, std::int64_t micro_batch) {
  const std::int64_t images = batch.images.size(0);
  const std::int64_t begin = micro_batch * (config_.batch / config_.micro_batches);
  const std::int64_t size = images_of(images, micro_batch);
  const double share = static_cast<double>(size) / static_cast<double>(images);
  statistics_.begin_micro_batch();
  const StepLosses found = gradients_of(network_, config_,
                                        {.images = part(batch.images, begin, size),
                                         .labels = part(batch.labels, begin, size),
                                         .global_features = part(batch.global_features, begin, size),
                                         .previous_features = part(batch.previous_features, begin, size)});
  gradients_.take_gradients(share);
  statistics_.end_micro_batch(share);
  features_.push_back(found.features.detach());
  const std::size_t terms = found.terms.size() + 1;
  auto* values = values_.data() + static_cast<std::size_t>(micro_batch) * terms;
  *values++ = comparable(found.loss.item<double>());
  for (const auto& term : found.terms) *values++ = comparable(term.item<double>());
}

/// Means over the images, in the order of the micro-batches.
StepLosses SharedStep::losses(std::int64_t images) const {
  const std::size_t terms = network_.objective.terms().size() + 1;
  std::vector<double> means(terms, 0);
  for (std::int64_t m = 0; m < config_.micro_batches; ++m) {
    const double share = static_cast<double>(images_of(images, m)) / static_cast<double>(images);
    for (std::size_t t = 0; t < terms && share > 0; ++t)
      means[t] += share * values_[static_cast<std::size_t>(m) * terms + t];
  }
  const auto scalar = [&](double mean) {
    return at::full({}, mean, at::TensorOptions().dtype(at::kFloat).device(network_.parameters.device()));
  };
  StepLosses losses{.features = features_.empty() ? at::Tensor() : at::cat(features_),
                    .terms = {},
                    .loss = scalar(means[0])};
  for (std::size_t t = 1; t < terms; ++t) losses.terms.push_back(scalar(means[t]));
  return losses;
}

/// All ranks of the team come here, with the same values.
void SharedStep::diverged() const {
  const std::size_t terms = network_.objective.terms().size() + 1;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i] <= std::numeric_limits<float>::max()) continue;
    const std::size_t term = i % terms;
    // The loss is the sum of the terms: where it is not finite, that they are is the exception.
    for (std::size_t t = 1; t < terms; ++t)
      if (values_[i - term + t] > std::numeric_limits<float>::max())
        throw Diverged({"the term " + network_.objective.terms()[t - 1].name, steps_});
    throw Diverged({"the loss", steps_});
  }
  if (const auto first = gradients_.first_not_finite())
    throw Diverged({"the gradient of " + learning_[*first].name, steps_});
  throw Diverged({"the statistics of batch norms", steps_});
}

}  // namespace fedfr::fl
