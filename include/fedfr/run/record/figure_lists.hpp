#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/eval/figures.hpp"
#include "fedfr/eval/intervals/resampled_protocols.hpp"
#include "fedfr/run/record/evaluation.hpp"

namespace fedfr::run {

/// Every figure of an evaluation, a list for each dataset and kind of model.
/// @param model    how tables call it
/// @param clients  what the set of clients is called
/// @param plan     for the means over clients, which are drawn; the others have their intervals
std::vector<eval::FigureList> figure_lists(const Evaluation& evaluation, const std::string& model,
                                           const std::string& clients, const eval::BootstrapPlan& plan);

/// How figures leave the program.
enum class FigureForm { text, json, csv, latex };

/// The form that the ending of a file's name asks for: .csv, .tex, any other JSON.
FigureForm form_of(std::string_view file_name);

/// @param form  any but JSON, which is made of more than these lists
std::string figure_text(std::span<const eval::FigureList> lists, FigureForm form);

}  // namespace fedfr::run
