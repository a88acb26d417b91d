// The memory that collects a run is, when all have come, what the runs are read through: the more there are,
// the smaller the pieces.
#include "fedfr/core/text_sorter.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace fedfr {

namespace {

std::uint64_t start_of(std::string_view text) {
  std::uint64_t start = 0;
  for (std::size_t i = 0; i < sizeof start; ++i)
    start = start << 8U | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
  return start;
}

/// A run that is being read.
struct Run {
  ScratchReader reader;
  std::string_view text{};

  bool advance() {
    if (reader.at_end()) return false;
    const auto size = reader.take_number<std::uint32_t>();
    text = reader.take(size);
    return true;
  }
};

}  // namespace

/// A heap of runs, the one with the least text first.
class TextSorter::Merge {
 public:
  Merge(const ScratchFile& file, std::span<const std::uint64_t> begins, std::size_t memory) {
    constexpr std::size_t least = 4096;
    const auto buffer = std::max(least, memory / begins.size());
    for (std::size_t i = 0; i < begins.size(); ++i)
      runs_.push_back(
          {ScratchReader(file, begins[i], i + 1 < begins.size() ? begins[i + 1] : file.size(), buffer)});
    for (auto& run : runs_)
      if (run.advance()) heap_.push_back(&run);
    std::ranges::make_heap(heap_, later);
  }

  bool next(std::string_view& text) {
    if (is_begun_ && !heap_.empty()) {  // now, since what was handed out was valid until this call
      std::ranges::pop_heap(heap_, later);
      if (heap_.back()->advance())
        std::ranges::push_heap(heap_, later);
      else
        heap_.pop_back();
    }
    is_begun_ = true;
    if (heap_.empty()) return false;
    text = heap_.front()->text;
    return true;
  }

 private:
  static bool later(const Run* a, const Run* b) { return b->text < a->text; }

  std::vector<Run> runs_;
  std::vector<Run*> heap_;
  bool is_begun_ = false;
};

TextSorter::TextSorter(const std::filesystem::path& scratch, std::size_t memory)
    : memory_(memory), file_(std::make_unique<ScratchFile>(scratch)) {}
TextSorter::TextSorter(TextSorter&&) noexcept = default;
TextSorter& TextSorter::operator=(TextSorter&&) noexcept = default;
TextSorter::~TextSorter() = default;

void TextSorter::add(std::string_view text) {
  if (!entries_.empty() && texts_.size() + text.size() + entries_.size() * sizeof(Entry) > memory_) put_run();
  entries_.push_back(
      {start_of(text), static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint32_t>(text.size())});
  texts_ += text;
  ++size_;
}

void TextSorter::sort() {
  const auto is_before = [this](const Entry& a, const Entry& b) {
    return a.start != b.start ? a.start < b.start : text(a) < text(b);
  };
  if (!std::ranges::is_sorted(entries_, is_before)) std::ranges::sort(entries_, is_before);
}

void TextSorter::put_run() {
  sort();
  runs_.push_back(file_->size());
  for (const auto& entry : entries_) {
    file_->add(std::as_bytes(std::span(&entry.size, 1)));
    file_->add(text(entry));
  }
  entries_.clear();
  texts_.clear();
}

bool TextSorter::next(std::string_view& text) {
  if (!std::exchange(is_reading_, true)) {
    if (runs_.empty()) {
      sort();
    } else {
      if (!entries_.empty()) put_run();
      release();
      merge_ = std::make_unique<Merge>(*file_, runs_, memory_);
    }
  }
  const bool is_there = merge_ ? merge_->next(text) : next_ < entries_.size();
  if (!is_there) release();
  if (is_there && !merge_) text = this->text(entries_[next_++]);
  return is_there;
}

void TextSorter::release() {
  merge_.reset();
  entries_ = {};
  texts_ = {};
  next_ = 0;
}

}  // namespace fedfr
