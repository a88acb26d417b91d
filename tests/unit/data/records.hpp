#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

/// Files of MXNet's RecordIO, byte by byte as MXNet writes them.
namespace fedfr::data::test {

inline const std::string magic_word = "\x0A\x23\xD7\xCE";

template <class T>
std::string bytes_of(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

inline std::string part(std::uint32_t kind, const std::string& content) {
  std::string bytes =
      magic_word + bytes_of(static_cast<std::uint32_t>(kind << 29U | content.size())) + content;
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

/// Cut at each magic word that lies at a multiple of four.
inline std::string record(std::string content) {
  std::vector<std::string> parts{""};
  for (std::size_t at = 0; at < content.size(); at += 4) {
    const auto word = content.substr(at, 4);
    if (word == magic_word)
      parts.emplace_back();
    else
      parts.back() += word;
  }
  if (parts.size() == 1) return part(0, content);
  std::string all;
  for (std::size_t i = 0; i < parts.size(); ++i)
    all += part(i == 0 ? 1 : i + 1 == parts.size() ? 3 : 2, parts[i]);
  return all;
}

/// With one label in the header, or several behind it.
inline std::string image_record(const std::vector<float>& labels, std::uint64_t id,
                                const std::string& image) {
  const bool single = labels.size() == 1;
  std::string content = bytes_of(static_cast<std::uint32_t>(single ? 0 : labels.size())) +
                        bytes_of(single ? labels[0] : 0.0F) + bytes_of(id) + bytes_of(std::uint64_t{0});
  for (std::size_t i = 0; !single && i < labels.size(); ++i) content += bytes_of(labels[i]);
  return record(content + image);
}

/// Records one after the other, with their index.
struct RecordFile {
  std::string bytes, index;
  void add(std::uint64_t key, const std::string& one) {
    index += std::to_string(key) + "\t" + std::to_string(bytes.size()) + "\n";
    bytes += one;
  }
};

}  // namespace fedfr::data::test
