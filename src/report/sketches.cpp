#include "fedfr/report/sketches.hpp"

#include <fmt/format.h>

#include <string_view>

#include "fedfr/core/file.hpp"
#include "fedfr/report/html.hpp"

// Pictures as parts of a page. Several SVGs in one page share one space of names, and gnuplot gives its own
// always the same ones: each picture's are prefixed.
namespace fedfr::report {

namespace fs = std::filesystem;

fs::path Sketches::next_file() { return folder_.path() / fmt::format("picture{}.svg", ++count_); }

std::string Sketches::finish(const std::optional<std::string>& problem, const fs::path& file,
                             const std::string& title, const std::string& caption) {
  if (problem) return html::paragraph(fmt::format("The picture '{}' is missing: {}", title, *problem));
  return html::figure(inline_svg(read_text(file), file.stem().string(), title), caption);
}

namespace {

void insert_after_each(std::string& text, std::string_view pattern, const std::string& inserted) {
  for (auto at = text.find(pattern); at != std::string::npos; at = text.find(pattern, at + pattern.size()))
    text.insert(at + pattern.size(), inserted);
}

/// The first element of this name, if there is one.
void replace_element(std::string& svg, const std::string& name, const std::string& replacement) {
  const std::string end_tag = "</" + name + ">";
  const auto begin = svg.find("<" + name + ">"), end = svg.find(end_tag);
  if (begin == std::string::npos || end == std::string::npos || end < begin) return;
  svg.replace(begin, end + end_tag.size() - begin, replacement);
}

}  // namespace

std::string inline_svg(std::string svg, const std::string& name, const std::string& title) {
  svg.erase(0, svg.find("<svg"));
  for (const char* before : {" id=\"", " id='", "href=\"#", "href='#", "url(#", "url('#", "url(\"#"})
    insert_after_each(svg, before, name + "_");
  replace_element(svg, "title", fmt::format("<title>{}</title>", html::escape(title)));
  replace_element(svg, "desc", "");
  return svg;
}

}  // namespace fedfr::report
