#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "parquet_file.hpp"

/// Which columns of a table are meant, and what its labels mean.
namespace fedfr::data {

struct ImageColumns {
  std::size_t image = 0, label = 0;
};

/// @param image_field, label_field  as the user names them; empty: by the usual names, or the only one that
/// can
/// @param file  for messages
/// @throws UsageError naming the file and its columns, if it cannot be told or a column is no such
ImageColumns choose_columns(std::vector<ParquetColumn> columns, const std::string& image_field,
                            const std::string& label_field, const std::string& file);

/// What Hugging Face's datasets write beside a table: names by number, for a column of labels that are
/// numbers.
/// @param metadata  JSON, or empty
/// @returns none where there are none
/// @throws nlohmann::json::exception if it is no JSON
std::vector<std::string> class_names(std::string_view metadata, const std::string& column);

}  // namespace fedfr::data
