// Ordinary training, shared out among the ranks. The header tells the course of a step; the one thing to know
// for reading on is that all ranks walk through it together: a rank without a micro-batch of its own, or with
// an error, still comes to every exchange.
#include "fedfr/fl/central/central_trainer.hpp"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <utility>

#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/activity.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/magnitude.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/nn/image_input.hpp"
#include "fedfr/nn/precision.hpp"

namespace fedfr::fl {

namespace {

/// Loaders read ahead of one stretch of steps each, so that the list of what they read stays short.
constexpr std::int64_t steps_of_a_loader = 256;

}  // namespace

/// A micro-batch of this rank.
struct CentralTrainer::Input {
  at::Tensor images;    // [n,3,H,W], kept in case the step is done again
  at::Tensor features;  // [n,D] with its graph, between the ways forth and back
};

/// What belongs to one step.
struct CentralTrainer::Step {
  const EpochImages& epoch;
  std::int64_t number;
  data::BatchLoader& loader;
  std::int64_t micro_batches;
  double images;
  std::vector<std::int32_t> labels;
  std::vector<Input> inputs;
  std::vector<double> counters{};  // of batches that batch norms have seen, after the step
  bool stop = false;
  std::exception_ptr failure;
  bool features_are_finite = true;

  std::vector<std::int32_t> labels_of(std::int64_t micro_batch, const StepShape& shape) const {
    const std::int64_t begin = micro_batch * shape.micro_batch();
    const std::int64_t end = std::min(begin + shape.micro_batch(), std::ssize(labels));
    return {labels.begin() + begin, labels.begin() + end};
  }
  double share(std::int64_t of_images) const { return static_cast<double>(of_images) / images; }
};

CentralTrainer::CentralTrainer(const GlobalModel& model, const PooledImages& images,
                               const CentralConfig& config, comm::Communicator& comm)
    : model_(model),
      images_(images),
      config_(config),
      comm_(comm),
      backbone_(model.backbone().make_parameters(model.parameters().device(), config.embed.format)),
      moves_statistics_(model.moves_statistics()),
      classes_(images.classes(), model.backbone().config().embedding, comm.rank(), comm.size(),
               model.parameters().device()),
      softmax_(classes_, config.margin, config.class_sample),
      gradients_({}, 1),
      statistics_(nullptr, {}, 1),
      sgd_({}, config.sgd) {
  backbone_.copy_from(model.parameters().flat());
  const auto tensors = model.tensors();
  for (std::size_t i = 0; i < backbone_.tensors().size(); ++i) {
    if (tensors[i].learning != nn::Learning::by_gradient || tensors[i].role == Role::frozen) continue;
    learning_.push_back(backbone_[i]);
    learning_names_.push_back(tensors[i].name);
    at::Tensor(backbone_[i]).set_requires_grad(true);
  }
  if (config.margin.kind == nn::Margin::adaface)
    norms_ = at::tensor(at::ArrayRef<float>(nn::first_norm_statistics)).to(backbone_.device());
  gradients_ = GradientSum(learning_, config.shape.micro_batches);
  statistics_ = MovedStatistics(moves_statistics_ ? &backbone_ : nullptr, norms_, config.shape.micro_batches);
  // The gradient's length is limited here, where that of the centres on other ranks is known.
  auto sgd = config.sgd;
  sgd.clip_norm = 0;
  sgd_ = nn::Sgd(learning_, sgd);
}

std::int64_t CentralTrainer::train(const Stretch& stretch) {
  const Span span("training steps");
  const ActivityScope scope(current_activity());  // the steps that are noted end here
  for (std::int64_t next = stretch.begin; next < stretch.end;) {
    const std::int64_t end = std::min(next + steps_of_a_loader, stretch.end);
    auto loader = load(stretch.epoch, next, end);
    for (; next < end; ++next) {
      at_step(next + 1, stretch.epoch.steps());
      Step step = begin(stretch.epoch, next, loader);
      step.stop = stretch.stop_requested && stretch.stop_requested();
      make(step, stretch.rate(next));
      if (stretch.after_step) stretch.after_step(next, softmax_loss_);
      if (step.stop) return next + 1;
    }
  }
  return stretch.end;
}

/// What this rank reads in some steps: its micro-batches alone.
data::BatchLoader CentralTrainer::load(const EpochImages& epoch, std::int64_t begin, std::int64_t end) const {
  std::vector<data::BatchItem> items;
  for (std::int64_t step = begin; step < end; ++step) {
    for (std::int64_t m = comm_.rank(); m < epoch.micro_batches_of(step); m += comm_.size()) {
      const auto some = epoch.items(step, m);
      items.insert(items.end(), some.begin(), some.end());
    }
  }
  return {images_.sources(),
          std::move(items),
          {.batch = static_cast<int>(config_.shape.micro_batch()),
           .threads = at::get_num_threads(),
           .augmentation = config_.augmentation,
           .draws = epoch.augmentation_key()}};
}

CentralTrainer::Step CentralTrainer::begin(const EpochImages& epoch, std::int64_t number,
                                           data::BatchLoader& loader) const {
  const at::NoGradGuard no_grad;
  Step step{.epoch = epoch,
            .number = number,
            .loader = loader,
            .micro_batches = epoch.micro_batches_of(number),
            .images = static_cast<double>(epoch.images_of(number)),
            .labels = epoch.labels(number),
            .inputs = {},
            .failure = {}};
  for (std::int64_t m = comm_.rank(); m < step.micro_batches; m += comm_.size()) step.inputs.emplace_back();
  return step;
}

void CentralTrainer::make(Step& step, double rate) {
  const Span span("step");
  statistics_.make_step([&] { return attempt(step); });
  update(rate);
  statistics_.take(step.counters);
}

/// @returns whether the sums could be made
bool CentralTrainer::attempt(Step& step) {
  gradients_.begin();
  softmax_.begin(step.labels, step.epoch.class_key(step.number), config_.margin_weight / step.images);
  auto input = step.inputs.begin();
  for (std::int64_t first = 0; first < step.micro_batches; first += comm_.size()) {
    Input* mine = input != step.inputs.end() ? &*input++ : nullptr;
    if (mine != nullptr) embed(step, *mine);
    const auto batches = gather(step, first, mine);
    const auto gradients = softmax_.gradients(batches, comm_);
    if (mine != nullptr) go_back(*mine, gradients[static_cast<std::size_t>(comm_.rank())]);
  }
  softmax_.finish();
  softmax_loss_ = softmax_.loss();
  std::vector<double> notes = statistics_.counted();
  notes.push_back(step.stop ? 1 : 0);
  const auto of_gradients = gradients_.finish(comm_, notes);
  const auto of_statistics = statistics_.finish(comm_);
  step.stop = notes.back() > 0;
  notes.pop_back();
  step.counters = std::move(notes);
  if (of_gradients == GradientSum::Outcome::not_finite || of_statistics == GradientSum::Outcome::not_finite ||
      !std::isfinite(softmax_loss_))
    diverged(step);
  return of_gradients == GradientSum::Outcome::summed && of_statistics == GradientSum::Outcome::summed;
}

/// The way forth. An error is kept for `gather`, where the ranks meet.
void CentralTrainer::embed(Step& step, Input& input) {
  try {
    const auto& size = model_.backbone().config();
    if (!input.images.defined()) {
      const data::Batch& batch = *step.loader.next();
      input.images = nn::network_input(batch.pixels, size.height, size.width_pixels, batch.mirrored,
                                       {backbone_.device(), config_.embed.format});
    }
    statistics_.begin_micro_batch();
    const Span span("forward");
    const nn::PrecisionScope precision(config_.embed.precision, backbone_.device());
    const nn::ParameterSet weights =
        config_.embed.precision == nn::Precision::bf16 ? backbone_.rounded() : backbone_;
    input.features = (moves_statistics_ ? model_.backbone().embed_in_training(weights, input.images)
                                        : model_.backbone().embed(weights, input.images))
                         .to(at::kFloat);
    if (norms_.defined())
      norms_.copy_(nn::norms_after(input.features.detach(), norms_, config_.margin.adaface));
    statistics_.end_micro_batch(step.share(input.images.size(0)));
  } catch (...) {
    step.failure = std::current_exception();
  }
}

/// The features of the micro-batches that the ranks have now, on every rank.
std::vector<ClassifiedBatch> CentralTrainer::gather(Step& step, std::int64_t first, const Input* mine) {
  const Span span("gathering features");
  at::Tensor features = at::empty({0}, at::kFloat);
  if (mine != nullptr && !step.failure) features = mine->features.detach().cpu().contiguous();
  const std::span values(features.const_data_ptr<float>(), static_cast<std::size_t>(features.numel()));
  const auto all = comm_.allgather_bytes(std::as_bytes(values));
  const std::int64_t dimension = classes_.dimension();
  // Those of before the step: what this rank's micro-batch has made of them is noted already.
  statistics_.begin_micro_batch();
  const at::Tensor norms = norms_.defined() ? norms_.clone() : at::Tensor();
  std::vector<ClassifiedBatch> batches;
  for (std::int64_t m = first; m < std::min(first + comm_.size(), step.micro_batches); ++m) {
    const auto& bytes = all[static_cast<std::size_t>(m - first)];
    ClassifiedBatch batch{.features = {}, .labels = step.labels_of(m, config_.shape), .norms = norms};
    const auto rows = std::ssize(batch.labels);
    if (bytes.size() != static_cast<std::size_t>(rows * dimension) * sizeof(float)) {
      // The rank has sent nothing because of an error, which now all ranks learn.
      comm::on_every_rank(comm_, "training", [&] {
        if (step.failure) std::rethrow_exception(step.failure);
      });
      throw std::logic_error("a rank has sent features of another size");
    }
    at::Tensor host = at::empty({rows, dimension}, at::kFloat);
    std::memcpy(host.data_ptr<float>(), bytes.data(), bytes.size());
    const std::span found(host.const_data_ptr<float>(), static_cast<std::size_t>(host.numel()));
    step.features_are_finite = step.features_are_finite && std::isfinite(largest_magnitude(found));
    batch.features = host.to(backbone_.device());
    batches.push_back(std::move(batch));
  }
  return batches;
}

/// The way back.
void CentralTrainer::go_back(Input& input, const at::Tensor& gradient) {
  {
    const Span span("backward");
    input.features.backward(gradient);
    input.features = at::Tensor();
  }
  gradients_.take_gradients();
}

void CentralTrainer::update(double rate) {
  gradients_.to_gradients();
  const double factor = clip_factor();
  if (factor < 1)
    for (const auto& tensor : learning_)
      if (tensor.grad().defined()) tensor.grad().mul_(factor);
  sgd_.set_learning_rate(rate);
  sgd_.step();
  softmax_.update(config_.sgd, rate, factor);
}

/// What the gradients are multiplied by: see SgdConfig. Of all parameters, also of centres on other ranks.
double CentralTrainer::clip_factor() {
  if (config_.sgd.clip_norm <= 0) return 1;
  std::vector<at::Tensor> lengths;
  for (const auto& tensor : learning_)
    if (tensor.grad().defined())
      lengths.push_back(at::linalg_vector_norm(tensor.grad(), 2, c10::nullopt, false, at::kDouble));
  double squares = 0;
  if (!lengths.empty()) {
    const at::Tensor host = at::stack(lengths).cpu();
    for (std::int64_t i = 0; i < host.numel(); ++i) squares += std::pow(host[i].item<double>(), 2);
  }
  for (const double of_block : softmax_.squared_gradients(comm_)) squares += of_block;
  return std::min(1.0, config_.sgd.clip_norm / (std::sqrt(squares) + 1e-6));
}

/// On all ranks alike, since every value that is looked at is.
void CentralTrainer::diverged(const Step& step) const {
  std::string tensor = "the loss";
  if (!step.features_are_finite)
    tensor = "the embeddings";
  else if (const auto first = gradients_.first_not_finite(); first && std::isfinite(softmax_loss_))
    tensor = "the gradient of " + learning_names_[*first];
  else if (std::isfinite(softmax_loss_))
    tensor = "the statistics of batch norms";
  throw comm::AgreedError(
      ExitCode::data,
      fmt::format(
          "the training has diverged: the first tensor that is not finite is {}, in step {} of the epoch; "
          "lower --lr or set --clip-norm",
          tensor, step.number + 1));
}

}  // namespace fedfr::fl
