// From labelled images to a collection, whatever they come from. The idea: a source is looked through before
// the first image is opened, so that what spoils the import shows in seconds and not after hours; then images
// are decoded by blocks on several threads, but what is taken, noted and written happens on one thread in the
// order of the names, so that the result depends neither on threads nor on the order in which a source has
// its images.
#include "fedfr/data/import/importer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "collection_sink.hpp"
#include "data/storage/staged_folder.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/parallel.hpp"
#include "fedfr/core/processors.hpp"
#include "fedfr/core/progress_bar.hpp"
#include "fedfr/core/utf8.hpp"
#include "load.hpp"
#include "sources/recognise.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

void check(const ImportOptions& options) {
  check_threads(options.threads, "--threads");
  if (options.min_images < 1)
    throw UsageError("--min-images is {}, but at least 1 is needed", options.min_images);
  if (options.max_images < options.min_images)
    throw UsageError("--max-images {} is less than --min-images {}", options.max_images, options.min_images);
  if (options.identity_level < 0)
    throw UsageError("--identity-level is {}, but folders are counted from 1", options.identity_level);
  if (!options.decode && (options.encoding == Encoding::raw || options.resize))
    throw UsageError("--check header keeps the bytes of images: it needs --encoding jpeg and no --resize");
  if (!options.decode && options.landmarks)
    throw UsageError("--check header keeps the bytes of images, but --landmarks changes them");
}

/// The first `most` of each identity.
void keep_first(std::vector<IndexedImage>& images, std::int64_t most) {
  std::int64_t of_identity = 0;
  std::size_t kept = 0;
  for (const auto image : images) {
    of_identity = kept > 0 && images[kept - 1].identity == image.identity ? of_identity + 1 : 1;
    if (of_identity <= most) images[kept++] = image;
  }
  images.resize(kept);
}

/// Calls `work` on a thread of its own; what it throws, `wait` throws.
class Aside {
 public:
  template <class Work>
  explicit Aside(Work work)
      : thread_(start_thread([this, work = std::move(work)] {
          try {
            work();
          } catch (...) {
            failure_ = std::current_exception();
          }
        })) {}
  void wait() {
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::exception_ptr failure_;  // read after the thread has ended
  std::jthread thread_;
};

/// While one block of images is decoded, the one before is written.
void load_and_take(const ImageLoader& loader, std::span<const IndexedImage> images, int threads,
                   CollectionSink& sink) {
  constexpr std::size_t images_at_once = 512;  // before the threads wait for one another
  ProgressBar bar("import", std::ssize(images));
  std::vector<Candidate> loaded, taken;
  std::optional<Aside> taking;
  while (!images.empty()) {
    const auto block = images.first(std::min(images_at_once, images.size()));
    loaded.resize(block.size());
    parallel_for(block.size(), threads, [&](std::size_t i) { loaded[i] = loader.load(block[i]); });
    if (taking) taking->wait();
    taken.swap(loaded);
    taking.emplace([&, block] {
      for (std::size_t i = 0; i < block.size(); ++i) sink.take(block[i].identity, std::move(taken[i]));
    });
    bar.advance(std::ssize(block));
    images = images.subspan(block.size());
  }
  if (taking) taking->wait();
}

}  // namespace

ImportReport import_images(std::span<const fs::path> sources, const fs::path& output,
                           const ImportOptions& options) {
  check(options);
  check_new_folder(output);
  auto recognised = recognise(sources, options.format);
  auto source = open_source(recognised, output, options);
  auto index = source->index();
  std::vector<std::string> named;
  for (const auto& path : sources) named.push_back(path.string());
  const std::string from = fmt::format("{}", fmt::join(named, "+"));
  if (index.images.empty() && index.bad.empty())
    throw DataError("{} holds no images: {}", printable(from), what_is_expected(recognised.format));
  std::ranges::sort(index.left_out, {}, [](const LeftOut& out) { return std::pair(out.why, out.path); });
  std::ranges::sort(index.bad);
  ImportReport report;
  report.format = recognised.format;
  report.left_out = std::move(index.left_out);
  report.bad = std::move(index.bad);
  report.remarks = std::move(index.remarks);
  keep_first(index.images, options.max_images);
  std::optional<LandmarkTable> landmarks;
  if (options.landmarks) landmarks.emplace(*options.landmarks);
  const Role role = recognised.format == SourceFormat::pair_set ? Role::benchmark : Role::collection;
  CollectionSink sink(from, output, role, options, index.identities, std::move(report));
  sink.expect(std::ssize(index.images));
  load_and_take(ImageLoader(*source, index.identities, landmarks ? &*landmarks : nullptr, options),
                index.images, options.threads, sink);
  auto pairs = source->pairs();
  // To write a shard takes memory of its own.
  source.reset();
  index.images = {};
  return sink.finish(std::move(pairs));
}

}  // namespace fedfr::data
