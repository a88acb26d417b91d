// gnuplot is started so that the script alone decides what a picture looks like: without the settings that
// users and sites keep for their own pictures, in files and in the environment.
#include "gnuplot.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <system_error>
#include <vector>

#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/process.hpp"
#include "fedfr/core/system.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/core/utf8.hpp"

namespace fedfr::run {

namespace fs = std::filesystem;

namespace {

/// This process's variables but those that gnuplot and the locale listen to.
std::vector<std::string> environment() {
  // GNUTERM, GNUPLOT_LIB, GNUPLOT_DRIVER_DIR, GNUHELP, FIT_SCRIPT, ...; LANG, LANGUAGE, LC_NUMERIC, ...
  constexpr std::array<std::string_view, 4> others = {"GNU", "FIT_", "LANG", "LC_"};
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable)
    if (std::ranges::none_of(others,
                             [&](auto name) { return std::string_view(*variable).starts_with(name); }))
      variables.emplace_back(*variable);
  variables.emplace_back("LC_ALL=C.UTF-8");
  return variables;
}

/// Far more than any picture takes. A gnuplot that waits for ever (a wrapper that asks a licence or a file
/// server) must not keep a run from its end.
constexpr std::chrono::seconds limit(60);

std::string reason(const Captured& outcome) {
  if (outcome.spawn_error == ENOENT) return "gnuplot was not found: install it (Debian: gnuplot-nox)";
  if (outcome.too_late)
    return fmt::format("gnuplot had not ended after {} s: no more pictures are drawn", limit.count());
  if (outcome.spawn_error != 0) return "gnuplot could not be started: " + system_reason(outcome.spawn_error);
  const auto words = trim(outcome.output);
  return words.empty() ? fmt::format("gnuplot ended with exit code {}", outcome.exit_code)
                       : fmt::format("gnuplot failed: {}", printable(words));
}

}  // namespace

std::optional<std::string> run_gnuplot(const std::string& script, const fs::path& picture) {
  // Once is enough: each of a run's pictures would wait as long.
  static std::atomic<bool> hangs = false;
  if (hangs) return "gnuplot hangs";
  const auto folder = picture.has_parent_path() ? picture.parent_path() : fs::path(".");
  const auto script_name = picture.stem().string() + ".gp";
  make_folder(folder);
  replace_file(folder / script_name, script);
  // -d: neither the system's gnuplotrc nor the user's .gnuplot. ./: a name may begin with a dash.
  const auto outcome = run_and_capture({.words = {"gnuplot", "-d", "./" + script_name},
                                        .folder = folder,
                                        .own_group = true,
                                        .environment = environment()},
                                       limit);
  if (outcome.too_late) hangs = true;
  std::error_code ignored;
  if (outcome.spawn_error == 0 && outcome.exit_code == 0 && fs::is_regular_file(picture, ignored))
    return std::nullopt;
  // Half of a picture, or one of another time, is none.
  if (fs::is_regular_file(picture, ignored)) fs::remove(picture, ignored);
  return reason(outcome);
}

}  // namespace fedfr::run
