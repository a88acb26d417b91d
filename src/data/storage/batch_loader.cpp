// Reads ahead of training on a thread of its own. The order of the images is fixed before it starts, so that
// how far it gets ahead, and on how many threads images are decoded, changes no bit of a run.
#include "fedfr/data/storage/batch_loader.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/parallel.hpp"
#include "fedfr/core/trace.hpp"

namespace fedfr::data {

namespace {

struct Buffer {
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
  std::vector<std::uint8_t> mirrored;
};

}  // namespace

/// A ring of buffers: batch b lies in buffer b modulo their number. The reader may be at most `ahead` batches
/// before the one that the consumer holds.
class BatchLoader::State {
 public:
  State(std::vector<ImageSet> sources, std::vector<BatchItem> sequence, const Options& options)
      : sources_(std::move(sources)),
        sequence_(std::move(sequence)),
        batch_(options.batch),
        augmentation_(options.augmentation),
        draws_(options.draws) {
    check(options);
    const bool takes_long = is_jpeg() || options.augmentation.any();
    threads_ = takes_long ? options.threads : 1;
    const std::int64_t items = std::ssize(sequence_);
    batches_ = options.batches(items);
    buffers_.resize(static_cast<std::size_t>(
        std::min<std::int64_t>(options.ahead + 1, std::max<std::int64_t>(batches_, 1))));
    const bool few = !takes_long && sequence_.size() * image_bytes_ <= options.bytes_without_thread;
    if (batches_ > 0 && !few) reader_ = start_thread([this](const std::stop_token& stop) { read_all(stop); });
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    const std::lock_guard lock(mutex_);  // else the reader could miss it between its check and its sleep
    reader_.request_stop();
    changed_.notify_all();
  }

  std::int64_t batches() const { return batches_; }

  const Batch* next() {
    if (next_ == batches_) {
      release();
      return nullptr;
    }
    if (reader_.joinable())
      wait_for(next_);
    else
      fill(next_);
    const Buffer& buffer = buffers_[static_cast<std::size_t>(next_) % buffers_.size()];
    ++next_;
    current_ = {buffer.pixels, buffer.labels, buffer.mirrored};
    return &current_;
  }

 private:
  bool is_jpeg() const {
    return std::ranges::any_of(sources_, [](const ImageSet& source) {
      return source.size() > 0 && source.encoding() == Encoding::jpeg;
    });
  }

  /// The batch before is free to be overwritten.
  void release() {
    const std::lock_guard lock(mutex_);
    taken_ = next_;
    changed_.notify_all();
  }

  void wait_for(std::int64_t batch) {
    release();
    const Span span("waiting for data");
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready_ > batch || failure_; });
    // A failure further on waits until the batches before it are delivered: where it shows does not depend on
    // how far the reader has got ahead.
    if (ready_ <= batch) std::rethrow_exception(failure_);
  }

  void check(const Options& options) {
    if (options.batch < 1 || options.ahead < 1)
      throw UsageError("a batch of {} images and {} batches in advance: both must be at least 1",
                       options.batch, options.ahead);
    ImageSize size;
    for (const auto& source : sources_) {
      if (source.size() == 0) continue;
      const ImageSize other = source.image_size();
      if (size.height == 0) size = other;
      if (other != size)
        throw DataError(
            "images of {}x{} and of {}x{} pixels cannot be in one batch: give datasets of one size",
            size.height, size.width, other.height, other.width);
    }
    image_bytes_ = static_cast<std::size_t>(size.bytes());
  }

  void read_all(const std::stop_token& stop) {
    name_traced_thread("loader");
    try {
      for (std::int64_t b = 0; b < batches_; ++b) {
        {
          const Span span("waiting for a free buffer");
          std::unique_lock lock(mutex_);
          // The buffer of batch b was that of batch b - buffers, which the consumer must have left.
          changed_.wait(lock, [&] { return stop.stop_requested() || b < taken_ + std::ssize(buffers_); });
          if (stop.stop_requested()) return;
        }
        fill(b);
        const std::lock_guard lock(mutex_);
        ready_ = b + 1;
        changed_.notify_all();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
      changed_.notify_all();
    }
  }

  void fill(std::int64_t b) {
    const Span span("reading a batch");
    Buffer& buffer = buffers_[static_cast<std::size_t>(b) % buffers_.size()];
    const auto first = static_cast<std::size_t>(b * batch_);
    const auto items = std::span(sequence_).subspan(
        first, std::min(static_cast<std::size_t>(batch_), sequence_.size() - first));
    buffer.pixels.resize(items.size() * image_bytes_);
    buffer.labels.clear();
    buffer.mirrored.clear();
    for (const auto& item : items) {
      buffer.labels.push_back(item.label);
      buffer.mirrored.push_back(item.mirrored ? 1 : 0);
    }
    // Each image has its own place, so that the threads share nothing that is written.
    parallel_for(items.size(), threads_, [&](std::size_t i) {
      const auto pixels = std::span(buffer.pixels).subspan(i * image_bytes_, image_bytes_);
      const ImageSet& source = sources_[static_cast<std::size_t>(items[i].source)];
      source.read(std::span(&items[i].index, 1), pixels);
      if (!augmentation_.any()) return;
      RngStream random = image_stream(draws_, items[i].source, items[i].index);
      augment(pixels, source.image_size(), augmentation_, random);
    });
  }

  std::vector<ImageSet> sources_;
  std::vector<BatchItem> sequence_;
  std::int64_t batch_;
  Augmentation augmentation_;
  StreamKey draws_;
  int threads_ = 1;
  std::int64_t batches_ = 0;
  std::size_t image_bytes_ = 0;
  std::vector<Buffer> buffers_;
  Batch current_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t ready_ = 0;  // batches read
  std::int64_t next_ = 0;   // batches handed out
  std::int64_t taken_ = 0;  // batches that the consumer is done with
  std::exception_ptr failure_;
  std::jthread reader_;  // last: it uses all of the above
};

BatchLoader::BatchLoader(std::vector<ImageSet> sources, std::vector<BatchItem> sequence,
                         const Options& options)
    : state_(std::make_unique<State>(std::move(sources), std::move(sequence), options)) {}
BatchLoader::~BatchLoader() = default;

std::int64_t BatchLoader::batches() const { return state_->batches(); }
const Batch* BatchLoader::next() { return state_->next(); }

}  // namespace fedfr::data
