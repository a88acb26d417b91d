#include "fedfr/data/dataset_writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "dataset_files.hpp"
#include "fedfr/core/error.hpp"
#include "shard_writer.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

class DatasetWriter::State {
 public:
  State(const fs::path& folder, const Options& options)
      : folder_(folder), temporary_(fmt::format("{}.tmp-{}", folder.string(), getpid())), options_(options) {
    if (fs::exists(folder))
      throw DataError("{} exists already: choose another name or remove it", folder.string());
    make_folder(temporary_);
    manifest_.role = options.role;
    manifest_.encoding = options.encoding;
    manifest_.size = options.size;
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    std::error_code ignored;
    if (!finished_) fs::remove_all(temporary_, ignored);
  }

  void begin_client(const std::string& client_name, std::int64_t image_count,
                    const std::vector<std::string>& names) {
    check_client_is_whole();
    if (shard_ && shard_->bytes() >= options_.shard_bytes) close_shard();
    if (!shard_)
      shard_.emplace(temporary_ / fmt::format("shard_{:05}.h5", manifest_.shards.size()), options_.size,
                     options_.encoding);
    shard_->begin_client(clients_++, client_name, names);
    missing_ = image_count;
    client_name_ = client_name;
  }

  void add(const NewImage& image) {
    if (missing_-- <= 0) throw DataError("more images than announced were added to '{}'", client_name_);
    shard_->add(image);
  }

  void finish() {
    check_client_is_whole();
    if (shard_) close_shard();
    if (!pairs_.empty()) write_pairs();
    replace_file(temporary_ / manifest_name, manifest_.to_text());
    std::error_code failed;
    fs::rename(temporary_, folder_, failed);
    if (failed) throw DataError("cannot create {}: {}", folder_.string(), failed.message());
    finished_ = true;
  }

  std::vector<Pair> pairs_;
  Manifest manifest_;

 private:
  void check_client_is_whole() const {
    if (missing_ > 0) throw DataError("'{}' lacks {} of its images", client_name_, missing_);
  }

  void close_shard() {
    ShardEntry entry{.file = fmt::format("shard_{:05}.h5", manifest_.shards.size())};
    entry.clients = std::ssize(shard_->index().client_ids);
    entry.images = shard_->index().images;
    entry.checksum = shard_->finish();
    manifest_.shards.push_back(entry);
    shard_.reset();
  }

  void write_pairs() {
    std::vector<std::int64_t> rows;
    for (const auto& pair : pairs_)
      rows.insert(rows.end(), {pair.first, pair.second, pair.genuine ? 1 : 0, pair.fold});
    replace_file(temporary_ / pairs_name, [&](const fs::path& path) {
      Hdf5File file = Hdf5File::create(path);
      file.write<std::int64_t>("pairs", rows);
      file.flush();
    });
    manifest_.pairs = std::ssize(pairs_);
  }

  fs::path folder_;
  fs::path temporary_;
  Options options_;
  std::optional<ShardWriter> shard_;
  std::int64_t clients_ = 0;
  std::int64_t missing_ = 0;
  std::string client_name_;
  bool finished_ = false;
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
  state_->manifest_.identities = std::move(names);
}
void DatasetWriter::set_pairs(std::vector<Pair> pairs) { state_->pairs_ = std::move(pairs); }
void DatasetWriter::finish() { state_->finish(); }

}  // namespace fedfr::data
