#include "evaluate_request.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>
#include <system_error>

#include "fedfr/core/error.hpp"
#include "fedfr/core/path.hpp"
#include "fedfr/data/templates/template_tables.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "fedfr/run/record/run_folder_check.hpp"

// The words of evaluate and compare: their own options are taken out, all others are those of a job file.
namespace fedfr::app {

namespace {

struct OwnOption {
  std::string_view name;
  bool has_value = false;
  void (*take)(EvaluateRequest& request, std::string_view name, const std::string& value);
};

std::int64_t count_of(std::string_view name, const std::string& value, std::int64_t least) {
  std::int64_t count = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (problem != std::errc() || end != value.data() + value.size() || count < least)
    throw UsageError("{} {}: expected a whole number from {} on", name, value, least);
  return count;
}

void take_form(EvaluateRequest& request, std::string_view name, const std::string&) {
  const auto form = name == "--json"  ? run::FigureForm::json
                    : name == "--csv" ? run::FigureForm::csv
                                      : run::FigureForm::latex;
  if (request.form != run::FigureForm::text && request.form != form)
    throw UsageError("--json, --csv and --latex exclude each other: --save FILE.csv writes a second form");
  request.form = form;
}

constexpr OwnOption own_options[] = {
    {"--json", false, take_form},
    {"--csv", false, take_form},
    {"--latex", false, take_form},
    {"--identification", false, [](auto& request, auto, auto&) { request.identification = true; }},
    {"--as-insightface", false, [](auto& request, auto, auto&) { request.as_insightface = true; }},
    {"--save", true, [](auto& request, auto, auto& value) { request.save = tidy_path(value); }},
    {"--draw", true, [](auto& request, auto, auto& value) { request.pictures = tidy_path(value); }},
    {"--gallery-images", true,
     [](auto& request, auto name, auto& value) { request.gallery.images = count_of(name, value, 1); }},
    {"--strangers", true,
     [](auto& request, auto name, auto& value) { request.gallery.strangers = count_of(name, value, 0); }},
};

std::vector<std::string> take_own_options(std::span<const std::string> args, EvaluateRequest& request) {
  std::vector<std::string> others;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string word = expand_option_word(args[i]);
    const auto name = std::string_view(word).substr(0, word.find('='));
    const auto* option = std::ranges::find(own_options, name, &OwnOption::name);
    const bool joined = name.size() < word.size();
    if (option == std::end(own_options) || (joined && !option->has_value)) {
      others.push_back(word);
    } else if (!option->has_value) {
      option->take(request, name, "");
    } else if (joined) {
      option->take(request, name, word.substr(name.size() + 1));
    } else if (++i < args.size()) {
      option->take(request, name, args[i]);
    } else {
      throw UsageError("{} needs a value", name);
    }
  }
  return others;
}

void check_folder_of(const std::filesystem::path& file) {
  std::error_code ignored;
  const auto folder = std::filesystem::absolute(file, ignored).parent_path();
  if (!file.empty() && !std::filesystem::is_directory(folder, ignored))
    throw DataError("--save {} cannot be written: there is no folder {}", file.string(), folder.string());
}

}  // namespace

EvaluateRequest parse_request(std::span<const std::string> args, const std::string& command,
                              std::size_t models) {
  EvaluateRequest request;
  auto words = run::parse_words(take_own_options(args, request));
  if (words.bare.size() < models + 1)
    throw UsageError("{} needs {} and at least one dataset; `fedfr {} --help` has examples", command,
                     models == 1 ? "a model" : "two models", command);
  for (std::size_t i = 0; i < words.bare.size(); ++i)
    (i < models ? request.models : request.datasets).push_back(tidy_path(words.bare[i]));
  request.settings = std::move(words.settings);
  check_folder_of(request.save);
  if (request.identification && request.datasets.size() > 1)
    throw UsageError("--identification takes one dataset; {} were named", request.datasets.size());
  if (!request.identification && (request.gallery.images > 0 || request.gallery.strangers > 0))
    throw UsageError("--gallery-images and --strangers have no meaning without --identification");
  return request;
}

namespace {

void forget_datasets(run::Options& options) {
  options.clients.clear();
  options.public_set.clear();
  options.benchmark.clear();
}

}  // namespace

void take_only_dataset(run::Options& options, const std::filesystem::path& path) {
  forget_datasets(options);
  switch (data::Dataset(path).role()) {
    case data::Role::clients:
      options.clients = path;
      break;
    case data::Role::benchmark:
      options.benchmark = {path};
      break;
    case data::Role::public_set:
    case data::Role::collection:
      options.public_set = path;
      break;
  }
}

void take_datasets(run::Options& options, const EvaluateRequest& request) {
  if (request.identification) return take_only_dataset(options, request.datasets.front());
  forget_datasets(options);
  for (const auto& path : request.datasets) {
    const auto role = data::Dataset(path).role();
    if (role == data::Role::benchmark) {
      options.benchmark.push_back(path);
    } else if (role == data::Role::clients && options.clients.empty()) {
      options.clients = path;
    } else if (data::has_templates(path) && options.public_set.empty()) {
      options.public_set = path;
    } else {
      throw UsageError(
          "{} is a dataset of the role '{}': evaluate takes benchmarks (fedfr-data pairs), one set of "
          "clients "
          "(fedfr-data split) and one of templates (fedfr-data ijb), or with --identification one dataset of "
          "any role",
          path.string(), data::name(role));
    }
  }
}

const data::Dataset& dataset_to_identify(const run::Experiment& experiment) {
  if (experiment.clients) return *experiment.clients;
  return experiment.publics ? *experiment.publics : experiment.benchmarks.front();
}

}  // namespace fedfr::app
