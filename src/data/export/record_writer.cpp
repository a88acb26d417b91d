#include "record_writer.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>

#include "fedfr/core/error.hpp"

namespace fedfr::data {

namespace {

constexpr std::uint32_t magic = 0xCED7230A;
constexpr unsigned length_bits = 29;
/// Keys stand in labels, which are floats.
constexpr std::int64_t most_exact_keys = std::int64_t{1} << 24;

template <class T>
void append(std::string& text, T value) {
  text.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_part(std::string& text, std::uint32_t kind, std::string_view content) {
  append(text, magic);
  append(text, static_cast<std::uint32_t>(kind << length_bits | content.size()));
  text.append(content);
  text.append((4 - content.size() % 4) % 4, '\0');
}

}  // namespace

std::string record_of(std::span<const float> labels, std::uint64_t key, std::span<const std::uint8_t> image) {
  std::string content;
  append(content, static_cast<std::uint32_t>(labels.size() == 1 ? 0 : labels.size()));
  append(content, labels.size() == 1 ? labels[0] : 0.0F);
  append(content, key);
  append(content, std::uint64_t{0});
  for (std::size_t i = 0; labels.size() != 1 && i < labels.size(); ++i) append(content, labels[i]);
  content.append(image.begin(), image.end());
  if (content.size() >= std::size_t{1} << length_bits)
    throw DataError("an image of {} bytes does not fit a record", image.size());

  std::string record;
  std::size_t begin = 0;
  for (std::size_t at = 0; at + sizeof magic <= content.size(); at += sizeof magic) {
    if (std::memcmp(content.data() + at, &magic, sizeof magic) != 0) continue;
    append_part(record, begin == 0 && record.empty() ? 1 : 2,
                std::string_view(content).substr(begin, at - begin));
    begin = at + sizeof magic;
  }
  append_part(record, record.empty() ? 0 : 3, std::string_view(content).substr(begin));
  return record;
}

RecordSetWriter::RecordSetWriter(const std::filesystem::path& folder, std::int64_t images,
                                 std::int64_t identities, ImageSize size)
    : has_ranges_(images + 1 + identities <= most_exact_keys),
      records_(folder / "train.rec"),
      index_(folder / "train.idx"),
      list_(folder / "train.lst") {
  replace_file(folder / "property", fmt::format("{},{},{}\n", identities, size.height, size.width));
  const std::array<float, 2> people{static_cast<float>(images + 1),
                                    static_cast<float>(images + 1 + identities)};
  const std::array<float, 2> counts{static_cast<float>(images + 1), static_cast<float>(identities)};
  write(0, record_of(has_ranges_ ? people : counts, 0, {}));
}

void RecordSetWriter::begin_identity() { first_keys_.push_back(key_); }

void RecordSetWriter::add(std::span<const std::uint8_t> image, const std::string& path) {
  const std::int64_t label = std::ssize(first_keys_) - 1;
  const auto label_value = static_cast<float>(label);
  write(key_, record_of(std::span(&label_value, 1), key_, image));
  list_.write(fmt::format("{}\t{}\t{}\n", key_, label, path));
  ++key_;
}

void RecordSetWriter::finish(std::vector<std::string>& remarks) {
  first_keys_.push_back(key_);
  if (has_ranges_) {
    for (std::size_t i = 0; i + 1 < first_keys_.size(); ++i, ++key_) {
      const std::array<float, 2> range{static_cast<float>(first_keys_[i]),
                                       static_cast<float>(first_keys_[i + 1])};
      write(key_, record_of(range, key_, {}));
    }
  } else {
    remarks.emplace_back(
        "more than 2^24 keys: the header has counts in place of ranges of keys, which floats cannot hold");
  }
  for (auto* file : {&records_, &index_, &list_}) file->commit();
}

void RecordSetWriter::write(std::uint64_t key, const std::string& record) {
  records_.write(record);
  index_.write(fmt::format("{}\t{}\n", key, offset_));
  offset_ += static_cast<std::int64_t>(record.size());
}

}  // namespace fedfr::data
