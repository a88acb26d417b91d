// The pictures of one run. Each is a script with its data in it, so that one file is all there is to keep and
// restyle.
#include "fedfr/run/pictures/pictures.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fedfr/core/error.hpp"
#include "gnuplot.hpp"
#include "gnuplot_script.hpp"

namespace fedfr::run {

namespace {

std::string bar_data(const ClientBars& picture) {
  const auto every = (picture.clients.size() + 39) / 40;  // more names do not fit
  std::string block = "$bars << END  # client global personalised\n";
  for (std::size_t c = 0; c < picture.clients.size(); ++c)
    block += fmt::format("{} {} {}\n", field(c % every == 0 ? picture.clients[c] : ""),
                         number(100 * picture.global[c]), number(100 * picture.personalised[c]));
  return block + "END\n";
}

}  // namespace

std::optional<std::string> draw(const LearningCurve& picture, const std::filesystem::path& file) {
  require_something(has_points(picture.rates), picture.title);
  const bool with_losses = has_points(picture.losses);
  std::string script = preamble(file, 1800, with_losses ? 1800 : 1000) +
                       title(picture.title, with_losses ? 2 : 1) + "set xlabel 'round'\nset ylabel 'rate'\n" +
                       whole_ticks(picture.rates) + percent_range(picture.rates, picture.levels) +
                       plot("rates", picture.rates, picture.levels, 100, true);
  if (with_losses)
    script += "set ylabel 'loss'\nset format y '%g'\nset yrange [0:*]\n" +
              plot("losses", picture.losses, {}, 1, true);
  return run_gnuplot(script, file);
}

std::optional<std::string> draw(const RocCurves& picture, const std::filesystem::path& file) {
  require_something(has_points(picture.curves), picture.title);
  const auto script = preamble(file, 1600, 1300) + title(picture.title, 1) +
                      logarithmic_range(picture.curves) +
                      fmt::format("set xlabel {}\nset ylabel {}\n", literal(picture.x), literal(picture.y)) +
                      percent_range(picture.curves, {}) + plot("curve", picture.curves, {}, 100, false);
  return run_gnuplot(script, file);
}

std::optional<std::string> draw(const ClientBars& picture, const std::filesystem::path& file) {
  require_something(!picture.clients.empty(), picture.title);
  if (picture.global.size() != picture.clients.size() ||
      picture.personalised.size() != picture.clients.size())
    throw UsageError("the picture '{}' has {} clients, {} global and {} personalised values", picture.title,
                     picture.clients.size(), picture.global.size(), picture.personalised.size());
  const auto level = [](double share, std::string_view name, Colour colour) {
    return fmt::format("{} with lines {} title {}", number(100 * share), line_style(colour, true),
                       literal(fmt::format("{}: mean {:.1f} %", name, 100 * share)));
  };
  const auto script =
      preamble(file, 1800, 1000) + title(picture.title, 1) +
      "set style data histogram\nset style histogram clustered gap 1\nset style fill solid noborder\n"
      "set grid noxtics\nset xlabel 'client'\nset yrange [0:100]\nset "
      "format y '%g %%'\n" +
      fmt::format("{}set ylabel {} noenhanced\n", name_tics(picture.clients, file), literal(picture.rate)) +
      bar_data(picture) +
      fmt::format(
          "plot $bars using 2:xtic(1) linecolor '{}' title 'global model', \\\n"
          "     $bars using 3 linecolor '{}' title 'own model', \\\n     {}, \\\n     {}\n",
          hex(Colour::sky), hex(Colour::vermillion), level(mean(picture.global), "global", Colour::blue),
          level(mean(picture.personalised), "own", Colour::black));
  return run_gnuplot(script, file);
}

}  // namespace fedfr::run
