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

/// The images of a source, of each identity the first `most`, a block at a time.
class Blocks {
 public:
  Blocks(ImageSource& source, SourceNotes& notes, std::int64_t most)
      : source_(source), notes_(notes), most_(most) {}

  std::vector<IndexedImage> next() {
    constexpr std::size_t images_at_once = 512;  // before the threads wait for one another
    std::vector<IndexedImage> block;
    block.reserve(images_at_once);
    for (IndexedImage image; block.size() < images_at_once && source_.next(image, notes_);) {
      of_identity_ = image.identity == identity_ ? of_identity_ + 1 : 1;
      identity_ = image.identity;
      if (of_identity_ <= most_) block.push_back(std::move(image));
    }
    return block;
  }

 private:
  ImageSource& source_;
  SourceNotes& notes_;
  std::int64_t most_;
  std::uint32_t identity_ = 0;
  std::int64_t of_identity_ = 0;
};

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
void load_and_take(const ImageLoader& loader, Blocks blocks, std::int64_t images, int threads,
                   CollectionSink& sink) {
  ProgressBar bar("import", images);
  std::vector<Candidate> loaded, taken;
  std::optional<Aside> taking;
  for (auto block = blocks.next(); !block.empty(); block = blocks.next()) {
    loaded.resize(block.size());
    const auto part = std::clamp<std::size_t>(block.size() / (4 * static_cast<std::size_t>(threads)), 1, 32);
    parallel_for((block.size() + part - 1) / part, threads, [&](std::size_t i) {
      const auto size = std::min(part, block.size() - i * part);
      loader.load(std::span(block).subspan(i * part, size), std::span(loaded).subspan(i * part, size));
    });
    if (taking) taking->wait();
    taken.swap(loaded);
    taking.emplace([&] {
      for (auto& image : taken) sink.take(std::move(image));
    });
    bar.advance(std::ssize(block));
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
  SourceNotes notes(output.parent_path());
  auto identities = source->index(notes);
  std::vector<std::string> named;
  for (const auto& path : sources) named.push_back(path.string());
  const std::string from = fmt::format("{}", fmt::join(named, "+"));
  if (source->images() == 0 && !notes.has_bad())
    throw DataError("{} holds no images: {}", printable(from), what_is_expected(recognised.format));
  CollectionSink sink({.name = from,
                       .format = recognised.format,
                       .identities = identities,
                       .where = [&](const IndexedImage& image) { return source->where(image); }},
                      output, options);
  std::optional<LandmarkTable> landmarks;
  if (options.landmarks) landmarks.emplace(*options.landmarks, output.parent_path());
  sink.take_bad(notes);
  load_and_take(ImageLoader(*source, identities, landmarks ? &*landmarks : nullptr, options),
                Blocks(*source, notes, options.max_images), source->images(), options.threads, sink);
  auto pairs = source->pairs();
  source.reset();  // to write a shard takes memory of its own
  return sink.finish(notes, std::move(pairs));
}

}  // namespace fedfr::data
