// `fedfr compare`: every figure of two models on the same datasets, and their difference. Both are embedded
// anew, since an interval of the difference needs the scores of both for the same draws of people.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "commands.hpp"
#include "evaluate_request.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/standard_streams.hpp"
#include "fedfr/eval/report_json.hpp"
#include "fedfr/run/evaluator.hpp"
#include "fedfr/run/protocols/templates.hpp"
#include "fedfr/run/record/benchmark_names.hpp"
#include "fedfr/run/record/run_folder_check.hpp"
#include "model_source.hpp"
#include "startup.hpp"

namespace fedfr::app {

namespace {

constexpr const char* usage = R"(Compares two models on the same datasets: B minus A on every figure.

  fedfr compare RUN_A|WEIGHTS RUN_B|WEIGHTS DATASET... [options] [--key value ...]

DATASET is a benchmark or one of templates, or with --identification one dataset of any role. The 95 % interval of each difference is
drawn for both models at once, over people with replacement: what both find hard cancels, so that it is far
narrower than the two intervals. A difference whose interval holds 0 is none that the data show.

  --json | --csv | --latex, --save FILE, --identification, --gallery-images N, --strangers N   as for evaluate

Examples
  fedfr compare runs/fedavg runs/fedfr data/lfw-pairs
  fedfr compare before.safetensors after.safetensors data/lfw --identification --csv
)";

/// One model on one dataset.
struct Measured {
  std::string dataset;
  std::vector<eval::Figure> figures;
  eval::Resampled resampled;
};

template <class Result>
Measured measured(std::string dataset, Result result, const eval::BootstrapPlan& plan) {
  eval::add_intervals(result.scores, result.resampled.intervals(plan));
  return {std::move(dataset), eval::figures_of(result.scores), std::move(result.resampled)};
}

/// One of the two models, on all datasets. Collective.
std::vector<Measured> measure(const run::Experiment& experiment, comm::Communicator& comm,
                              const std::filesystem::path& weights, const EvaluateRequest& request) {
  std::unique_ptr<fl::GlobalModel> model;
  comm::on_every_rank(comm, "loading the model",
                      [&] { model = load_model(weights, experiment, comm.rank() == 0); });
  run::Evaluator evaluator(experiment, comm);
  const auto plan = evaluator.bootstrap_plan();
  std::vector<Measured> all;
  if (request.identification) {
    const auto& dataset = dataset_to_identify(experiment);
    all.push_back(measured(run::benchmark_name(dataset.path()),
                           run::identify_people(evaluator, *model, dataset, request.gallery), plan));
  } else {
    if (experiment.publics) {
      auto result = run::score_template_benchmark(evaluator, *model, *experiment.publics, false);
      auto figures = eval::figures_of(result.scores);
      eval::add_intervals(figures, result.resampled.intervals(plan));
      all.push_back(
          {run::benchmark_name(experiment.publics->path()), std::move(figures), std::move(result.resampled)});
    }
    for (std::size_t b = 0; b < experiment.benchmarks.size(); ++b)
      all.push_back(
          measured(experiment.benchmark_names[b], evaluator.verify(*model, experiment.benchmarks[b]), plan));
  }
  return all;
}

std::vector<eval::Figure> difference(const Measured& a, const Measured& b, const eval::BootstrapPlan& plan) {
  const auto of = eval::difference(a.resampled.of, b.resampled.of, a.resampled.figures);
  const auto intervals = eval::bootstrap_intervals(a.resampled.people, a.resampled.figures, of, plan);
  std::vector<eval::Figure> all;
  for (std::size_t i = 0; i < a.figures.size(); ++i) {
    eval::Figure figure{.name = a.figures[i].name,
                        .value = b.figures[i].value - a.figures[i].value,
                        .is_difference = true,
                        .trials = a.figures[i].trials};
    // Beyond the drawn ones are figures without intervals; a rate that cannot be resolved has none either.
    if (i < intervals.size() && !std::isnan(figure.value)) figure.interval = intervals[i];
    all.push_back(std::move(figure));
  }
  return all;
}

/// A, B, and their difference, for each dataset.
std::vector<eval::FigureList> compared(const std::vector<Measured>& a, const std::vector<Measured>& b,
                                       const std::vector<std::string>& models,
                                       const eval::BootstrapPlan& plan) {
  std::vector<eval::FigureList> lists;
  for (std::size_t i = 0; i < a.size(); ++i) {
    lists.push_back({a[i].dataset, models[0], a[i].figures});
    lists.push_back({b[i].dataset, models[1], b[i].figures});
    lists.push_back(
        {a[i].dataset, fmt::format("{} minus {}", models[1], models[0]), difference(a[i], b[i], plan)});
  }
  return lists;
}

std::string text_of(const std::vector<eval::FigureList>& lists, run::FigureForm form) {
  if (form == run::FigureForm::json) return json_text(nlohmann::json{{"figures", lists}}, 1) + "\n";
  return run::figure_text(lists, form);
}

run::Options options_of(const EvaluateRequest& request, std::size_t which) {
  auto options = options_of_model(request.models[which], request.settings);
  take_datasets(options, request);
  if (!options.clients.empty() && !request.identification)
    throw UsageError(
        "{} is a set of clients: compare takes benchmarks and templates, or with --identification one "
        "dataset of any role",
        options.clients.string());
  return options;
}

}  // namespace

int run_compare(comm::MpiSession& mpi, std::span<const std::string> args) {
  if (std::ranges::find(args, "--help") != args.end()) {
    if (mpi.rank() == 0) fmt::print("{}", usage);
    return 0;
  }
  EvaluateRequest request;
  run::Options second;
  const Startup startup = start_evaluation(mpi, [&] {
    request = parse_request(args, "compare", 2);
    if (mpi.rank() == 0 && !request.save.empty())
      run::check_result(request.save, {request.models[0], request.models[1]});
    second = options_of(request, 1);
    return options_of(request, 0);
  });
  comm::Communicator& comm = *startup.comm;
  const auto first_figures = measure(*startup.experiment, comm, request.models[0], request);
  std::unique_ptr<run::Experiment> other;
  // The settings of evaluation are the first model's, or the figures would be of different things.
  comm::on_every_rank(comm, "opening the data", [&] {
    const auto& first = startup.experiment->options;
    second.mirror_embedding = first.mirror_embedding;
    second.fars = first.fars;
    second.fpirs = first.fpirs;
    second.seed = first.seed;
    second.bootstrap_draws = first.bootstrap_draws;
    other =
        std::make_unique<run::Experiment>(second, startup.experiment->device, startup.experiment->numerics);
  });
  const auto second_figures = measure(*other, comm, request.models[1], request);
  if (comm.rank() != 0) return 0;
  const auto plan = run::Evaluator(*startup.experiment, comm).bootstrap_plan();
  const auto models = run::benchmark_names(std::vector{std::filesystem::absolute(request.models[0]),
                                                       std::filesystem::absolute(request.models[1])});
  const auto lists = compared(first_figures, second_figures, models, plan);
  if (!request.save.empty()) replace_file(request.save, text_of(lists, run::form_of(request.save.string())));
  if (request.save.empty() || !is_standard_output(request.save))
    fmt::print("{}", text_of(lists, request.form));
  return 0;
}

}  // namespace fedfr::app
