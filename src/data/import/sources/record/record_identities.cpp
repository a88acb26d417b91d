#include "record_identities.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fedfr/core/error.hpp"

namespace fedfr::data {

namespace {

/// From here on not every whole number is a float, so that ends of ranges may be off by one.
constexpr float largest_exact = 16777216;

bool is_whole(float value) {
  return value >= 0 && value < largest_exact && value == static_cast<float>(static_cast<std::int32_t>(value));
}

}  // namespace

void RecordIdentities::add(std::uint64_t key, const RecordHeader& without_image) {
  headed_.push_back({key, without_image.label, without_image.labels, without_image.number});
}

void RecordIdentities::resolve() {
  std::ranges::stable_sort(headed_, {}, &Headed::key);
  if (headed_.empty() || headed_.front().key != 0 || headed_.front().labels < 2) return;
  const float begin = headed_.front().label[0];  // no structured binding: clang 14 lets no lambda have those
  const float end = headed_.front().label[1];
  if (!(begin < end)) return;  // two counts, as the released program of FedFR writes them
  const bool is_there = std::ranges::any_of(headed_, [&](const Headed& headed) {
    return headed.key > 0 && static_cast<float>(headed.key) >= begin && static_cast<float>(headed.key) < end;
  });
  if (!is_there) return;
  if (end > largest_exact) {
    remark_ = fmt::format(
        "{}: its header's ranges of keys are beyond 2^24, where floats are not exact: labels are "
        "used instead",
        file_);
    return;
  }
  if (!is_whole(begin) || !is_whole(end))
    throw DataError("{}, record {}: the keys of people, {} to {}, are no whole numbers", file_,
                    headed_.front().number, begin, end);
  const auto first = static_cast<std::uint64_t>(begin);
  const auto last = static_cast<std::uint64_t>(end);
  std::uint64_t expected = first;
  for (const auto& headed : headed_) {
    if (headed.key < first || headed.key >= last) continue;
    if (headed.key != expected) break;
    add_range(headed, first);
    ++expected;
  }
  if (expected != last)
    throw DataError(
        "{}, record {}: the header promises people with keys {} to {}, but there is none with key {}", file_,
        headed_.front().number, first, last - 1, expected);
  std::ranges::sort(ranges_, {}, &Range::begin);
  for (std::size_t i = 1; i < ranges_.size(); ++i)
    if (ranges_[i].begin < ranges_[i - 1].end)
      throw DataError("{}: the keys {} to {} of person {} are also those of person {}", file_,
                      ranges_[i].begin, ranges_[i].end, ranges_[i].identity, ranges_[i - 1].identity);
}

void RecordIdentities::add_range(const Headed& headed, std::uint64_t first_key) {
  const auto [begin, end] = headed.label;
  if (headed.labels < 2 || !is_whole(begin) || !is_whole(end) || begin > end)
    throw DataError("{}, record {}: person {} should have the keys {} to {}, which is no range", file_,
                    headed.number, headed.key - first_key, begin, end);
  if (begin == end) return;  // nobody's
  ranges_.push_back({static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(end),
                     static_cast<std::uint32_t>(headed.key - first_key)});
}

std::optional<std::uint32_t> RecordIdentities::find(std::uint64_t key) const {
  const auto after = std::ranges::upper_bound(ranges_, key, {}, &Range::begin);
  if (after == ranges_.begin() || key >= std::prev(after)->end) return std::nullopt;
  return std::prev(after)->identity;
}

}  // namespace fedfr::data
