// `fedfr evaluate`: what a run measures as it goes, for any model and any data, by the same evaluator.
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <system_error>
#include <vector>

#include "commands.hpp"
#include "evaluate_pictures.hpp"
#include "evaluate_request.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/standard_streams.hpp"
#include "fedfr/data/inspect/overlap.hpp"
#include "fedfr/run/checkpoint.hpp"
#include "fedfr/run/evaluator.hpp"
#include "fedfr/run/protocols/templates.hpp"
#include "fedfr/run/record/benchmark_names.hpp"
#include "fedfr/run/record/run_directory.hpp"
#include "fedfr/run/record/run_folder_check.hpp"
#include "model_source.hpp"
#include "startup.hpp"

namespace fedfr::app {

namespace {

constexpr const char* usage = R"(Evaluates a model, or the result of a run with the clients' own models.

  fedfr evaluate RUN|WEIGHTS DATASET... [options] [--key value ...]

A benchmark is evaluated by verification over its folds and TAR@FAR, a set of clients by the personalised protocol
(1:1 and 1:N), templates (fedfr-data ijb) by 1:1 and by 1:N in both galleries. RUN is a run directory; WEIGHTS
a file of weights: fedfr's own, safetensors, or PyTorch's (.pt, .pth), whose network is found by its tensors. Keys
are those of a job file, for example --fars or --eval-batch. Intervals are 95 % over people who are drawn with replacement
(--bootstrap-draws). Two datasets whose folders have one name are told apart by the folders above them.

  --json | --csv | --latex  print every figure as JSON, as CSV, or as a table for the LaTeX package booktabs
  --save FILE               write them to a file: FILE.csv, FILE.tex, any other name JSON
  --draw FOLDER             draw the curves with gnuplot
  --as-insightface          for templates: the figures of InsightFace's scripts beside the right ones
  --identification          1:N on one dataset of any role: gallery and probes, rank 1, TPIR@FPIR (DIR@FAR), CMC
  --gallery-images N        the first N images of each person are the gallery, the others probes (default: the
                            training part where the dataset marks one, else 1); people without more are strangers
  --strangers N             N people are drawn who could be enrolled and are not

Examples
  fedfr evaluate runs/lfw data/lfw-pairs
  mpirun -np 2 fedfr evaluate runs/lfw data/lfw/clients --save figures.json
  fedfr evaluate runs/lfw/checkpoint/round_0005.ckpt data/lfw-pairs --mirror-embedding false --latex
  fedfr evaluate runs/lfw data/lfw --identification --strangers 200 --draw pictures
)";

/// To standard error, since figures for people that the run has seen are too good. What it was trained on may
/// be gone by now.
void warn_of_shared_people(std::span<const std::filesystem::path> trained_on,
                           std::span<const data::Dataset> benchmarks) {
  std::error_code ignored;
  std::vector<data::Dataset> trained;
  for (const auto& set : trained_on)
    if (!set.empty() && std::filesystem::exists(set, ignored)) trained.emplace_back(set);
  for (const auto& warning : data::overlap_warnings(trained, benchmarks))
    complain("fedfr evaluate: warning: " + warning);
}

/// 1:N of one dataset. Collective.
run::IdentifiedPeople identified(run::Evaluator& evaluator, const fl::GlobalModel& model,
                                 const run::Experiment& experiment, const run::GalleryChoice& gallery) {
  const auto& dataset = dataset_to_identify(experiment);
  auto [scores, resampled] = run::identify_people(evaluator, model, dataset, gallery);
  eval::add_intervals(scores, resampled.intervals(evaluator.bootstrap_plan()));
  return {.name = run::benchmark_name(dataset.path()), .scores = std::move(scores)};
}

/// A template benchmark. Collective.
run::TemplateFigures template_figures(run::Evaluator& evaluator, const fl::GlobalModel& model,
                                      const data::Dataset& dataset, bool as_insightface) {
  auto result = run::score_template_benchmark(evaluator, model, dataset, as_insightface);
  auto figures = eval::figures_of(result.scores);
  eval::add_intervals(figures, result.resampled.intervals(evaluator.bootstrap_plan()));
  return {.name = run::benchmark_name(dataset.path()),
          .figures = std::move(figures),
          .as_insightface = std::move(result.as_insightface)};
}

/// The personalised protocol with the clients' own models. Collective.
std::vector<eval::ClientScores> own_scores(const run::Evaluator& evaluator, comm::Communicator& comm,
                                           const run::Experiment& experiment,
                                           const std::filesystem::path& run_folder) {
  std::vector<eval::ClientScores> own;
  // Each rank reads other files, of which any may be damaged.
  comm::on_every_rank(comm, "evaluating the clients' own models", [&] {
    const run::RunPaths paths(run_folder);
    for (std::int64_t c = comm.rank(); c < experiment.clients->clients(); c += comm.size())
      if (const auto personal = run::load_personal_model(paths.personalized, ClientId{c}, experiment))
        own.push_back(evaluator.own_for_client(ClientId{c}, *personal));
  });
  return run::gather_scores(comm, own);
}

/// @param clients_name  of the set of clients, if there is one
std::string text_of(const run::Evaluation& evaluation, run::FigureForm form, const EvaluateRequest& request,
                    const std::string& clients_name, const eval::BootstrapPlan& plan) {
  if (form == run::FigureForm::json) return run::to_text(evaluation);
  // Clients have a table of their own, which compares them.
  run::Evaluation clients, others = evaluation;
  if (form == run::FigureForm::text) {
    clients.global.swap(others.global);
    clients.own.swap(others.own);
  }
  const auto lists =
      run::figure_lists(others, run::benchmark_name(request.models.front()), clients_name, plan);
  const auto text = run::figure_text(lists, form);
  return form == run::FigureForm::text ? text + run::comparison_tables(clients, clients) : text;
}

}  // namespace

int run_evaluate(comm::MpiSession& mpi, std::span<const std::string> args) {
  if (std::ranges::find(args, "--help") != args.end()) {
    if (mpi.rank() == 0) fmt::print("{}", usage);
    return 0;
  }
  EvaluateRequest request;
  std::vector<std::filesystem::path> trained_on;  // as the run's record names it; nothing for weights alone
  const Startup startup = start_evaluation(mpi, [&] {
    request = parse_request(args, "evaluate", 1);
    if (mpi.rank() == 0 && !request.save.empty()) run::check_result(request.save, {request.models.front()});
    auto options = options_of_model(request.models.front(), request.settings);
    if (std::filesystem::is_directory(request.models.front()))
      trained_on = {options.clients, options.public_set};
    take_datasets(options, request);
    return options;
  });
  const run::Experiment& experiment = *startup.experiment;
  comm::Communicator& comm = *startup.comm;
  std::unique_ptr<fl::GlobalModel> model;
  run::Evaluation evaluation;
  comm::on_every_rank(comm, "loading the model", [&] {
    model = load_model(request.models.front(), experiment, comm.rank() == 0);
    evaluation.round = run::completed_rounds_of(weights_of(request.models.front()));
    if (comm.rank() == 0) warn_of_shared_people(trained_on, experiment.benchmarks);
  });

  run::Evaluator evaluator(experiment, comm);
  if (request.identification) {
    evaluation.identified.push_back(identified(evaluator, *model, experiment, request.gallery));
  } else {
    evaluation.benchmarks = evaluator.generic(*model);
    if (experiment.publics)
      evaluation.templates.push_back(
          template_figures(evaluator, *model, *experiment.publics, request.as_insightface));
    if (evaluator.has_personalised_protocol()) {
      evaluation.global = evaluator.global_for_clients(*model);
      evaluation.own = own_scores(evaluator, comm, experiment, request.models.front());
    }
  }
  if (comm.rank() != 0) return 0;
  const auto text = [&](run::FigureForm form) {
    return text_of(evaluation, form, request,
                   experiment.clients ? run::benchmark_name(experiment.clients->path()) : "",
                   evaluator.bootstrap_plan());
  };
  if (!request.save.empty()) replace_file(request.save, text(run::form_of(request.save.string())));
  if (!request.pictures.empty()) draw_evaluation(evaluation, request.pictures);
  // The tables would spoil a file that is printed, too.
  if (request.save.empty() || !is_standard_output(request.save)) fmt::print("{}", text(request.form));
  return 0;
}

}  // namespace fedfr::app
