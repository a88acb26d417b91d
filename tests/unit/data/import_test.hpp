#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/core/error.hpp"
#include "fedfr/data/import/importer.hpp"
#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data::test {

inline std::string jpeg(std::int64_t number) {
  const auto bytes = encode_jpeg(numbered_image(number), 95);
  return {bytes.begin(), bytes.end()};
}

inline std::vector<std::string> all_of(const LongList& list) {
  std::vector<std::string> all;
  list.for_each([&](std::string_view text) { all.emplace_back(text); });
  return all;
}

/// Why something was left out, for each thing that was.
inline std::vector<std::string> reasons(const ImportReport& report) {
  std::vector<std::string> all;
  for (const auto& [why, paths] : report.left_out)
    all.insert(all.end(), static_cast<std::size_t>(paths.count), why);
  return all;
}

/// Imports into folders of its own, and says what came of it in a form that tests can compare.
class ImportTest : public testing::Test {
 protected:
  /// The collection, as "IDENTITY: IMAGE IMAGE", a line each.
  std::vector<std::string> imported(const std::vector<std::filesystem::path>& sources,
                                    ImportOptions options = {}) {
    const auto out = folder_ / ("out" + std::to_string(++imports_));
    options.encoding = Encoding::jpeg;
    report_ = import_images(sources, out, options);
    made_ = Dataset(out);
    const auto names = made_->identity_names(ClientId{0});
    std::vector<std::string> lines;
    for (std::int64_t i = 0; i < made_->images(); ++i) {
      const auto& name = names[static_cast<std::size_t>(made_->all().labels()[static_cast<std::size_t>(i)])];
      if (lines.empty() || !lines.back().starts_with(name + ":")) lines.push_back(name + ":");
      lines.back() += " " + made_->all().source_name(i);
    }
    return lines;
  }
  std::string stored(std::int64_t i) const {
    const auto bytes = made_->all().read_stored(i);
    return {bytes.begin(), bytes.end()};
  }
  std::string refusal(const std::vector<std::filesystem::path>& sources, const ImportOptions& options = {}) {
    try {
      imported(sources, options);
    } catch (const Error& e) {
      return e.what();
    }
    return "accepted";
  }

  fedfr::test::TempFolder folder_;
  ImportReport report_;
  std::optional<Dataset> made_;

 private:
  int imports_ = 0;
};

}  // namespace fedfr::data::test
