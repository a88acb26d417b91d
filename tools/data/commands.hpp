#pragma once
#include <span>
#include <string>

/// The subcommands of fedfr-data. Each takes the words behind its name, prints its own --help, returns the
/// exit code of success and throws fedfr::Error otherwise.
namespace fedfr::tool {

int run_synth(std::span<const std::string> args);
int run_import(std::span<const std::string> args);
int run_split(std::span<const std::string> args);
int run_pairs(std::span<const std::string> args);
int run_export(std::span<const std::string> args);
int run_ijb(std::span<const std::string> args);
int run_inspect(std::span<const std::string> args);
int run_verify(std::span<const std::string> args);

}  // namespace fedfr::tool
