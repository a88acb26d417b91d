// Builds a dataset client by client. Everything that a reader would refuse is refused here, before it is
// written.
#include "fedfr/data/storage/dataset_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/utf8.hpp"
#include "manifest.hpp"
#include "pairs_file.hpp"
#include "shard_writer.hpp"
#include "staged_folder.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

/// What a shard or dataset.json cannot hold as it is.
void check_name(const std::string& name) {
  if (!is_utf8(name) || name.find('\0') != std::string::npos)
    throw DataError("the name \"{}\" is no UTF-8 text: rename the file or folder that it comes from",
                    printable(name));
}

}  // namespace

class DatasetWriter::State {
 public:
  State(const fs::path& folder, const Options& options) : folder_(folder), shard_bytes_(options.shard_bytes) {
    check_image_size(options.size);
    manifest_.role = options.role;
    manifest_.encoding = options.encoding;
    manifest_.size = options.size;
  }

  void begin_client(const std::string& client_name, std::int64_t image_count,
                    const std::vector<std::string>& names) {
    check_client_is_whole();
    check_name(client_name);
    for (const auto& name : names) check_name(name);
    if (shard_ && shard_->bytes() >= shard_bytes_) close_shard();
    if (!shard_) {
      const auto file = fmt::format("shard_{:05}.h5", manifest_.shards.size());
      shard_.emplace(folder_.path() / file, manifest_.size, manifest_.encoding);
    }
    shard_->begin_client(clients_++, client_name, names);
    client_name_ = client_name;
    client_labels_ = std::ssize(names);
    is_counted_ = image_count != as_many_as_come;
    missing_ = image_count;
  }

  void add(const NewImage& image) {
    if (is_counted_ && missing_ <= 0)
      throw DataError("more images than announced were added to '{}'", client_name_);
    const bool too_large = manifest_.role == Role::clients && image.label >= client_labels_;
    if (image.label < 0 || too_large)
      throw DataError("the label {} in '{}' has no identity: it has {}", image.label, client_name_,
                      client_labels_);
    check_name(image.source_name);
    shard_->add(image);
    ++images_;
    labels_ = std::max(labels_, std::int64_t{image.label} + 1);
    if (is_counted_) --missing_;
  }

  void set_identities(std::vector<std::string> names) {
    for (const auto& name : names) check_name(name);
    manifest_.identities = std::move(names);
  }
  void set_pairs(std::vector<Pair> pairs) { pairs_ = std::move(pairs); }

  /// The path to be written to.
  fs::path path_of_new_file(const fs::path& name) const {
    const auto file = folder_.path() / name;
    make_folder(file.parent_path());
    return file;
  }

  void finish() {
    check_client_is_whole();
    if (manifest_.role != Role::clients && labels_ > std::ssize(manifest_.identities))
      throw DataError("the label {} has no identity: the dataset has {}", labels_ - 1,
                      manifest_.identities.size());
    if (shard_) close_shard();
    for (const auto& pair : pairs_) check_pair(pair, images_, "the benchmark");
    if (!pairs_.empty()) write_pairs(folder_.path(), pairs_, manifest_);
    // Last of the files, each of which is on the disk before the next is begun: where there is a
    // dataset.json, all that it lists is there.
    replace_file(folder_.path() / manifest_name, manifest_.to_text());
    folder_.publish();
  }

 private:
  void check_client_is_whole() const {
    if (missing_ > 0) throw DataError("'{}' lacks {} of its images", client_name_, missing_);
  }

  void close_shard() {
    manifest_.shards.push_back(shard_->finish());
    shard_.reset();
  }

  StagedFolder folder_;
  std::int64_t shard_bytes_;
  Manifest manifest_;
  std::vector<Pair> pairs_;
  std::optional<ShardWriter> shard_;
  std::int64_t clients_ = 0;
  std::int64_t images_ = 0;
  std::int64_t labels_ = 0;  // 1 + the largest

  // The client that is being written.
  std::string client_name_;
  std::int64_t client_labels_ = 0;
  bool is_counted_ = true;
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
void DatasetWriter::add_file(const fs::path& name, std::string_view content) {
  replace_file(state_->path_of_new_file(name), content);
}
void DatasetWriter::add_file(const fs::path& name, const LongList& pieces) {
  constexpr std::size_t bytes_at_once = std::size_t{1} << 16U;
  OutputFile file(state_->path_of_new_file(name));
  std::string waiting;
  pieces.for_each([&](std::string_view piece) {
    waiting += piece;
    if (waiting.size() < bytes_at_once) return;
    file.write(waiting);
    waiting.clear();
  });
  file.write(waiting);
  file.commit();
}
void DatasetWriter::finish() { state_->finish(); }

}  // namespace fedfr::data
