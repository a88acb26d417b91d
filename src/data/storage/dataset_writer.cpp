#include "fedfr/data/storage/dataset_writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "manifest.hpp"
#include "pairs_file.hpp"
#include "shard_writer.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

/// Without the slash at the end, behind which a temporary name would lie inside the folder.
fs::path without_slash(const fs::path& folder) {
  return folder.has_filename() ? folder : folder.parent_path();
}

/// A folder under a temporary name that disappears again unless it is kept.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const fs::path& final_name)
      : final_(without_slash(final_name)), path_(fmt::format("{}.tmp-{}", final_.string(), getpid())) {
    if (fs::exists(final_))
      throw DataError("{} exists already: choose another name or remove it", final_.string());
    make_folder(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

  void keep() {
    std::error_code failed;
    fs::rename(path_, final_, failed);
    if (failed) throw DataError("cannot create {}: {}", final_.string(), failed.message());
    sync_folder(final_.parent_path());
  }

 private:
  fs::path final_;
  fs::path path_;
};

}  // namespace

class DatasetWriter::State {
 public:
  State(const fs::path& folder, const Options& options) : folder_(folder), shard_bytes_(options.shard_bytes) {
    if (options.size.height < 1 || options.size.width < 1)
      throw DataError("a dataset of {}x{} pixels cannot be", options.size.height, options.size.width);
    manifest_.role = options.role;
    manifest_.encoding = options.encoding;
    manifest_.size = options.size;
  }

  void begin_client(const std::string& client_name, std::int64_t image_count,
                    const std::vector<std::string>& names) {
    check_client_is_whole();
    if (shard_ && shard_->bytes() >= shard_bytes_) close_shard();
    if (!shard_) {
      const auto file = fmt::format("shard_{:05}.h5", manifest_.shards.size());
      shard_.emplace(folder_.path() / file, manifest_.size, manifest_.encoding);
    }
    shard_->begin_client(clients_++, client_name, names);
    client_name_ = client_name;
    client_labels_ = std::ssize(names);
    missing_ = image_count;
  }

  void add(const NewImage& image) {
    if (missing_ <= 0) throw DataError("more images than announced were added to '{}'", client_name_);
    const bool too_large = manifest_.role == Role::clients && image.label >= client_labels_;
    if (image.label < 0 || too_large)
      throw DataError("the label {} in '{}' has no identity: it has {}", image.label, client_name_,
                      client_labels_);
    shard_->add(image);
    labels_ = std::max(labels_, std::int64_t{image.label} + 1);
    --missing_;
  }

  void set_identities(std::vector<std::string> names) { manifest_.identities = std::move(names); }
  void set_pairs(std::vector<Pair> pairs) { pairs_ = std::move(pairs); }

  void finish() {
    check_client_is_whole();
    if (manifest_.role != Role::clients && labels_ > std::ssize(manifest_.identities))
      throw DataError("the label {} has no identity: the dataset has {}", labels_ - 1,
                      manifest_.identities.size());
    if (shard_) close_shard();
    if (!pairs_.empty()) write_pairs(folder_.path(), pairs_, manifest_);
    replace_file(folder_.path() / manifest_name, manifest_.to_text());
    folder_.keep();
  }

 private:
  void check_client_is_whole() const {
    if (missing_ > 0) throw DataError("'{}' lacks {} of its images", client_name_, missing_);
  }

  void close_shard() {
    manifest_.shards.push_back(shard_->finish());
    shard_.reset();
  }

  TemporaryFolder folder_;
  std::int64_t shard_bytes_;
  Manifest manifest_;
  std::vector<Pair> pairs_;
  std::optional<ShardWriter> shard_;
  std::int64_t clients_ = 0;
  std::int64_t labels_ = 0;  // 1 + the largest

  // The client that is being written.
  std::string client_name_;
  std::int64_t client_labels_ = 0;
  std::int64_t missing_ = 0;
};

DatasetWriter::DatasetWriter(const fs::path& folder, const Options& options)
    : state_(std::make_unique<State>(folder, options)) {}
DatasetWriter::~DatasetWriter() = default;

void DatasetWriter::begin_client(const std::string& client_name, std::int64_t image_count,
                                 const std::vector<std::string>& identity_names) {
  state_->begin_client(client_name, image_count, identity_names);
}
void DatasetWriter::add(const NewImage& image) { state_->add(image); }
void DatasetWriter::set_identities(std::vector<std::string> names) {
  state_->set_identities(std::move(names));
}
void DatasetWriter::set_pairs(std::vector<Pair> pairs) { state_->set_pairs(std::move(pairs)); }
void DatasetWriter::finish() { state_->finish(); }

}  // namespace fedfr::data
