#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What fedfr and the module that reads Parquet with Apache Arrow know of one another. The module is loaded
/// only when there is a Parquet file (see arrow.hpp) and is linked with nothing of fedfr, so only types of
/// the standard library go across, and what it throws is a std::runtime_error that names no file.
namespace fedfr::data {

/// The bytes of a file, which fedfr has opened.
struct ParquetBytes {
  std::int64_t size = 0;
  /// All of `out` from the offset, or it throws.
  std::function<void(std::int64_t offset, std::span<std::byte> out)> read;
};

/// A column of the table, or a struct of columns.
struct ParquetColumn {
  std::string name;
  std::string type;           ///< for messages
  bool may_be_image = false;  ///< bytes, or a struct with the member `bytes`
  bool may_be_label = false;  ///< numbers, texts, and dictionaries of them
};

/// A row; its views are valid until the next.
struct ParquetRow {
  std::optional<std::string_view> image{};  ///< the bytes of an image file
  std::string_view path{};                  ///< of that file; empty where none is given
  std::optional<std::string> label{};       ///< numbers as text
};

class ParquetFile {
 public:
  virtual ~ParquetFile() = default;
  virtual std::vector<ParquetColumn> columns() const = 0;
  virtual std::string metadata(const std::string& key) const = 0;  ///< empty where there is none
  virtual std::int64_t rows() const = 0;
  virtual int row_groups() const = 0;
  virtual std::int64_t rows_of(int row_group) const = 0;

  /// Calls `take` with the rows of a group in their order. Holds some rows at a time, however long the group.
  /// @param image, label  indices in columns()
  /// @throws std::runtime_error with the reason, if there are not as many rows as the file says
  virtual void read(int row_group, std::size_t image, std::size_t label,
                    const std::function<void(const ParquetRow& row)>& take) = 0;
};

}  // namespace fedfr::data

// What the module has.
extern "C" {
/// @param bytes  must outlive the file
/// @returns a file to be deleted
fedfr::data::ParquetFile* fedfr_open_parquet(const fedfr::data::ParquetBytes& bytes);
const char* fedfr_arrow_version();
}
