#include "support/local_training.hpp"

#include "fedfr/core/rng.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "fedfr/fl/client/round_views.hpp"
#include "fedfr/fl/parts/contrastive.hpp"
#include "fedfr/fl/parts/dfc.hpp"
#include "fedfr/fl/parts/hard_negatives.hpp"

// Three people of a client and four public ones with images of 16x16, made in the time of a test. The network
// and the trainer are the real ones, and all that a round prepares for them (public features of both views,
// candidates) is prepared as there.
namespace fedfr::test {

void write_noisy_dataset(const std::filesystem::path& path, data::Role role, int identities, int images,
                         std::uint64_t seed) {
  constexpr data::ImageSize size = LocalTraining::image_size;
  data::DatasetWriter writer(path, {.role = role, .size = size});
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(identities));
  for (int k = 0; k < identities; ++k) names.push_back("id" + std::to_string(k));
  writer.begin_client("client_a", std::int64_t{identities} * images,
                      role == data::Role::clients ? names : std::vector<std::string>{});
  RngStream random({.seed = seed, .purpose = Purpose::synth_image});
  for (int k = 0; k < identities; ++k) {
    for (int i = 0; i < images; ++i) {
      data::NewImage image{.pixels = std::vector<std::uint8_t>(static_cast<std::size_t>(size.bytes())),
                           .label = k};
      for (std::size_t p = 0; p < image.pixels.size(); ++p)
        image.pixels[p] =
            static_cast<std::uint8_t>((p * static_cast<std::size_t>(k + 3) % 128) + random.below(128));
      writer.add(image);
    }
  }
  if (role != data::Role::clients) writer.set_identities(names);
  writer.finish();
}

LocalTraining::LocalTraining(at::Device device, const std::string& backbone) {
  write_noisy_dataset(folder_ / "clients", data::Role::clients, 3, 6, 1);
  write_noisy_dataset(folder_ / "public", data::Role::public_set, 4, 5, 2);
  clients_ = std::make_unique<data::Dataset>(folder_ / "clients");
  public_set_ = std::make_unique<data::Dataset>(folder_ / "public");
  const auto network = std::shared_ptr(nn::Backbone::make({.name = backbone,
                                                           .width = 0.25,
                                                           .embedding = 16,
                                                           .height = image_size.height,
                                                           .width_pixels = image_size.width}));
  model_ = std::make_unique<fl::GlobalModel>(network, 4, device);
  model_->initialise(7);
  model_->initialise_public_centres(7);
  config_.batch = 4;
  row_ = row_of(true, true, true);
  publics_.images = public_set_->all();
  publics_.plain_features = see_publics(false);
  publics_.mirrored_features = see_publics(true);
  publics_.candidates = fl::candidates(publics_.plain_features);
}

at::Tensor LocalTraining::see_publics(bool mirrored) {
  fl::ClientData as_client{.id = ClientId{0}, .name = "public", .sources = {}, .identities = 4};
  as_client.sources.push_back({publics_.images, publics_.images.indices(data::Subset::train), 0});
  std::vector<fl::View> views = fl::plain_views(publics_.images.size());
  for (auto& view : views) view.mirrored = mirrored;
  at::Tensor out = memory_.table(std::ssize(views), model_->backbone().config().embedding);
  fl::embed_views(model_->backbone(), model_->parameters(), fl::RoundImages(as_client), views, {}, out);
  return out;
}

fl::Algorithm LocalTraining::row_of(bool hard_negatives, bool dfc, bool contrastive) {
  fl::Algorithm row;
  if (hard_negatives) row.public_images = fl::hard_negatives({.threshold = -1, .cap = 0.5});
  if (dfc) fl::add_dfc(row, {});
  if (contrastive) row.terms.push_back(fl::contrastive_term({}));
  return row;
}

fl::LocalResult LocalTraining::train(int round, const fl::PrivateState* state, const fl::LocalHooks& hooks) {
  fl::LocalTrainer trainer(row_, config_, {*model_, &publics_}, memory_, graph_, alone_);
  const std::vector<double> rates = {0.01, 0.005};
  return trainer.train(fl::client_data(*clients_, ClientId{0}, 0), round, rates, state, hooks);
}

}  // namespace fedfr::test
