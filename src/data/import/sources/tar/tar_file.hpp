#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "data/import/sources/bytes.hpp"

namespace fedfr::data {

/// A member of a tar file that is a regular file: where its bytes lie.
struct TarMember {
  std::string name;  ///< as it stands there, any bytes
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// A tar file, ustar, GNU or pax, whose members can be read at any place, since libarchive says where the
/// bytes of each begin.
class TarFile {
 public:
  /// @param file   that is compressed (gzip, bzip2, xz, zstd) is first unpacked into a temporary file without
  /// a
  ///               name in the folder `scratch`
  /// @param among  how many such files there are
  TarFile(const std::filesystem::path& file, const std::filesystem::path& scratch, std::size_t among);

  /// Calls `take` for each member that is a regular file in one piece, until it returns false, and
  /// `pass_over` for each other one that is no folder, with the reason.
  /// @throws DataError naming the file and the place: it is no tar file, or ends inside of a member
  void for_each(const std::function<bool(const TarMember&)>& take,
                const std::function<void(const std::string& name, const char* why)>& pass_over) const;

  std::string name() const { return bytes_.name(); }
  const Bytes& bytes() const { return bytes_; }
  /// @throws DataError naming the file
  std::string read(std::uint64_t offset, std::uint64_t size) const;

 private:
  FileBytes bytes_;
};

}  // namespace fedfr::data
