#include "gnuplot.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstring>

#include "fedfr/core/file.hpp"
#include "fedfr/core/process.hpp"

namespace fedfr::run {

bool run_gnuplot(const std::string& script, const std::filesystem::path& picture) {
  const auto folder = picture.has_parent_path() ? picture.parent_path() : std::filesystem::path(".");
  const auto script_name = picture.stem().string() + ".gp";
  make_folder(folder);
  replace_file(folder / script_name, script);
  const auto outcome = run_and_capture({.words = {"gnuplot", script_name}, .folder = folder});
  const auto redraw = fmt::format("cd {} && gnuplot {}", folder.string(), script_name);
  if (outcome.spawn_error == ENOENT)
    spdlog::warn("no {}: gnuplot was not found. Install it (Debian: gnuplot-nox), then: {}", picture.string(),
                 redraw);
  else if (outcome.spawn_error != 0)
    spdlog::warn("no {}: gnuplot could not be started ({}). Try: {}", picture.string(),
                 std::strerror(outcome.spawn_error), redraw);
  else if (outcome.exit_code != 0)
    spdlog::warn("no {}: gnuplot failed: {}. Try: {}", picture.string(), outcome.output, redraw);
  return outcome.spawn_error == 0 && outcome.exit_code == 0;
}

}  // namespace fedfr::run
