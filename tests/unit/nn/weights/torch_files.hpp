#pragma once
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

/// Files as torch.save writes them, opcode by opcode, so that a test can make them wrong in any way.
namespace fedfr::test {

template <class T>
std::string raw(std::initializer_list<T> values) {
  std::string bytes;
  for (const T value : values) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  return bytes;
}

// Opcodes of a value each.
inline std::string pickled(const std::string& text) {
  return "X" + raw({static_cast<std::uint32_t>(text.size())}) + text;
}
inline std::string pickled(std::int64_t number) { return std::string("\x8a\x08") + raw({number}); }
inline std::string pickled(const std::vector<std::int64_t>& numbers) {
  std::string tuple = "(";
  for (const auto number : numbers) tuple += pickled(number);
  return tuple + "t";
}
/// @param pairs  of a name and the opcodes of a value
inline std::string pickled(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string dictionary = "}(";
  for (const auto& [name, value] : pairs) dictionary += pickled(name) + value;
  return dictionary + "u";
}

struct TensorOfFile {
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
  std::int64_t values = 0;  ///< of its storage
  std::string key = "0";
  std::string storage = "FloatStorage";
};

inline std::string storage_reference(const TensorOfFile& t) {
  return "(" + pickled("storage") + "ctorch\n" + t.storage + "\n" + pickled(t.key) + pickled("cpu") +
         pickled(t.values) + "tQ";
}
inline std::string pickled(const TensorOfFile& t) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage_reference(t) + pickled(t.offset) +
         pickled(t.shape) + pickled(t.strides) + "\x89" + "ccollections\nOrderedDict\n)RtR";
}

using Storages = std::map<std::string, std::string>;  // bytes by key

/// The format of before PyTorch 1.6.
/// @param value_bytes  of one value of every storage
inline std::string legacy_file(const std::string& value, const Storages& storages,
                               std::size_t value_bytes = 4) {
  std::string file = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.";
  file += "\x80\x02" + pickled({{"little_endian", "\x88"}}) + ".\x80\x02" + value + ".\x80\x02](";
  for (const auto& [key, bytes] : storages) file += pickled(key);
  file += "e.";
  for (const auto& [key, bytes] : storages)
    file += raw({static_cast<std::int64_t>(bytes.size() / value_bytes)}) + bytes;
  return file;
}

using Members = std::vector<std::pair<std::string, std::string>>;

/// @param compression  "store" or "deflate"
inline void write_zip(const std::filesystem::path& path, const Members& members,
                      const char* compression = "store") {
  const std::unique_ptr<archive, int (*)(archive*)> zip(archive_write_new(), archive_write_free);
  archive_write_set_format_zip(zip.get());
  archive_write_set_format_option(zip.get(), "zip", "compression", compression);
  archive_write_open_filename(zip.get(), path.c_str());
  for (const auto& [name, bytes] : members) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                         archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_size(entry.get(), static_cast<std::int64_t>(bytes.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_write_header(zip.get(), entry.get());
    archive_write_data(zip.get(), bytes.data(), bytes.size());
  }
}

/// The format since then.
inline Members zip_members(const std::string& value, const Storages& storages) {
  Members members{{"weights/data.pkl", "\x80\x02" + value + "."}, {"weights/byteorder", "little"}};
  for (const auto& [key, bytes] : storages) members.emplace_back("weights/data/" + key, bytes);
  members.emplace_back("weights/version", "3\n");
  return members;
}

inline void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace fedfr::test
