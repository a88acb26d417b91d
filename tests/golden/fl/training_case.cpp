#include "training_case.hpp"

#include <ATen/ops/empty.h>

#include <algorithm>

#include "fedfr/data/codec/image_codec.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "fedfr/fl/client/round_views.hpp"
#include "fedfr/fl/parts/contrastive.hpp"
#include "fedfr/fl/parts/dfc.hpp"
#include "fedfr/fl/parts/hard_negatives.hpp"

namespace fedfr::fl::test_case {

TrainingCase::TrainingCase(const std::string& file_name)
    : file_(file_name),
      tar_(test::lfw_folder() / "lfw112.tar"),
      backbone_(nn::Backbone::make({.name = file_.text(".", "network")})),
      clients_(static_cast<int>(file_.number(".", "n_clients"))) {
  for (int c = 0; c < clients_; ++c) {
    const std::string name = "client" + std::to_string(c) + "_data";
    client_sets_.push_back(write(name, name));
  }
  public_set_ = std::make_unique<data::Dataset>(write("public", "public_data"));
}

data::Dataset TrainingCase::write(const std::string& name, const std::string& group) const {
  const auto names = file_.strings(group + "/images");
  const auto labels = file_.ints(group + "/labels");
  const auto identities = *std::ranges::max_element(labels) + 1;
  data::DatasetWriter writer(folder_ / name, {.role = data::Role::collection, .size = {112, 112}});
  writer.begin_client("golden", std::ssize(names));
  for (std::size_t i = 0; i < names.size(); ++i)
    writer.add(
        {.pixels = data::decode(tar_.read(names[i])).pixels, .label = static_cast<std::int32_t>(labels[i])});
  std::vector<std::string> identity_names;
  for (std::int64_t k = 0; k < identities; ++k) identity_names.push_back("identity" + std::to_string(k));
  writer.set_identities(identity_names);
  writer.finish();
  return data::Dataset(folder_ / name);
}

std::unique_ptr<GlobalModel> TrainingCase::initial_model() const {
  const auto identities = static_cast<std::int64_t>(file_.number(".", "n_public_classes"));
  auto model = std::make_unique<GlobalModel>(backbone_, identities, at::kCPU);
  test::formula_weights(seed(), model->parameters());
  at::Tensor(model->public_centres())
      .copy_(test::formula_tensor(seed(), static_cast<std::uint64_t>(file_.number(".", "public_fc_tensor")),
                                  file_.number(".", "fc_scale"), 0, model->public_centres().sizes().vec()));
  return model;
}

LocalTrainingConfig TrainingCase::config() const {
  const auto number = [&](const char* name) { return file_.number(".", name); };
  LocalTrainingConfig config;
  config.margin = {.kind = nn::Margin::cosface, .scale = number("s"), .margin = number("m")};
  config.sgd = {.momentum = number("momentum"), .weight_decay = number("weight_decay")};
  config.batch = static_cast<int>(number("batch"));
  config.keep_incomplete = false;
  config.mirror = false;
  config.embed.batch = config.batch;
  return config;
}

Algorithm TrainingCase::row() const {
  const auto number = [&](const char* name) { return file_.number(".", name); };
  Algorithm row;
  row.public_images = hard_negatives({.threshold = number("hn_threshold")});
  add_dfc(row, {.weight = number("bce_weight")});
  row.terms.push_back(contrastive_term({.weight = number("contrastive_weight"),
                                        .temperature = number("temperature"),
                                        .newcomers_model = nullptr}));
  return row;
}

ClientData TrainingCase::client(int number) const {
  ClientData data{.id = ClientId{number}, .name = "golden", .sources = {}, .identities = 0};
  const data::ImageSet images = client_sets_[static_cast<std::size_t>(number)].all();
  data.identities = images.identities();
  data.sources.push_back({images, images.indices(data::Subset::train), 0});
  return data;
}

PublicData TrainingCase::publics(const GlobalModel& global) const {
  const data::ImageSet images = public_set_->all();
  ClientData as_client{.id = ClientId{0}, .name = "public", .sources = {}, .identities = images.identities()};
  as_client.sources.push_back({images, images.indices(data::Subset::train), 0});
  const at::Tensor features = at::empty({images.size(), backbone_->config().embedding});
  embed_views(global.backbone(), global.parameters(), RoundImages(as_client), plain_views(images.size()),
              config().embed, features);
  return {images, features, {}, candidates(features)};
}

PrivateState TrainingCase::initial_state(int number, const std::string& variant) const {
  PrivateState state;
  const std::int64_t dimension = backbone_->config().embedding;
  state[kept::local_centres] = test::formula_tensor(
      seed(),
      static_cast<std::uint64_t>(file_.number(".", "local_fc_tensor")) + static_cast<std::uint64_t>(number),
      file_.number(".", "fc_scale"), 0, {client(number).identities, dimension});
  if (variant == "corrected") return state;
  nn::ParameterSet previous = backbone_->make_parameters();
  const auto step = static_cast<std::uint64_t>(file_.number(".", "previous_model_seed_step"));
  test::formula_weights(seed() + step * (static_cast<std::uint64_t>(number) + 1), previous);
  state[kept::backbone] = previous.flat();
  return state;
}

std::vector<double> TrainingCase::rates(const std::string& client_group) const {
  const auto per_step = file_.doubles(client_group + "/step_lr");
  const auto epochs = static_cast<std::size_t>(file_.shape(client_group + "/order").at(0));
  std::vector<double> per_epoch;
  for (std::size_t e = 0; e < epochs; ++e) per_epoch.push_back(per_step[e * per_step.size() / epochs]);
  return per_epoch;
}

LocalHooks TrainingCase::order_of(const std::string& client_group) const {
  LocalHooks hooks;
  hooks.order = [order = file_.ints(client_group + "/order")](int epoch, std::int64_t count) {
    const auto begin = order.begin() + epoch * count;
    return std::vector<std::int64_t>(begin, begin + count);
  };
  return hooks;
}

}  // namespace fedfr::fl::test_case
