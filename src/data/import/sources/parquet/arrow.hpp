#pragma once
#include <memory>
#include <string>

#include "parquet_file.hpp"

/// The module that reads Parquet with Apache Arrow.
namespace fedfr::data {

/// @param bytes  must outlive the file
/// @throws UsageError if this fedfr cannot read Parquet, with what to do
/// @throws std::runtime_error with the reason if it is no Parquet file
std::unique_ptr<ParquetFile> open_parquet(const ParquetBytes& bytes);

}  // namespace fedfr::data
