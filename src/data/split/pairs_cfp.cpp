// CFP's own files, as they are distributed: lists of images, and pairs of numbers in them.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>
#include <system_error>
#include <vector>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/split/pairs_paths.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

/// Calls `take` with each line that is not blank, and how to call it.
template <class Take>
void for_each_line(const fs::path& file, const Take& take) {
  std::istringstream input(read_text(file));
  std::int64_t number = 0;
  for (std::string line; std::getline(input, line);) {
    ++number;
    if (const auto content = trim(line); !content.empty())
      take(content, fmt::format("{}, line {}", file.string(), number));
  }
}

/// Takes a number off the front, with what separates it from what follows.
std::int64_t take_number(std::string_view& rest, const std::string& place) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc{})
    throw DataError("{}: expected the number of an image instead of \"{}\"", place, printable(rest));
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  rest.remove_prefix(std::min(rest.find_first_not_of(", \t\r"), rest.size()));
  return number;
}

using Images = std::map<std::int64_t, std::string>;

Images read_images(const fs::path& list) {
  Images images;
  for_each_line(list, [&](std::string_view line, const std::string& place) {
    const auto number = take_number(line, place);
    if (line.empty()) throw DataError("{}: expected a number and a path", place);
    if (!images.emplace(number, line).second) throw DataError("{}: another image {}", place, number);
  });
  return images;
}

const std::string& image_of(const Images& images, std::int64_t number, const std::string& place,
                            const fs::path& list) {
  const auto found = images.find(number);
  if (found == images.end()) throw DataError("{}: {} has no image {}", place, list.string(), number);
  return found->second;
}

bool is_folder(const fs::path& path) {
  std::error_code unknown;
  return fs::is_directory(path, unknown);
}

/// The folder with the lists and Split, and the kind of pairs.
std::pair<fs::path, std::string> find_protocol(const fs::path& folder, std::string kind) {
  fs::path root = folder;
  if (is_folder(folder / "Protocol")) root = folder / "Protocol";
  const auto name = folder.filename().string();
  if (!is_folder(root / "Split") && (name == "FF" || name == "FP")) {
    if (!kind.empty() && kind != name) throw UsageError("{} is not {}", folder.string(), kind);
    kind = name;
    root = folder.parent_path().parent_path();
  }
  if (!is_folder(root / "Split"))
    throw DataError("{} is no protocol of CFP: it has no folder Split", folder.string());
  if (kind.empty())
    throw UsageError(
        "{} has two protocols: add --protocol FF (frontal to frontal) or --protocol FP (to profile)",
        folder.string());
  if (kind != "FF" && kind != "FP") throw UsageError("--protocol {} is not known: use FF or FP", kind);
  return {root, kind};
}

}  // namespace

PathProtocol read_cfp_protocol(const fs::path& folder, const std::string& wanted) {
  const auto [root, kind] = find_protocol(folder, wanted);
  const fs::path first_list = root / "Pair_list_F.txt";
  const fs::path second_list = kind == "FF" ? first_list : root / "Pair_list_P.txt";
  const Images first = read_images(first_list);
  const Images second = kind == "FF" ? first : read_images(second_list);
  std::vector<fs::path> folds;
  for (const auto& entry : fs::directory_iterator(root / "Split" / kind))
    if (entry.is_directory()) folds.push_back(entry.path());
  std::ranges::sort(folds);
  PathProtocol protocol;
  protocol.folds = static_cast<int>(folds.size());
  for (std::size_t fold = 0; fold < folds.size(); ++fold)
    for (const bool genuine : {true, false})
      for_each_line(folds[fold] / (genuine ? "same.txt" : "diff.txt"),
                    [&](std::string_view line, const std::string& place) {
                      const auto one = take_number(line, place);
                      const auto other = take_number(line, place);
                      protocol.pairs.push_back({image_of(first, one, place, first_list),
                                                image_of(second, other, place, second_list), genuine,
                                                static_cast<int>(fold), place});
                    });
  if (protocol.pairs.empty()) throw DataError("{} has no pairs", (root / "Split" / kind).string());
  return protocol;
}

}  // namespace fedfr::data
