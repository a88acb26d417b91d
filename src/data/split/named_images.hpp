#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

/// Finds images of a collection by paths of other programs, of which the end is the name of the image behind
/// that of its identity: ../Data/Images/001/frontal/01.jpg is image frontal/01.jpg of identity 001, or 01.jpg
/// of an identity that is called 001/frontal, whichever there is. The type of file may differ (.png for
/// .jpg). A path without folders is the name of an image alone.
class NamedImages {
 public:
  /// @param collection  must outlive this
  explicit NamedImages(const Dataset& collection);

  /// @param place  that names the image, for messages: "FILE, line N"
  /// @returns the image's index in collection.all()
  /// @throws DataError naming the place and what was looked for: there is none, or there are several
  std::int64_t find(const std::string& path, const std::string& place) const;

 private:
  using Key = std::pair<std::uint64_t, std::int64_t>;  // hash of a name, image
  std::string full_name(std::int64_t image) const;

  const Dataset& collection_;
  ImageSet all_;
  std::vector<std::string> identities_;
  std::vector<Key> names_;       // IDENTITY/IMAGE.jpg
  std::vector<Key> stems_;       // IDENTITY/IMAGE
  std::vector<Key> last_names_;  // IMAGE, without what is before its last slash
};

}  // namespace fedfr::data
