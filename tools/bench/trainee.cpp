#include "trainee.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "kernels.hpp"
#include "measure.hpp"

// A client without a run: data of noise, the model and the trainer as `fedfr train` would have made them from
// the same words, for one piece of a round to be repeated alone.
namespace fedfr::bench {

namespace {

constexpr int identities = 8;
constexpr int public_identities = 100;
constexpr int frozen_batch = 64;  // as frozen passes are made

}  // namespace

Trainee::Trainee(const Setting& setting, const NetworkSetting& network, int steps)
    : folder_("fedfr-bench", setting.folder) {
  const auto clients = folder_.path() / "clients";
  const auto publics = folder_.path() / "public";
  write_random_faces(clients, data::Role::clients, network.image_size(),
                     {.clients = 1, .identities = identities, .images = steps * network.batch / identities});
  write_random_faces(publics, data::Role::public_set, network.image_size(),
                     {.clients = 1, .identities = public_identities, .images = 1});
  auto words = network.words();
  words.insert(words.end(), {"--clients", clients.string(), "--public", publics.string(), "--eval-batch",
                             std::to_string(network.batch)});
  experiment_ = make_experiment(words);
  std::string note;
  model_ = std::make_unique<fl::GlobalModel>(experiment_->initial_model(note));
}

fl::LocalStatistics Trainee::train(bool contrastive) {
  fl::Algorithm row;
  // With the contrastive term a frozen model looks at the images first. Where the kernels of steps are noted
  // it is left out, since those of that pass would count among them.
  std::ranges::copy_if(experiment_->algorithm.terms, std::back_inserter(row.terms),
                       [&](const fl::Term& term) { return contrastive || !term.reads_previous_features; });
  row.heads = experiment_->algorithm.heads;
  fl::LocalTrainer trainer(row, experiment_->training, {*model_}, features_, graph_, alone_);
  const std::vector<double> rate = {1e-4};
  return trainer.train(experiment_->training_data(ClientId{0}), 0, rate, nullptr, {}).statistics;
}

void Trainee::embed() {
  const fl::RoundImages images(experiment_->training_data(ClientId{0}));
  const at::Tensor out = features_.table(images.size(), model_->backbone().config().embedding);
  fl::embed_views(model_->backbone(), model_->parameters(), images, fl::plain_views(images.size()),
                  experiment_->training.embed, out);
}

void add_arithmetic(Report& report, at::Device device, const NetworkSetting& network, double rate) {
  const auto precision = network.precision == "bf16" ? at::kBFloat16 : at::kFloat;
  report.add({.what = "arithmetic",
              .value = rate / 1e12,
              .unit = "TFLOP/s",
              .bound = fmt::format("a large matrix product in {}", network.precision),
              .limit = matrix_product_rate(device, precision) / 1e12});
}

KernelSeconds kernel_seconds(const Setting& setting, const NetworkSetting& network) {
  Trainee one_step(setting, network, 1);
  NetworkSetting wide = network;
  wide.batch = frozen_batch;
  Trainee one_pass(setting, wide, 1);
  const Kernels training(one_step.device(), [&] { one_step.train(false); });
  const Kernels frozen(one_pass.device(), [&] { one_pass.embed(); });
  const auto timings = measure_in_turn(setting.runs, {[&] { training.repeat(); }, [&] { frozen.repeat(); }});
  return {.training = timings[0].median / network.batch, .frozen = timings[1].median / wide.batch};
}

}  // namespace fedfr::bench
