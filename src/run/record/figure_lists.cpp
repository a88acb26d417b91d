#include "fedfr/run/record/figure_lists.hpp"

namespace fedfr::run {

std::vector<eval::FigureList> figure_lists(const Evaluation& evaluation, const std::string& model,
                                           const std::string& clients, const eval::BootstrapPlan& plan) {
  std::vector<eval::FigureList> lists;
  for (const auto& [name, scores] : evaluation.benchmarks)
    lists.push_back({.dataset = name, .model = model, .figures = eval::figures_of(scores)});
  for (const auto& [name, figures, as_insightface] : evaluation.templates) {
    lists.push_back({.dataset = name, .model = model, .figures = figures});
    if (!as_insightface.empty())
      lists.push_back({.dataset = name, .model = model + ", as InsightFace", .figures = as_insightface});
  }
  for (const auto& [name, scores] : evaluation.identified)
    lists.push_back({.dataset = name, .model = model, .figures = eval::figures_of(scores)});
  const auto add = [&](const std::vector<eval::ClientScores>& scores, const std::string& which) {
    if (scores.empty()) return;
    lists.push_back({.dataset = clients,
                     .model = model + which,
                     .figures = eval::figures_of(eval::summarise(scores),
                                                 eval::resampled_clients(scores).intervals(plan))});
  };
  add(evaluation.global, ", global");
  add(evaluation.own, ", own");
  return lists;
}

FigureForm form_of(std::string_view file_name) {
  return file_name.ends_with(".csv")   ? FigureForm::csv
         : file_name.ends_with(".tex") ? FigureForm::latex
                                       : FigureForm::json;
}

std::string figure_text(std::span<const eval::FigureList> lists, FigureForm form) {
  if (form == FigureForm::csv) return eval::figure_csv(lists);
  if (form == FigureForm::latex) return eval::figure_latex(lists);
  return eval::figure_table(lists);
}

}  // namespace fedfr::run
