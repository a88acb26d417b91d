#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/program_options.hpp>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/rng.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "fedfr/data/storage/batch_loader.hpp"
#include "measure.hpp"
#include "random_faces.hpp"
#include "setting.hpp"

// The batch loader beside the least that reading the same images can take. The dataset has just been written,
// so that it lies in the page cache: this measures the program, not the disk.
namespace fedfr::bench {

namespace po = boost::program_options;

namespace {

std::vector<data::BatchItem> shuffled(std::int64_t images) {
  std::vector<data::BatchItem> sequence(static_cast<std::size_t>(images));
  for (std::size_t i = 0; i < sequence.size(); ++i) sequence[i].index = static_cast<std::int64_t>(i);
  RngStream({.seed = 1, .purpose = Purpose::batch_order}).shuffle(std::span(sequence));
  return sequence;
}

void load_all(const data::ImageSet& images, const std::vector<data::BatchItem>& sequence, int batch,
              int threads) {
  data::BatchLoader loader({images}, sequence, {.batch = batch, .threads = threads});
  while (loader.next() != nullptr) {
  }
}

/// The same images as stored, at random places of the shard, into one buffer: what reading them takes at
/// least.
void read_bare(const FileDescriptor& file, const std::vector<data::BatchItem>& sequence,
               std::vector<std::uint8_t>& buffer) {
  for (const auto& item : sequence)
    if (::pread(file.get(), buffer.data(), buffer.size(), item.index * std::ssize(buffer)) < 0)
      throw DataError("cannot read a shard");
}

/// The images of a dataset that is made for it, beside reading (raw) or decoding (JPEG) them alone.
Row measure(const Setting& setting, const std::filesystem::path& path, data::ImageSize size, int batch,
            int count, data::Encoding encoding) {
  constexpr int identities = 16;
  const bool raw = encoding == data::Encoding::raw;
  const int threads = setting.threads_used();
  write_random_faces(path, data::Role::clients, size,
                     {.clients = 1, .identities = identities, .images = std::max(1, count / identities)},
                     encoding);
  const data::Dataset dataset(path);
  const auto images = dataset.client(ClientId{0});
  const auto sequence = shuffled(images.size());
  std::vector<std::uint8_t> buffer(static_cast<std::size_t>(size.bytes()));
  const FileDescriptor shard(::open((path / "shard_00000.h5").c_str(), O_RDONLY | O_CLOEXEC));
  std::vector<std::vector<std::uint8_t>> stored;
  if (!raw)
    for (std::int64_t i = 0; i < images.size(); ++i) stored.push_back(images.read_stored(i));
  const auto bare = [&] {
    if (raw) return read_bare(shard, sequence, buffer);
    for (const auto& bytes : stored) data::decode(std::as_bytes(std::span(bytes)));
  };
  const auto timings =
      measure_in_turn(setting.runs, {[&] { load_all(images, sequence, batch, threads); }, bare});
  const auto rate = [&](const Timing& timing) { return static_cast<double>(images.size()) / timing.median; };
  return {.what = raw ? "raw" : "jpeg",
          .value = rate(timings[0]),
          .unit = "images/s",
          .bound = raw ? "bare pread, one thread" : "bare decoding, all threads",
          .limit = rate(timings[1]) * (raw ? 1 : threads)};
}

}  // namespace

void run_loader(Words words) {
  Setting setting;
  int size = 112;
  int batch = 64;
  int count = 4096;
  po::options_description options("options", 110);
  setting.add_to(options);
  options.add_options()                                                       //
      ("size", count_option(size, "size"), "height and width of the images")  //
      ("batch", count_option(batch, "batch"), "images of a batch")            //
      ("images", count_option(count, "images"), "of the dataset, read in random order");
  if (!tool::parse(words, options, {},
                   "Batches of images in random order, with their checksums looked at: raw ones beside bare "
                   "reads of the same "
                   "bytes (all in the page\ncache), JPEG files beside decoding alone.\n"))
    return;
  setting.apply();
  const TemporaryFolder folder("fedfr-bench", setting.folder);
  Report report("loader");
  report.setting("images", fmt::format("3x{}x{}", size, size));
  report.setting("batch", batch);
  report.setting("threads", setting.threads_used());
  for (const auto encoding : {data::Encoding::raw, data::Encoding::jpeg})
    report.add(measure(setting, folder.path() / data::name(encoding), {size, size}, batch, count, encoding));
  setting.publish(report);
}

}  // namespace fedfr::bench
