#include "images_by_name.hpp"

#include <map>
#include <utility>

#include "data/import/sources/tar/tar_file.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/codec/image_codec.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

class FolderImages final : public ImagesByName {
 public:
  explicit FolderImages(fs::path folder) : folder_(std::move(folder)) {}

  std::string read(const std::string& name) const override {
    // A table is not to name a file elsewhere.
    if (fs::path(name).filename() != name || name == "..")
      throw DataError("the image '{}' is named by a path, not by a name", printable(name));
    return read_text(folder_ / name, most_bytes_of_image);
  }

 private:
  fs::path folder_;
};

class TarImages final : public ImagesByName {
 public:
  TarImages(const fs::path& file, const fs::path& scratch) : tar_(file, scratch, 1) {
    tar_.for_each(
        [&](const TarMember& member) {
          const auto name = fs::path(member.name).filename().string();
          if (!places_.emplace(name, std::pair(member.offset, member.size)).second)
            throw DataError("{} has two images named '{}'", tar_.name(), printable(name));
          return true;
        },
        [](const std::string&, const char*) {});
  }

  std::string read(const std::string& name) const override {
    const auto place = places_.find(name);
    if (place == places_.end()) throw DataError("{} has no image '{}'", tar_.name(), printable(name));
    return tar_.read(place->second.first, place->second.second);
  }

 private:
  TarFile tar_;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> places_;
};

}  // namespace

std::unique_ptr<ImagesByName> open_images_by_name(const fs::path& source, const fs::path& scratch) {
  if (fs::is_directory(source)) return std::make_unique<FolderImages>(source);
  return std::make_unique<TarImages>(source, scratch);
}

}  // namespace fedfr::data
