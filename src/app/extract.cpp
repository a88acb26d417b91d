// `fedfr extract`: embeddings for other programs. A row means nothing without whose image it is, so that a
// table of names goes with them.
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>

#include "commands.hpp"
#include "evaluate_request.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/indices.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/path.hpp"
#include "fedfr/data/inspect/image_table.hpp"
#include "fedfr/eval/embed.hpp"
#include "fedfr/run/record/run_folder_check.hpp"
#include "model_source.hpp"
#include "startup.hpp"

namespace fedfr::app {

namespace {

constexpr const char* usage = R"(Writes the embeddings of a dataset's images.

  fedfr extract RUN|WEIGHTS DATASET OUT.safetensors [--key value ...]

Writes two files with a row for each image, in the order of the dataset (client after client):

  OUT.safetensors  `embeddings` float32 [N,D] of unit length, by default of the sum of an image and its mirror
                   image; int64 [N] `clients` (-1 outside of a set of clients), `identities` (number of the
                   person in the whole dataset), `labels` (number of the person within its client); uint8 [N]
                   `subsets` (0 training, 1 test). Any tool that reads safetensors reads it.
  OUT.csv          the same with names: row, client, client_name, identity, identity_name, label, subset, source

Examples
  fedfr extract runs/lfw data/lfw-pairs embeddings.safetensors
  fedfr extract runs/lfw parts/clients embeddings.safetensors --mirror-embedding false
  python: pandas.read_csv("embeddings.csv"), safetensors.numpy.load_file("embeddings.safetensors")
)";

struct Request {
  std::filesystem::path model, dataset, output;
  /// Empty where the output is a device or a pipe, beside which there is no place.
  std::filesystem::path table;
  std::vector<run::Setting> settings;
};

/// Nobody named the table, so that it replaces none but an earlier one.
void check_table(const std::filesystem::path& table) {
  std::error_code ignored;
  if (!std::filesystem::exists(table, ignored)) return;
  const std::string columns = data::csv({});
  std::string found(columns.size(), '\0');
  if (std::filesystem::file_size(table, ignored) >= found.size())
    read_exactly(open_for_reading(table), table, 0, std::as_writable_bytes(std::span(found)));
  if (found != columns)
    throw UsageError(
        "{} would be replaced by the table of the embeddings, and is none: remove it or choose "
        "another name",
        table.string());
}

Request parse(std::span<const std::string> args) {
  const auto words = run::parse_words(args);
  if (words.bare.size() != 3)
    throw UsageError(
        "extract needs a model, a dataset and an output file; `fedfr extract --help` has an example");
  Request request{.model = tidy_path(words.bare[0]),
                  .dataset = tidy_path(words.bare[1]),
                  .output = tidy_path(words.bare[2]),
                  .table = {},
                  .settings = words.settings};
  run::check_result(request.output, {request.model});
  std::error_code ignored;
  if (std::filesystem::exists(request.output, ignored) &&
      !std::filesystem::is_regular_file(request.output, ignored))
    return request;
  if (request.output.extension() == ".csv")
    throw UsageError(
        "{}: the embeddings are no CSV file: name it OUT.safetensors, and OUT.csv, beside it, tells whose "
        "they "
        "are",
        request.output.string());
  request.table = request.output;
  if (request.table.extension() == ".safetensors") request.table.replace_extension();
  request.table += ".csv";
  run::check_result(request.table, {request.model});
  check_table(request.table);
  return request;
}

run::Options options_for(const Request& request) {
  run::Options options = options_of_model(request.model, request.settings);
  take_only_dataset(options, request.dataset);
  return options;
}

void save_embeddings(const Request& request, const at::Tensor& features,
                     const std::vector<data::ImageRow>& rows) {
  const auto column = [&](at::ScalarType type, const auto& value_of) {
    at::Tensor tensor = at::empty({std::ssize(rows)}, at::kLong);
    std::ranges::transform(rows, tensor.data_ptr<std::int64_t>(), value_of);
    return tensor.to(type);
  };
  nn::save(
      request.output,
      {.tensors = {{"embeddings", features},
                   {"clients", column(at::kLong, [](const auto& row) { return row.client; })},
                   {"identities", column(at::kLong, [](const auto& row) { return row.identity; })},
                   {"labels", column(at::kLong, [](const auto& row) { return std::int64_t{row.label}; })},
                   {"subsets", column(at::kByte, [](const auto& row) { return std::int64_t(row.subset); })}},
       .metadata = {{"format", "fedfr-embeddings-2"}}});
  if (!request.table.empty()) replace_file(request.table, data::csv(rows));
}

}  // namespace

int run_extract(comm::MpiSession& mpi, std::span<const std::string> args) {
  if (std::ranges::find(args, "--help") != args.end()) {
    if (mpi.rank() == 0) fmt::print("{}", usage);
    return 0;
  }
  Request request;
  const Startup startup = start_evaluation(mpi, [&] {
    request = parse(args);
    return options_for(request);
  });
  const run::Experiment& experiment = *startup.experiment;
  std::unique_ptr<fl::GlobalModel> model;
  comm::on_every_rank(*startup.comm, "loading the model",
                      [&] { model = load_model(request.model, experiment, mpi.rank() == 0); });

  const data::Dataset dataset(request.dataset);
  const data::ImageSet images = dataset.all();
  const auto all = all_indices(images.size());
  const auto embed = [&](bool mirrored) {
    return eval::embed_together(*startup.comm, model->backbone(), model->parameters(), images, all, mirrored,
                                experiment.training.embed);
  };
  const at::Tensor plain = embed(false);
  const at::Tensor features =
      eval::evaluation_features(plain, experiment.options.mirror_embedding ? embed(true) : at::Tensor());
  comm::on_every_rank(*startup.comm, "writing the embeddings", [&] {
    eval::check_features(features, images, all);
    if (mpi.rank() == 0) save_embeddings(request, features, data::image_table(dataset));
  });
  if (mpi.rank() == 0 && !is_standard_output(request.output))
    fmt::print("{}: {} embeddings of {} dimensions\n", request.output.string(), images.size(),
               features.size(1));
  if (mpi.rank() == 0 && !request.table.empty()) fmt::print("{}: whose they are\n", request.table.string());
  return 0;
}

}  // namespace fedfr::app
