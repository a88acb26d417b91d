#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fedfr/data/storage/collection_index.hpp"

namespace fedfr::data {

/// Finds images of a collection by identity and number, as LFW's pairs name them. The number stands at the
/// end of the image's name (<identity>_NNNN), so that a missing image shifts no other. A name that ends in
/// several (<identity>_NNNN_M) answers to each of them: which is meant is never guessed.
class NumberedImages {
 public:
  /// @param collection  must outlive this
  explicit NumberedImages(const Dataset& collection);

  /// @param place  that names the image, for messages: "FILE, line N"
  /// @returns the image's index in collection.all()
  /// @throws DataError naming the place and what was looked for: there is none, with the nearest that there
  /// are, or two files have the number
  std::int64_t find(const std::string& identity, std::int64_t number, const std::string& place);

 private:
  using ByNumber = std::map<std::int64_t, std::vector<std::int64_t>>;
  const ByNumber& numbers_of(std::size_t identity);
  [[noreturn]] void refuse_identity(const std::string& name, const std::string& place) const;
  [[noreturn]] void refuse_number(std::size_t identity, std::int64_t number, const std::string& place);

  const Dataset& collection_;
  CollectionIndex index_;
  ImageSet all_;
  std::map<std::string, std::size_t> identity_;
  std::map<std::size_t, ByNumber> numbers_;  // of the identities asked for so far
};

}  // namespace fedfr::data
