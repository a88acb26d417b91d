#pragma once
#include <filesystem>
#include <string>

#include "fedfr/core/temporary_folder.hpp"
#include "fedfr/run/pictures/pictures.hpp"

namespace fedfr::report {

/// Draws the pictures of one page, in a temporary folder that goes with it.
class Sketches {
 public:
  /// @throws DataError if there is no room for temporary files
  Sketches() : folder_("fedfr-report") {}

  /// @returns the picture as a figure for html, or a sentence where it could not be drawn
  template <class Picture>
  std::string figure(const Picture& picture, const std::string& caption) {
    const auto file = next_file();
    return finish(run::try_to_draw(picture, file), file, picture.title, caption);
  }

 private:
  std::filesystem::path next_file();
  static std::string finish(const std::optional<std::string>& problem, const std::filesystem::path& file,
                            const std::string& title, const std::string& caption);

  TemporaryFolder folder_;
  int count_ = 0;
};

/// The markup of an SVG file fit for a page with several: without its prolog, and with names of its own.
/// @param name  letters and digits
std::string inline_svg(std::string svg, const std::string& name, const std::string& title);

}  // namespace fedfr::report
