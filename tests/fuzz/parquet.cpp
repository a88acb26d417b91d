// Parquet, read by Arrow in its module. What Arrow allocates it counts itself (arrow_module.cpp); libFuzzer
// has a limit for all that the process takes.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "data/import/sources/parquet/arrow.hpp"
#include "data/import/sources/parquet/parquet_columns.hpp"
#include "fedfr/core/error.hpp"
#include "support.hpp"

using namespace fedfr;

namespace {

void read_all(const data::ParquetBytes& bytes) {
  const auto file = data::open_parquet(bytes);
  const auto columns = file->columns();
  const auto chosen = data::choose_columns(columns, "", "", "t.parquet");
  data::class_names(file->metadata("huggingface"), columns[chosen.label].name);
  for (int group = 0; group < file->row_groups(); ++group) {
    std::int64_t rows = 0, sum = 0;
    file->read(group, chosen.image, chosen.label, [&](const data::ParquetRow& row) {
      ++rows;
      for (const char byte : row.image.value_or("")) sum += byte;  // all of it is there
      for (const char byte : row.path) sum += byte;
    });
    fuzz::require(rows == file->rows_of(group) && sum != 1, "a group has as many rows as the file says");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const data::ParquetBytes bytes{
      static_cast<std::int64_t>(size), [&](std::int64_t offset, std::span<std::byte> out) {
        fuzz::require(offset >= 0 && static_cast<std::size_t>(offset) + out.size() <= size,
                      "only what is there is asked for");
        std::memcpy(out.data(), data + offset, out.size());
      }};
  try {
    read_all(bytes);
  } catch (const std::exception&) {
  }
  return 0;
}
