#pragma once
#include <vector>

#include "fedfr/run/options/option_table.hpp"

/// The sections of the table of options, a file each: what is new goes into one of them, and into the struct
/// Options.
namespace fedfr::run {

std::vector<OptionSpec> run_options();
std::vector<OptionSpec> data_options();
std::vector<OptionSpec> model_options();
std::vector<OptionSpec> cohort_options();
std::vector<OptionSpec> training_options();
std::vector<OptionSpec> objective_options();
std::vector<OptionSpec> evaluation_options();

}  // namespace fedfr::run
