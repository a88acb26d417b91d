// A dataset: the index, the names, the images and the pairs in its HDF5 files. The input changes bytes of a
// small dataset that is right, and fedfr's checksums are put right as far as the files can be read: whoever
// writes a file to do harm does so, too. HDF5 has checksums of its own structures; where FEDFR_FUZZ_HDF5 is
// set these are put right as well, which soon meets errors of the library itself (HDF5 1.10.8 reads freed
// memory), for which fedfr has no remedy: so that is not done in tests.
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "changed_file.hpp"
#include "data/storage/hdf5_reader.hpp"
#include "data/storage/manifest.hpp"
#include "data/storage/shard_file.hpp"
#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "hdf5_checksums.hpp"
#include "support.hpp"

using namespace fedfr;
namespace fs = std::filesystem;

namespace {

constexpr data::ImageSize image_size{8, 8};

data::NewImage small_image(int number, data::Encoding encoding) {
  data::Image image{image_size, std::vector<std::uint8_t>(static_cast<std::size_t>(image_size.bytes()))};
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>(static_cast<int>(i) * 7 + 31 * number);
  auto stored = encoding == data::Encoding::raw ? image.pixels : data::encode_jpeg(image, 60);
  return {.pixels = std::move(stored), .label = number % 2, .source_name = "image.jpg"};
}

void make_benchmark(const fs::path& folder) {
  data::DatasetWriter writer(
      folder, {.role = data::Role::benchmark, .size = image_size, .encoding = data::Encoding::raw});
  writer.set_identities({"Anna", "Bert"});
  writer.begin_client("block", 4);
  for (int i = 0; i < 4; ++i) writer.add(small_image(i, data::Encoding::raw));
  writer.set_pairs({{0, 2, true, 0}, {0, 1, false, 0}, {1, 3, true, 1}, {2, 3, false, 1}});
  writer.finish();
}

void make_clients(const fs::path& folder) {
  data::DatasetWriter writer(
      folder, {.role = data::Role::clients, .size = image_size, .encoding = data::Encoding::jpeg});
  for (const char* client : {"first", "second"}) {
    writer.begin_client(client, 3, {"Anna", "Bert"});
    for (int i = 0; i < 3; ++i) writer.add(small_image(i, data::Encoding::jpeg));
  }
  writer.finish();
}

/// A file of the dataset as it is right.
struct File {
  explicit File(const fs::path& path)
      : name(path.filename()), content(fs::exists(path) ? read_text(path) : ""), checksums(content) {}
  fs::path name;
  std::string content;
  fuzz::Hdf5Checksums checksums;
};

/// A folder in memory with a dataset that is right, and the content of its files.
struct Base {
  Base(const std::string& name, void (*make)(const fs::path&))
      : folder(fs::path("/dev/shm") / ("fedfr_fuzz_dataset_" + std::to_string(::getpid()) + name)) {
    fs::remove_all(folder);
    make(folder);
    manifest = data::Manifest::parse(read_text(folder / data::manifest_name), folder);
    files.emplace_back(folder / "shard_00000.h5");
    files.emplace_back(folder / data::pairs_name);
    fuzz::require(files[0].checksums.size() > 10, "the structures of the shard are found");
  }
  ~Base() { fs::remove_all(folder); }

  fs::path folder;
  data::Manifest manifest;
  std::vector<File> files;
};

std::uint32_t index_checksum(const data::Hdf5Reader& file, const data::ShardEntry& entry,
                             data::Encoding encoding) {
  data::ShardIndex index;
  index.labels = file.read<std::int32_t>("label", entry.images);
  index.subsets = file.read<data::Subset>("subset", entry.images);
  index.client_ids = file.read<std::int64_t>("client_id", entry.clients);
  index.client_offsets = file.read<std::int64_t>("client_offset", entry.clients + 1);
  index.identity_offsets = file.read<std::int64_t>("identity_offset", entry.clients + 1);
  if (encoding == data::Encoding::jpeg)
    index.jpeg_offsets = file.read<std::int64_t>("jpeg_offset", entry.images + 1);
  index.block_crcs = file.read<std::uint32_t>("block_crc", entry.images);
  index.name_crc = file.read<std::uint32_t>("name_crc", 1)[0];
  return index.checksum();
}

/// The manifest with the checksums of the files as they are, as far as they can be read.
data::Manifest manifest_of(const Base& base) {
  data::Manifest manifest = base.manifest;
  data::ShardEntry& entry = manifest.shards[0];
  try {
    entry.index_crc =
        index_checksum(data::Hdf5Reader(base.folder / base.files[0].name), entry, manifest.encoding);
    if (manifest.pairs == 0) return manifest;
    const std::vector<hsize_t> shape{static_cast<hsize_t>(manifest.pairs), 4};
    const auto rows = data::Hdf5Reader(base.folder / base.files[1].name).read<std::int64_t>("pairs", shape);
    manifest.pairs_crc = crc32c(std::as_bytes(std::span(rows)));
  } catch (const DataError&) {
  }
  return manifest;
}

template <class Use>
void attempt(Use&& use) {
  try {
    use();
  } catch (const Error&) {
  }
}

void use_all_of(const fs::path& folder) {
  const data::Dataset dataset(folder);
  const auto images = dataset.all();
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(image_size.bytes()));
  for (std::int64_t i = 0; i < images.size(); ++i) {
    attempt([&] { images.read(std::span(&i, 1), pixels); });
    attempt([&] { static_cast<void>(images.source_name(i)); });
  }
  attempt([&] {
    for (const auto label : images.labels())
      fuzz::require(label >= 0 && label < dataset.identities(), "a label has an identity");
  });
  attempt([&] {
    for (const auto& pair : dataset.pairs())
      fuzz::require(
          pair.first >= 0 && pair.first < images.size() && pair.second >= 0 && pair.second < images.size(),
          "pairs are of images");
  });
  attempt([&] { static_cast<void>(dataset.client_name(ClientId{0})); });
  static_cast<void>(data::verify_checksums(folder));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::array<Base, 2> bases{Base("a", make_benchmark), Base("b", make_clients)};
  static const bool hdf5_too = std::getenv("FEDFR_FUZZ_HDF5") != nullptr;
  if (size < 1) return 0;
  const Base& base = bases[data[0] % 2U];
  std::size_t bytes = 0;
  for (unsigned number = 0; number < base.files.size(); ++number) {
    const auto& file = base.files[number];
    if (file.content.empty()) continue;
    auto content = fuzz::changed(file.content, {data + 1, size - 1}, number);
    if (hdf5_too) file.checksums.put_right(content);
    fuzz::write(base.folder / file.name, content);
    bytes += content.size();
  }
  attempt([&] {
    const fuzz::BoundedMemory bounded(bytes, 64);
    fuzz::write(base.folder / data::manifest_name, manifest_of(base).to_text());
    use_all_of(base.folder);
  });
  return 0;
}
