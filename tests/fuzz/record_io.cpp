// MXNet's record files and their indices. Behind the first zero byte, if the first byte is an i, is the
// index.
#include "data/import/sources/record/record_io.hpp"

#include "data/import/sources/record/record_identities.hpp"
#include "data/import/sources/record/record_set.hpp"
#include "support.hpp"

using namespace fedfr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const bool has_index = text.starts_with('i') && text.find('\0') != std::string_view::npos;
  const auto index = has_index ? text.substr(1, text.find('\0') - 1) : std::string_view();
  const auto records = has_index ? text.substr(text.find('\0') + 1) : text;
  try {
    const fuzz::BoundedMemory bounded(size, 16);
    const data::MemoryBytes bytes("a.rec", std::as_bytes(std::span(records)));
    data::RecordKeys keys(index, "a.idx");
    data::RecordIdentities people("a.rec");
    data::RecordReader reader(bytes);
    std::int64_t before = -1;
    while (const auto header = reader.next()) {
      fuzz::require(header->offset > before, "records rise");
      before = header->offset;
      std::uint64_t key = header->id;
      if (has_index) keys.find(header->offset, key);
      if (header->image_bytes == 0)
        people.add(key, *header);
      else
        fuzz::require(std::ssize(reader.read_image(header->offset)) == header->image_bytes,
                      "an image has the bytes that were counted");
    }
    people.resolve();
    people.find(1);
    keys.check_all_were_found();
  } catch (const Error&) {
  }
  return 0;
}
