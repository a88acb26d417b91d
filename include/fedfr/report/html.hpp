#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Pieces of a page that needs no network and no script.
namespace fedfr::report::html {

/// Text in which no character has a meaning for HTML, also within attributes. Line breaks stay; bytes that
/// are no UTF-8 and control characters are shown as \xNN.
std::string escape(std::string_view text);

/// All texts are escaped; columns whose cells are numbers stand to the right.
struct Table {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;  ///< each as long as the head
};
std::string table(const Table& table);

/// @param svg  a picture as markup
std::string figure(std::string_view svg, std::string_view caption);

/// A heading and what stands under it.
std::string section(std::string_view title, std::string_view markup);
std::string paragraph(std::string_view text);

/// Something to unfold.
std::string details(std::string_view summary, std::string_view markup);
std::string preformatted(std::string_view text);

/// The whole page, for wide and narrow, light and dark screens.
std::string page(std::string_view title, std::string_view subtitle, std::string_view markup);

}  // namespace fedfr::report::html
