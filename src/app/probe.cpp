// `fedfr probe`: whether a dataset's images lie as a model expects them.
#include <fmt/format.h>

#include <algorithm>

#include "commands.hpp"
#include "evaluate_request.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/path.hpp"
#include "input_check.hpp"
#include "model_source.hpp"
#include "startup.hpp"

namespace fedfr::app {

namespace {

constexpr const char* usage = R"(Says whether the images of a dataset lie as a model expects them.

  fedfr probe RUN|WEIGHTS DATASET [--key value ...]

Two images each of some people are embedded as they are, with red and blue exchanged, and moved in four directions. A
variant with which the model tells people apart clearly better shows that images were stored as BGR, or cut out in
another way than those that the model was trained on. d' is the distance between the mean similarities of genuine and
of impostor pairs, in units of their spread; its gain has a 95 % interval over people who are drawn.

  --probe-people N    at most so many people (default 128)

Examples
  fedfr probe backbone.pt data/lfw
  mpirun -np 4 fedfr probe runs/lfw data/own --probe-people 200
)";

struct Request {
  std::filesystem::path model, dataset;
  std::vector<run::Setting> settings;
};

Request parse(std::span<const std::string> args) {
  const auto words = run::parse_words(args);
  if (words.bare.size() != 2)
    throw UsageError("probe needs a model and a dataset; `fedfr probe --help` has an example");
  return {.model = tidy_path(words.bare[0]), .dataset = tidy_path(words.bare[1]), .settings = words.settings};
}

run::Options options_for(const Request& request) {
  run::Options options = options_of_model(request.model, request.settings);
  take_only_dataset(options, request.dataset);
  return options;
}

}  // namespace

int run_probe(comm::MpiSession& mpi, std::span<const std::string> args) {
  if (std::ranges::find(args, "--help") != args.end()) {
    if (mpi.rank() == 0) fmt::print("{}", usage);
    return 0;
  }
  Request request;
  const Startup startup = start_evaluation(mpi, [&] {
    request = parse(args);
    return options_for(request);
  });
  std::unique_ptr<fl::GlobalModel> model;
  comm::on_every_rank(*startup.comm, "loading the model",
                      [&] { model = load_model(request.model, *startup.experiment, mpi.rank() == 0); });
  const data::Dataset dataset(request.dataset);
  const auto report = check_input(startup, *model, dataset);
  comm::on_every_rank(*startup.comm, "looking for people to compare", [&] {
    if (!report)
      throw DataError("{} has fewer than two people with two images: there is nothing to compare",
                      request.dataset.string());
  });
  if (mpi.rank() == 0)
    fmt::print("{}{}\n", eval::table_of(*report), eval::sentence_of(*report, request.dataset.string()));
  return 0;
}

}  // namespace fedfr::app
