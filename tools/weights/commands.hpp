#pragma once
#include <span>
#include <string>

/// The subcommands of fedfr-weights. Each takes the words behind its name, prints its own --help, returns the
/// exit code of success and throws fedfr::Error otherwise.
namespace fedfr::tool {

int run_inspect(std::span<const std::string> args);
int run_convert(std::span<const std::string> args);

}  // namespace fedfr::tool
