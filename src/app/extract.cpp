#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>

#include "commands.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/indices.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/eval/embed.hpp"
#include "model_source.hpp"
#include "startup.hpp"

namespace fedfr::app {

namespace {

constexpr const char* usage = R"(Writes the embeddings of a dataset's images.

  fedfr extract RUN|WEIGHTS DATASET OUT.safetensors [--key value ...]

OUT holds `embeddings` float32 [N,D] of unit length, by default of the sum of an image and its mirror image,
and `labels` int64 [N], in the order of the dataset. Any tool that reads safetensors reads it.

Example
  fedfr extract runs/lfw data/lfw-pairs embeddings.safetensors
)";

run::Options options_for(const std::vector<std::string>& words, const std::vector<std::string>& keys) {
  if (words.size() != 3)
    throw UsageError(
        "extract needs a model, a dataset and an output file; `fedfr extract --help` has an example");
  run::Options options = options_of_model(words[0], run::parse_command_line(keys).settings);
  options.clients.clear();
  options.public_set.clear();
  options.benchmark.clear();
  switch (data::Dataset(words[1]).role()) {
    case data::Role::clients:
      options.clients = words[1];
      break;
    case data::Role::benchmark:
      options.benchmark = {words[1]};
      break;
    case data::Role::public_set:
    case data::Role::collection:
      options.public_set = words[1];
      break;
  }
  return options;
}

void save_embeddings(const std::filesystem::path& path, const at::Tensor& features,
                     const data::ImageSet& images) {
  const at::Tensor labels = at::empty({images.size()}, at::kLong);
  std::ranges::copy(images.labels(), labels.data_ptr<std::int64_t>());
  nn::save(path, {.tensors = {{"embeddings", features}, {"labels", labels}},
                  .metadata = {{"format", "fedfr-embeddings-1"}}});
}

}  // namespace

int run_extract(comm::MpiSession& mpi, std::span<const std::string> args) {
  if (std::ranges::find(args, "--help") != args.end()) {
    if (mpi.rank() == 0) fmt::print("{}", usage);
    return 0;
  }
  const auto first_key =
      std::ranges::find_if(args, [](const std::string& arg) { return arg.starts_with("--"); });
  const std::vector<std::string> words(args.begin(), first_key);
  const std::vector<std::string> keys(first_key, args.end());
  const Startup startup = start_evaluation(mpi, [&] {
    if (mpi.rank() == 0 && words.size() == 3) check_output(words[2]);
    return options_for(words, keys);
  });
  const run::Experiment& experiment = *startup.experiment;
  std::unique_ptr<fl::GlobalModel> model;
  comm::on_every_rank(*startup.comm, "loading the model", [&] { model = load_model(words[0], experiment); });

  const data::ImageSet images = data::Dataset(words[1]).all();
  const auto all = all_indices(images.size());
  const auto embed = [&](bool mirrored) {
    return eval::embed_together(*startup.comm, model->backbone(), model->parameters(), images, all, mirrored,
                                experiment.training.embed);
  };
  const at::Tensor plain = embed(false);
  const at::Tensor features =
      eval::evaluation_features(plain, experiment.options.mirror_embedding ? embed(true) : at::Tensor());
  comm::on_every_rank(*startup.comm, "writing the embeddings", [&] {
    if (mpi.rank() == 0) save_embeddings(words[2], features, images);
  });
  if (mpi.rank() == 0 && !is_standard_output(words[2]))
    fmt::print("{}: {} embeddings of {} dimensions\n", words[2], images.size(), features.size(1));
  return 0;
}

}  // namespace fedfr::app
