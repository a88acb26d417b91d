// The module that reads Parquet, the only file that knows Arrow. Files may be of any size and may be hostile.
// So a group is read some rows at a time, pages through a buffer of fixed size, and all that Arrow allocates
// is counted: beyond what a file of that size can need it is refused, as are lists in its footer that cannot
// be in so few bytes.
#include <arrow/api.h>
#include <arrow/config.h>
#include <arrow/io/interfaces.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "parquet_file.hpp"

namespace fedfr::data {

namespace {

constexpr std::int64_t mebibyte = std::int64_t{1} << 20;
constexpr std::int64_t bytes_at_once = 16 * mebibyte;  // of rows
constexpr std::int64_t rows_at_once = 64;

void check(const arrow::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.message());
}

template <class T>
T checked(arrow::Result<T> result) {
  check(result.status());
  return std::move(result).ValueUnsafe();
}

/// fedfr's bytes as Arrow wants them; nothing is thrown through Arrow's own code.
class ArrowFile final : public arrow::io::RandomAccessFile {
 public:
  explicit ArrowFile(const ParquetBytes& bytes) : bytes_(bytes) {}

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<std::int64_t> GetSize() override { return bytes_.size; }
  arrow::Result<std::int64_t> Tell() const override { return at_; }
  arrow::Status Seek(std::int64_t position) override {
    at_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<std::int64_t> Read(std::int64_t size, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const auto got, ReadAt(at_, size, out));
    at_ += got;
    return got;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(at_, size));
    at_ += buffer->size();
    return buffer;
  }
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t size, void* out) override {
    if (position < 0 || size < 0) return arrow::Status::IOError("a place outside of the file");
    const auto there = std::clamp<std::int64_t>(bytes_.size - position, 0, size);
    try {
      if (there > 0) bytes_.read(position, {static_cast<std::byte*>(out), static_cast<std::size_t>(there)});
    } catch (const std::exception& e) {
      return arrow::Status::IOError(e.what());
    }
    return there;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position, std::int64_t size) override {
    const auto there = std::clamp<std::int64_t>(bytes_.size - position, 0, std::max<std::int64_t>(size, 0));
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(there));
    ARROW_RETURN_NOT_OK(ReadAt(position, there, buffer->mutable_data()));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

 private:
  const ParquetBytes& bytes_;
  std::int64_t at_ = 0;
  bool closed_ = false;
};

class BoundedPool final : public arrow::ProxyMemoryPool {
 public:
  explicit BoundedPool(std::int64_t most) : ProxyMemoryPool(arrow::default_memory_pool()), most_(most) {}

  arrow::Status Allocate(std::int64_t size, std::int64_t alignment, std::uint8_t** out) override {
    ARROW_RETURN_NOT_OK(allow(size));
    return ProxyMemoryPool::Allocate(size, alignment, out);
  }
  arrow::Status Reallocate(std::int64_t old_size, std::int64_t new_size, std::int64_t alignment,
                           std::uint8_t** bytes) override {
    ARROW_RETURN_NOT_OK(allow(new_size - old_size));
    return ProxyMemoryPool::Reallocate(old_size, new_size, alignment, bytes);
  }

 private:
  arrow::Status allow(std::int64_t more) const {
    if (more > most_ - bytes_allocated())
      return arrow::Status::OutOfMemory("it asks for more than ", most_ / mebibyte,
                                        " MiB of memory at once, which a file of its size cannot need");
    return arrow::Status::OK();
  }
  std::int64_t most_;
};

bool is_bytes(const arrow::DataType& type) {
  return type.id() == arrow::Type::BINARY || type.id() == arrow::Type::LARGE_BINARY;
}
bool is_text(const arrow::DataType& type) {
  return type.id() == arrow::Type::STRING || type.id() == arrow::Type::LARGE_STRING;
}

bool may_be_image(const arrow::DataType& type) {
  if (type.id() != arrow::Type::STRUCT) return is_bytes(type);
  const auto member = static_cast<const arrow::StructType&>(type).GetFieldByName("bytes");
  return member != nullptr && is_bytes(*member->type());
}

bool may_be_label(const arrow::DataType& type) {
  if (type.id() == arrow::Type::DICTIONARY)
    return may_be_label(*static_cast<const arrow::DictionaryType&>(type).value_type());
  return arrow::is_integer(type.id()) || type.id() == arrow::Type::FLOAT ||
         type.id() == arrow::Type::DOUBLE || is_text(type) || is_bytes(type);
}

std::optional<std::string_view> bytes_at(const arrow::Array& column, std::int64_t row) {
  if (column.IsNull(row)) return std::nullopt;
  switch (column.type_id()) {
    case arrow::Type::BINARY:
    case arrow::Type::STRING:
      return static_cast<const arrow::BinaryArray&>(column).GetView(row);
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::LARGE_STRING:
      return static_cast<const arrow::LargeBinaryArray&>(column).GetView(row);
    default:
      throw std::runtime_error("bytes or texts were expected, but there are " + column.type()->ToString());
  }
}

template <class Array>
std::string number_at(const arrow::Array& column, std::int64_t row) {
  const auto value = static_cast<const Array&>(column).Value(row);
  if constexpr (std::is_integral_v<decltype(value)>) {
    return std::to_string(value);
  } else {
    // As pandas writes whole numbers of which some are missing.
    constexpr double largest = 9007199254740992.0;  // beyond which not all whole numbers are there
    if (std::isnan(value)) return {};
    if (std::trunc(value) == value && std::abs(value) <= largest)
      return std::to_string(static_cast<std::int64_t>(value));
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return {digits.data(), end};
  }
}

std::optional<std::string> label_at(const arrow::Array& column, std::int64_t row) {
  if (column.IsNull(row)) return std::nullopt;
  switch (column.type_id()) {
    case arrow::Type::DICTIONARY: {
      const auto& coded = static_cast<const arrow::DictionaryArray&>(column);
      const auto code = coded.GetValueIndex(row);
      if (code < 0 || code >= coded.dictionary()->length())
        throw std::runtime_error("a label is not in its dictionary");
      return label_at(*coded.dictionary(), code);
    }
    case arrow::Type::INT8:
      return number_at<arrow::Int8Array>(column, row);
    case arrow::Type::INT16:
      return number_at<arrow::Int16Array>(column, row);
    case arrow::Type::INT32:
      return number_at<arrow::Int32Array>(column, row);
    case arrow::Type::INT64:
      return number_at<arrow::Int64Array>(column, row);
    case arrow::Type::UINT8:
      return number_at<arrow::UInt8Array>(column, row);
    case arrow::Type::UINT16:
      return number_at<arrow::UInt16Array>(column, row);
    case arrow::Type::UINT32:
      return number_at<arrow::UInt32Array>(column, row);
    case arrow::Type::UINT64:
      return number_at<arrow::UInt64Array>(column, row);
    case arrow::Type::FLOAT:
      return number_at<arrow::FloatArray>(column, row);
    case arrow::Type::DOUBLE:
      return number_at<arrow::DoubleArray>(column, row);
    default:
      return std::string(bytes_at(column, row).value());
  }
}

/// Images of some rows, whichever form they have.
class Images {
 public:
  explicit Images(const std::shared_ptr<arrow::Array>& column) : column_(column), bytes_(column) {
    if (column->type_id() != arrow::Type::STRUCT) return;
    const auto& members = static_cast<const arrow::StructArray&>(*column);
    bytes_ = members.GetFieldByName("bytes");
    path_ = members.GetFieldByName("path");
    if (bytes_ == nullptr) throw std::runtime_error("its images have no bytes");
    if (path_ != nullptr && !is_text(*path_->type()) && !is_bytes(*path_->type())) path_ = nullptr;
  }
  void set(std::int64_t row, ParquetRow& out) const {
    if (column_->IsNull(row)) return;
    out.image = bytes_at(*bytes_, row);
    if (path_ != nullptr) out.path = bytes_at(*path_, row).value_or("");
  }

 private:
  std::shared_ptr<arrow::Array> column_, bytes_, path_;
};

/// Of newer versions the reader comes back, of older ones it is put where one says.
template <class Reader>
std::unique_ptr<arrow::RecordBatchReader> batches_of(Reader& file, int row_group,
                                                     const std::vector<int>& leaves) {
  const std::vector groups{row_group};
  if constexpr (requires { file.GetRecordBatchReader(groups, leaves); }) {
    return checked(file.GetRecordBatchReader(groups, leaves));
  } else {
    std::unique_ptr<arrow::RecordBatchReader> batches;
    check(file.GetRecordBatchReader(groups, leaves, &batches));
    return batches;
  }
}

/// The columns of the file that a field of the schema is made of.
void add_leaves(const parquet::arrow::SchemaField& field, std::vector<int>& leaves) {
  if (field.is_leaf()) leaves.push_back(field.column_index);
  for (const auto& member : field.children)
    if (field.field->type()->id() != arrow::Type::STRUCT || member.field->name() == "bytes" ||
        member.field->name() == "path")
      add_leaves(member, leaves);
}

class File final : public ParquetFile {
 public:
  explicit File(const ParquetBytes& bytes) : pool_(std::max(192 * mebibyte, 4 * bytes.size)) {
    parquet::ReaderProperties properties(&pool_);
    properties.enable_buffered_stream();
    properties.set_buffer_size(mebibyte);
    properties.set_page_checksum_verification(true);
    // Nothing of a list or a text takes less than a byte.
    const auto longest = static_cast<std::int32_t>(std::min<std::int64_t>(bytes.size, 100 * mebibyte));
    properties.set_thrift_container_size_limit(std::min(longest, 1'000'000));
    properties.set_thrift_string_size_limit(longest);
    parquet::ArrowReaderProperties reading(/*use_threads=*/false);
    reading.set_pre_buffer(false);  // would hold whole row groups
    parquet::arrow::FileReaderBuilder builder;
    check(builder.Open(std::make_shared<ArrowFile>(bytes), properties));
    check(builder.memory_pool(&pool_)->properties(reading)->Build(&reader_));
    metadata_ = reader_->parquet_reader()->metadata();
  }

  std::vector<ParquetColumn> columns() const override {
    std::vector<ParquetColumn> all;
    for (const auto& [field, children, index, levels] : reader_->manifest().schema_fields)
      all.push_back({field->name(), field->type()->ToString(), data::may_be_image(*field->type()),
                     data::may_be_label(*field->type())});
    return all;
  }
  std::string metadata(const std::string& key) const override {
    const auto& pairs = metadata_->key_value_metadata();
    return pairs == nullptr ? std::string() : pairs->Get(key).ValueOr("");
  }
  std::int64_t rows() const override { return metadata_->num_rows(); }
  int row_groups() const override { return metadata_->num_row_groups(); }
  std::int64_t rows_of(int row_group) const override { return metadata_->RowGroup(row_group)->num_rows(); }

  void read(int row_group, std::size_t image, std::size_t label,
            const std::function<void(const ParquetRow& row)>& take) override {
    std::vector<int> leaves;
    const auto& fields = reader_->manifest().schema_fields;
    add_leaves(fields.at(image), leaves);
    reader_->set_batch_size(rows_that_fit(row_group, leaves));
    add_leaves(fields.at(label), leaves);
    const auto batches = batches_of(*reader_, row_group, leaves);
    std::int64_t rows = 0;
    for (std::shared_ptr<arrow::RecordBatch> batch;; rows += batch->num_rows()) {
      check(batches->ReadNext(&batch));
      if (batch == nullptr) break;
      check(batch->Validate());
      hand_on(*batch, take);
    }
    if (rows != rows_of(row_group))
      throw std::runtime_error("it has " + std::to_string(rows) + " rows, but says that they are " +
                               std::to_string(rows_of(row_group)));
  }

 private:
  std::int64_t rows_that_fit(int row_group, const std::vector<int>& leaves) const {
    const auto group = metadata_->RowGroup(row_group);
    std::int64_t bytes = 0;
    for (const int leaf : leaves)
      bytes += std::max<std::int64_t>(0, group->ColumnChunk(leaf)->total_uncompressed_size());
    const auto of_a_row = std::max<std::int64_t>(1, bytes / std::max<std::int64_t>(1, group->num_rows()));
    return std::clamp<std::int64_t>(bytes_at_once / of_a_row, 1, rows_at_once);
  }

  static void hand_on(const arrow::RecordBatch& batch,
                      const std::function<void(const ParquetRow& row)>& take) {
    if (batch.num_columns() != 2) throw std::runtime_error("a column is missing");
    const Images images(batch.column(0));
    const auto labels = batch.column(1);
    for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
      ParquetRow one;
      images.set(row, one);
      one.label = label_at(*labels, row);
      take(one);
    }
  }

  BoundedPool pool_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::shared_ptr<parquet::FileMetaData> metadata_;
};

}  // namespace

}  // namespace fedfr::data

fedfr::data::ParquetFile* fedfr_open_parquet(const fedfr::data::ParquetBytes& bytes) {
  return new fedfr::data::File(bytes);
}

const char* fedfr_arrow_version() { return arrow::GetBuildInfo().version_string.c_str(); }
