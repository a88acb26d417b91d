// Puts the sections together to the one table that feeds the help, both parsers, the record of a run and the
// documentation; and what a choice implies (presets).
#include "fedfr/run/options/option_table.hpp"

#include "sections.hpp"

namespace fedfr::run {

namespace {

std::vector<OptionSpec> make_table() {
  const std::pair<const char*, std::vector<OptionSpec>> sections[] = {{"Run", run_options()},
                                                                      {"Data", data_options()},
                                                                      {"Model", model_options()},
                                                                      {"Cohort", cohort_options()},
                                                                      {"Local training", training_options()},
                                                                      {"Objective", objective_options()},
                                                                      {"Evaluation", evaluation_options()}};
  std::vector<OptionSpec> table;
  for (const auto& [title, options] : sections) {
    for (OptionSpec spec : options) {
      spec.section = title;
      table.push_back(std::move(spec));
    }
  }
  return table;
}

}  // namespace

const std::vector<OptionSpec>& option_table() {
  static const std::vector<OptionSpec> table = make_table();
  return table;
}

const std::vector<Preset>& presets() {
  static const std::vector<std::pair<std::string, std::string>> no_terms = {
      {"public-classes", "false"}, {"hard-negatives", "false"}, {"dfc", "false"}, {"contrastive", "false"}};
  static const std::vector<Preset> table = {
      {"algorithm", "fedavg", no_terms},
      {"algorithm", "local", no_terms},
      {"algorithm", "centralized", no_terms},
      {"algorithm", "centralized", {{"local-epochs", "1"}, {"adaptive-epochs", "false"}}},
      {"margin", "arcface", {{"margin-scale", "64"}, {"margin-value", "0.5"}}},
      {"margin", "combined", {{"margin-scale", "64"}}},
      {"margin", "adaface", {{"margin-scale", "64"}}},
      {"margin", "magface", {{"margin-scale", "64"}, {"margin-form", "easy"}}},
      {"reference-semantics",
       "true",
       {{"incomplete-batch", "drop"}, {"share-public-centres", "false"}, {"cohort-stream", "released"}}},
  };
  return table;
}

}  // namespace fedfr::run
