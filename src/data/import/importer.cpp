#include "fedfr/data/import/importer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "data/storage/staged_folder.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/parallel.hpp"
#include "fedfr/core/processors.hpp"
#include "fedfr/core/progress_bar.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "find_images.hpp"
#include "shared_images.hpp"

// From a folder of people to a collection. The idea: images are decoded by groups on several threads, but
// what is taken, noted and written happens on one thread in the order of the names, so that the result
// depends neither on threads nor on the order in which a file system lists. All of the folder is looked
// through before the first image is opened, so that what spoils the import shows in seconds and not after
// hours.
namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

// Only images that were resized are compressed again; the others keep the bytes of their files.
constexpr int resized_quality = 95;
// At least so many before the threads wait for one another; a group is of whole people, so that nobody is
// split.
constexpr std::size_t images_at_once = 512;

/// What is to be stored of one file, or why it cannot be used.
struct Candidate {
  fs::path file;
  ImageSize size;
  std::vector<std::uint8_t> stored;
  std::string trouble;
};

std::vector<std::uint8_t> to_store(const std::string& bytes, Image& image, const ImportOptions& options) {
  const bool resized = options.resize && image.size != *options.resize;
  if (resized) image = resize(image, *options.resize);
  if (options.encoding == Encoding::raw) return std::move(image.pixels);
  if (resized) return encode_jpeg(image, resized_quality);
  return {bytes.begin(), bytes.end()};
}

Candidate load(const fs::path& file, const ImportOptions& options) {
  Candidate loaded{.file = file, .size = {}, .stored = {}, .trouble = {}};
  try {
    const std::string bytes = read_text(file, most_bytes_of_image);
    Image image = decode(std::as_bytes(std::span(bytes)));
    loaded.stored = to_store(bytes, image, options);
    loaded.size = image.size;
  } catch (const DataError& e) {
    loaded.trouble = e.what();
  }
  return loaded;
}

/// Writes identities in their order; after the first bad image it only counts, unless those are to be
/// skipped.
class Importer {
 public:
  /// @throws DataError if there is something bad already, and it is not to be skipped
  Importer(fs::path source, fs::path output, const ImportOptions& options, FoundImages& found)
      : source_(std::move(source)), output_(std::move(output)), options_(options) {
    report_.bad = std::move(found.bad);
    report_.left_out = std::move(found.left_out);
    if (!options_.skip_bad && !report_.bad.empty()) throw DataError("{}", refusal());
  }

  void take(const std::string& name, std::span<Candidate> candidates) {
    std::vector<Candidate*> good;
    for (auto& candidate : candidates)
      if (!note_if_bad(candidate)) good.push_back(&candidate);
    if (std::ssize(good) < options_.min_images) {
      ++report_.small_identities;
      report_.left_out.push_back({"person with too few images", (source_ / name).string()});
    } else if (options_.skip_bad || report_.bad.empty()) {
      write(name, good);
    }
  }

  ImportReport finish() {
    if (!options_.skip_bad && !report_.bad.empty()) throw DataError("{}", refusal());
    if (!writer_)
      throw DataError("nothing is left to import: no identity has {} good image(s), as --min-images asks",
                      options_.min_images);
    report_.identities = std::ssize(names_);
    report_.shared = shared_.find(names_);
    writer_->set_identities(std::move(names_));
    writer_->finish();
    return std::move(report_);
  }

 private:
  bool note_if_bad(const Candidate& candidate) {
    std::string trouble = candidate.trouble;
    if (trouble.empty() && size_from_.empty()) {
      size_ = candidate.size;
      size_from_ = candidate.file.string();
    }
    if (trouble.empty() && candidate.size != size_)
      trouble =
          fmt::format("it has {}x{} pixels, not the {}x{} of {}: --resize HxW makes them equal",
                      candidate.size.height, candidate.size.width, size_.height, size_.width, size_from_);
    if (!trouble.empty())
      report_.bad.push_back(fmt::format("{}: {}", printable(candidate.file.string()), trouble));
    return !trouble.empty();
  }

  void write(const std::string& name, std::span<Candidate* const> images) {
    if (!writer_)
      writer_.emplace(output_, DatasetWriter::Options{
                                   .role = Role::collection, .size = size_, .encoding = options_.encoding});
    writer_->begin_client(name, std::ssize(images));
    const auto label = static_cast<std::int32_t>(names_.size());
    for (auto* image : images) {
      shared_.note(label, image->stored);
      writer_->add({.pixels = std::move(image->stored),
                    .label = label,
                    .subset = Subset::train,
                    .source_name = image->file.filename().string()});
    }
    names_.push_back(name);
    report_.images += std::ssize(images);
  }

  std::string refusal() const {
    constexpr std::size_t most_named = 5;
    std::string text = fmt::format(
        "{} image(s) or folder(s) cannot be imported (--skip-bad leaves them out):", report_.bad.size());
    for (std::size_t i = 0; i < std::min(most_named, report_.bad.size()); ++i)
      text += "\n  " + report_.bad[i];
    return report_.bad.size() > most_named ? text + "\n  ..." : text;
  }

  fs::path source_;
  fs::path output_;
  ImportOptions options_;
  std::optional<DatasetWriter> writer_;
  std::vector<std::string> names_;
  SharedImageFinder shared_;
  ImageSize size_;  // of the first good image
  std::string size_from_;
  ImportReport report_;
};

/// Loads the images of a few identities on several threads and hands them on in order.
void import_group(std::span<const FoundIdentity> group, const ImportOptions& options, Importer& importer) {
  std::vector<const fs::path*> files;
  for (const auto& identity : group)
    for (const auto& file : identity.files) files.push_back(&file);
  std::vector<Candidate> loaded(files.size());
  parallel_for(files.size(), options.threads, [&](std::size_t i) { loaded[i] = load(*files[i], options); });
  std::span<Candidate> rest = loaded;
  for (const auto& identity : group) {
    importer.take(identity.name, rest.first(identity.files.size()));
    rest = rest.subspan(identity.files.size());
  }
}

void check(const ImportOptions& options) {
  check_threads(options.threads, "--threads");
  if (options.min_images < 1)
    throw UsageError("--min-images is {}, but at least 1 is needed", options.min_images);
  if (options.max_images < options.min_images)
    throw UsageError("--max-images {} is less than --min-images {}", options.max_images, options.min_images);
}

}  // namespace

ImportReport import_folder(const fs::path& source, const fs::path& output, const ImportOptions& options) {
  check(options);
  check_new_folder(output);
  auto found = find_images(source, options.max_images);
  Importer importer(source, output, options, found);
  const auto& identities = found.identities;
  std::int64_t files = 0;
  for (const auto& identity : identities) files += std::ssize(identity.files);
  if (files == 0)
    throw DataError("{} holds no images: they are expected as IDENTITY/IMAGE.jpg (or .jpeg, .png)",
                    printable(source.string()));
  ProgressBar bar("import", files);
  for (std::size_t first = 0; first < identities.size();) {
    // Whole people at a time, as many as come to some hundred images: all threads have work, and memory holds
    // no more.
    std::size_t last = first;
    std::size_t images = 0;
    while (last < identities.size() && images < images_at_once) images += identities[last++].files.size();
    import_group(std::span(identities).subspan(first, last - first), options, importer);
    bar.advance(static_cast<std::int64_t>(images));
    first = last;
  }
  return importer.finish();
}

}  // namespace fedfr::data
