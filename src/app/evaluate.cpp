// `fedfr evaluate`: what a run measures as it goes, for any model and any data, by the same evaluator.
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

#include "commands.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/path.hpp"
#include "fedfr/core/standard_streams.hpp"
#include "fedfr/data/inspect/overlap.hpp"
#include "fedfr/run/checkpoint.hpp"
#include "fedfr/run/evaluator.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "fedfr/run/record/run_directory.hpp"
#include "fedfr/run/record/run_folder_check.hpp"
#include "model_source.hpp"
#include "startup.hpp"

namespace fedfr::app {

namespace {

constexpr const char* usage = R"(Evaluates a model, or the result of a run with the clients' own models.

  fedfr evaluate RUN|WEIGHTS DATASET... [--save FILE.json] [--json] [--key value ...]

A benchmark is evaluated by 10-fold verification and TAR@FAR, a set of clients by the personalised protocol
(1:1 and 1:N). RUN is a run directory; WEIGHTS any file that fedfr wrote with a model in it. Keys are those of
a job file, for example --fars or --eval-batch. --save writes every figure to a file, --json prints the same in place
of the tables. Two datasets whose folders have one name are told apart by the folders above them.

Examples
  fedfr evaluate runs/lfw data/lfw-pairs
  mpirun -np 2 fedfr evaluate runs/lfw data/lfw/clients --save figures.json
  fedfr evaluate runs/lfw/checkpoint/round_0005.ckpt data/lfw-pairs --mirror-embedding false
)";

struct Request {
  std::filesystem::path model;
  std::vector<std::filesystem::path> datasets;
  std::filesystem::path save;
  bool json = false;
  std::vector<run::Setting> settings;
  std::vector<std::filesystem::path> trained_on;  ///< as the run's record names it; nothing for weights alone
};

/// Takes the command's own options out; all others are those of a job file.
std::vector<std::string> take_own_options(std::span<const std::string> args, Request& request) {
  constexpr std::string_view save = "--save=";
  std::vector<std::string> others;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string word = expand_option_word(args[i]);
    if (word == "--json")
      request.json = true;
    else if (word == "--save" && i + 1 < args.size())
      request.save = tidy_path(args[++i]);
    else if (word.starts_with(save))
      request.save = tidy_path(std::string_view(word).substr(save.size()));
    else
      others.push_back(word);
  }
  return others;
}

Request parse(std::span<const std::string> args) {
  Request request;
  auto words = run::parse_words(take_own_options(args, request));
  if (words.bare.size() < 2)
    throw UsageError("evaluate needs a model and at least one dataset; `fedfr evaluate --help` has examples");
  request.model = tidy_path(words.bare.front());
  for (std::size_t i = 1; i < words.bare.size(); ++i) request.datasets.push_back(tidy_path(words.bare[i]));
  request.settings = std::move(words.settings);
  std::error_code ignored;
  if (const auto folder = std::filesystem::absolute(request.save, ignored).parent_path();
      !request.save.empty() && !std::filesystem::is_directory(folder, ignored))
    throw DataError("--save {} cannot be written: there is no folder {}", request.save.string(),
                    folder.string());
  return request;
}

run::Options options_of(Request& request) {
  run::Options options = options_of_model(request.model, request.settings);
  if (std::filesystem::is_directory(request.model))
    request.trained_on = {options.clients, options.public_set};
  // The data that the model was trained on are not needed, and may be gone.
  options.clients.clear();
  options.public_set.clear();
  options.benchmark.clear();
  for (const auto& path : request.datasets) {
    const auto role = data::Dataset(path).role();
    if (role == data::Role::benchmark) {
      options.benchmark.push_back(path);
    } else if (role == data::Role::clients && options.clients.empty()) {
      options.clients = path;
    } else {
      throw UsageError(
          "{} is a dataset of the role '{}': evaluate takes benchmarks (fedfr-data pairs) and one set of "
          "clients (fedfr-data split)",
          path.string(), data::name(role));
    }
  }
  return options;
}

/// To standard error, since figures for people that the run has seen are too good. What it was trained on may
/// be gone by now.
void warn_of_shared_people(const Request& request, std::span<const data::Dataset> benchmarks) {
  std::error_code ignored;
  std::vector<data::Dataset> trained;
  for (const auto& set : request.trained_on)
    if (!set.empty() && std::filesystem::exists(set, ignored)) trained.emplace_back(set);
  for (const auto& warning : data::overlap_warnings(trained, benchmarks))
    complain("fedfr evaluate: warning: " + warning);
}

}  // namespace

int run_evaluate(comm::MpiSession& mpi, std::span<const std::string> args) {
  if (std::ranges::find(args, "--help") != args.end()) {
    if (mpi.rank() == 0) fmt::print("{}", usage);
    return 0;
  }
  Request request;
  const Startup startup = start_evaluation(mpi, [&] {
    request = parse(args);
    if (mpi.rank() == 0 && !request.save.empty()) run::check_result(request.save, {request.model});
    return options_of(request);
  });
  const run::Experiment& experiment = *startup.experiment;
  comm::Communicator& comm = *startup.comm;
  std::unique_ptr<fl::GlobalModel> model;
  run::Evaluation evaluation;
  comm::on_every_rank(comm, "loading the model", [&] {
    model = load_model(request.model, experiment);
    evaluation.round = run::completed_rounds_of(weights_of(request.model));
    if (comm.rank() == 0) warn_of_shared_people(request, experiment.benchmarks);
  });

  run::Evaluator evaluator(experiment, comm);
  evaluation.benchmarks = evaluator.generic(*model);
  if (evaluator.has_personalised_protocol()) {
    evaluation.global = evaluator.global_for_clients(*model);
    std::vector<eval::ClientScores> own;
    // Each rank reads other files, of which any may be damaged.
    comm::on_every_rank(comm, "evaluating the clients' own models", [&] {
      const run::RunPaths paths(request.model);
      for (std::int64_t c = comm.rank(); c < experiment.clients->clients(); c += comm.size())
        if (const auto personal = run::load_personal_model(paths.personalized, ClientId{c}, experiment))
          own.push_back(evaluator.own_for_client(ClientId{c}, *personal));
    });
    evaluation.own = run::gather_scores(comm, own);
  }
  if (comm.rank() != 0) return 0;
  if (!request.save.empty()) run::save(request.save, evaluation);
  // The tables would spoil a file that is printed, too.
  if (request.save.empty() || !is_standard_output(request.save))
    fmt::print("{}",
               request.json ? run::to_text(evaluation) : run::comparison_tables(evaluation, evaluation));
  return 0;
}

}  // namespace fedfr::app
