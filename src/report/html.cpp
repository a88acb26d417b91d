#include "fedfr/report/html.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fedfr/core/text.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/core/version.hpp"

// Markup by hand, of the few pieces that the pages have: no network, no script, one file that can be sent.
// Every text goes through escape(), since names come from folders and job files.
namespace fedfr::report::html {

namespace {

// Pictures have dark lines on no background; on a dark page they are inverted, with their hues kept.
constexpr std::string_view style = R"(
:root { color-scheme: light dark; --ground: #ffffff; --panel: #f6f7f9; --text: #1c2330; --quiet: #5b6576;
  --line: #dde1e8; --accent: #0072b2; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171c; --panel: #1d2128; --text: #e4e8ef; --quiet: #9aa5b5; --line: #333a45; --accent: #56b4e9; }
  figure svg { filter: invert(1) hue-rotate(180deg); }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 1320px; margin: 0 auto; padding: 1.5rem clamp(1rem, 3vw, 2.5rem) 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .8rem; padding-top: .9rem; border-top: 1px solid var(--line); }
p { margin: .4rem 0 .8rem; max-width: 75ch; color: var(--quiet); overflow-wrap: anywhere; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; margin: .6rem 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .8rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
th { background: var(--panel); font-weight: 600; }
tbody tr:last-child td { border-bottom: 0; }
.number { text-align: right; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 480px), 1fr)); gap: 1rem; }
figure { margin: 0; padding: .6rem; border: 1px solid var(--line); border-radius: 8px; min-width: 0; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-size: .85rem; color: var(--quiet); padding: .3rem .4rem 0; }
details { border: 1px solid var(--line); border-radius: 8px; margin: .4rem 0; }
summary { padding: .5rem .8rem; cursor: pointer; overflow-wrap: anywhere; }
summary:hover { color: var(--accent); }
pre { margin: 0; padding: .8rem; overflow-x: auto; border-top: 1px solid var(--line); background: var(--panel);
  font: .8rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; border-radius: 0 0 8px 8px; }
details .scroll { margin: 0; border: 0; border-top: 1px solid var(--line); border-radius: 0 0 8px 8px; }
footer { margin-top: 3rem; font-size: .8rem; color: var(--quiet); }
@media print { details { break-inside: avoid; } figure { break-inside: avoid; } }
)";

bool is_numeric(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.,+-% e±–") == std::string_view::npos;
}

std::vector<bool> numeric_columns(const Table& table) {
  std::vector<bool> numeric(table.head.size(), true);
  for (std::size_t c = 0; c < numeric.size(); ++c) {
    bool any = false;
    for (const auto& row : table.rows) {
      any = any || !row[c].empty();
      if (!row[c].empty() && !is_numeric(row[c])) numeric[c] = false;
    }
    numeric[c] = numeric[c] && any;
  }
  return numeric;
}

std::string cells(const std::vector<std::string>& texts, const std::vector<bool>& numeric,
                  std::string_view tag) {
  std::string row = "<tr>";
  for (std::size_t c = 0; c < texts.size(); ++c)
    row += fmt::format("<{0}{1}>{2}</{0}>", tag, numeric[c] ? " class=\"number\"" : "", escape(texts[c]));
  return row + "</tr>\n";
}

/// The character as HTML has it.
std::string entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {c};
  }
}

}  // namespace

std::string escape(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const bool ended = text.find('\n') != std::string_view::npos;
    for (const char c : printable(next_part(text, '\n'))) safe += entity(c);
    if (ended) safe += '\n';
  }
  return safe;
}

std::string table(const Table& table) {
  const auto numeric = numeric_columns(table);
  std::string text = "<div class=\"scroll\"><table>\n";
  if (std::ranges::any_of(table.head, [](const std::string& name) { return !name.empty(); }))
    text += "<thead>" + cells(table.head, numeric, "th") + "</thead>\n";
  text += "<tbody>\n";
  for (const auto& row : table.rows) text += cells(row, numeric, "td");
  return text + "</tbody></table></div>\n";
}

std::string figure(std::string_view svg, std::string_view caption) {
  return fmt::format("<figure>{}<figcaption>{}</figcaption></figure>\n", svg, escape(caption));
}

std::string section(std::string_view title, std::string_view markup) {
  return fmt::format("<section><h2>{}</h2>\n{}</section>\n", escape(title), markup);
}

std::string paragraph(std::string_view text) { return fmt::format("<p>{}</p>\n", escape(text)); }

std::string details(std::string_view summary, std::string_view markup) {
  return fmt::format("<details><summary>{}</summary>{}</details>\n", escape(summary), markup);
}

std::string preformatted(std::string_view text) { return fmt::format("<pre>{}</pre>", escape(text)); }

std::string page(std::string_view title, std::string_view subtitle, std::string_view markup) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n"
      "<style>{1}</style>\n</head>\n<body><main>\n<h1>{0}</h1>\n{2}{3}"
      "<footer>fedfr {4} commit {5}</footer>\n</main></body>\n</html>\n",
      escape(title), style, paragraph(subtitle), markup, version(), commit());
}

}  // namespace fedfr::report::html
