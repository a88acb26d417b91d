#include "fedfr/report/sketches.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <regex>
#include <system_error>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/report/html.hpp"

namespace fedfr::report {

namespace fs = std::filesystem;

Sketches::Sketches() {
  std::string name = (fs::temp_directory_path() / "fedfr-report-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw DataError("cannot make the folder {}: {}", name, std::generic_category().message(errno));
  folder_ = name;
}

Sketches::~Sketches() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

fs::path Sketches::next_file() { return folder_ / fmt::format("picture{}.svg", ++count_); }

std::string Sketches::finish(bool drawn, const fs::path& file, const std::string& title,
                             const std::string& caption) {
  if (!drawn)
    return html::paragraph(fmt::format("The picture '{}' could not be drawn: is gnuplot installed?", title));
  return html::figure(inline_svg(read_text(file), file.stem().string(), title), caption);
}

std::string inline_svg(std::string svg, const std::string& name, const std::string& title) {
  svg.erase(0, svg.find("<svg"));
  static const std::regex ids(R"(( id=["']|href=["']#|url\(['"]?#))");
  svg = std::regex_replace(svg, ids, "$1" + name + "_");
  static const std::regex titles("<title>[^<]*</title>");
  // A dollar sign in the text would stand for a part of the match.
  std::smatch found;
  if (std::regex_search(svg, found, titles))
    svg.replace(static_cast<std::size_t>(found.position()), static_cast<std::size_t>(found.length()),
                fmt::format("<title>{}</title>", html::escape(title)));
  static const std::regex own_description("<desc>[^<]*</desc>");
  return std::regex_replace(svg, own_description, "", std::regex_constants::format_first_only);
}

}  // namespace fedfr::report
