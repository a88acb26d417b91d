// PNG by libpng's row interface: the simplified one manages colours (gAMA, 16 bits as linear light), which no
// training program does.
//
// Of the ancillary chunks only those are read that may hold EXIF or XMP; colour profiles are never inflated.
// Deflate makes at most 1,032 bytes of one, so a header that promises more rows than that is refused before
// they are allocated.

#include <png.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "formats.hpp"
#include "interleaved.hpp"
#include "landing.hpp"
#include "orientation.hpp"

namespace fedfr::data {

namespace {

constexpr std::int64_t most_bytes_per_byte = 1032;

// Chunks of text can be bombs as well. 64 of 256 KiB hold any EXIF and XMP: those of JPEG are limited to 64
// KiB.
constexpr png_alloc_size_t most_chunk_bytes = 256 * 1024;
constexpr png_uint_32 most_chunks = 64;
constexpr png_byte exif_chunk[] = "eXIf";

// A chunk says how long it is before it is read, and libpng believes some: no block may be larger than what
// the bytes of the file could account for, besides its own structures and those of zlib.
constexpr std::int64_t own_block_bytes = 1024 * 1024;

struct Decoder {
  std::span<const std::byte> rest;
  png_alloc_size_t largest_block;
  Landing landing{};
  png_structp png = nullptr;
  png_infop info = nullptr;

  explicit Decoder(std::span<const std::byte> encoded)
      : rest(encoded),
        largest_block(
            static_cast<png_alloc_size_t>(own_block_bytes + std::ssize(encoded) * most_bytes_per_byte)) {
    const auto on_error = [](png_structp failed, png_const_charp why) {
      static_cast<Decoder*>(png_get_error_ptr(failed))->landing.give_up(why);
    };
    const auto on_warning = [](png_structp, png_const_charp) {};
    const auto allocate = [](png_structp asking, png_alloc_size_t bytes) -> png_voidp {
      const auto& decoder = *static_cast<const Decoder*>(png_get_mem_ptr(asking));
      return bytes > decoder.largest_block ? nullptr : std::malloc(bytes);
    };
    const auto release = [](png_structp, png_voidp block) { std::free(block); };
    png =
        png_create_read_struct_2(PNG_LIBPNG_VER_STRING, this, on_error, on_warning, this, allocate, release);
    info = png == nullptr ? nullptr : png_create_info_struct(png);
    if (info == nullptr) throw DataError("cannot start libpng");
    png_set_read_fn(png, this, [](png_structp reading, png_bytep out, std::size_t count) {
      auto& from = *static_cast<Decoder*>(png_get_io_ptr(reading));
      if (count > from.rest.size()) png_error(reading, "it ends early: is it truncated?");
      std::memcpy(out, from.rest.data(), count);
      from.rest = from.rest.subspan(count);
    });
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }

  template <class Work>
  void run(const Work& work) {
    if (!completes(landing, work)) throw DataError("not a readable PNG: {}", landing.message);
  }
};

void read_header(Decoder& decoder) {
  decoder.run([&] {
    png_structp png = decoder.png;
    png_set_benign_errors(png, 1);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // check_size has the better message
    png_set_chunk_malloc_max(png, most_chunk_bytes);
    png_set_chunk_cache_max(png, most_chunks);
    const png_byte texts[] = "iTXt\0tEXt\0zTXt";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, texts, 3);
    // As it stands in the file: libpng itself drops a chunk that begins with JPEG's mark.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_ALWAYS, exif_chunk, 1);
    png_read_info(png, decoder.info);
  });
}

ImageSize check_cost(const Decoder& decoder, std::int64_t file_bytes) {
  const std::int64_t height = png_get_image_height(decoder.png, decoder.info);
  const std::int64_t width = png_get_image_width(decoder.png, decoder.info);
  check_size(height, width);
  // With the byte that names the row's filter.
  const auto row_bytes = static_cast<std::int64_t>(png_get_rowbytes(decoder.png, decoder.info)) + 1;
  if (row_bytes * height > file_bytes * most_bytes_per_byte)
    throw DataError("not a readable PNG: {} bytes cannot hold {}x{} pixels", file_bytes, height, width);
  return {static_cast<int>(height), static_cast<int>(width)};
}

/// RGB of 8 bits, whatever the file holds.
void read_rows(Decoder& decoder, std::vector<std::uint8_t>& rgb, ImageSize size) {
  decoder.run([&] {
    png_structp png = decoder.png;
    png_set_strip_16(png);  // takes the high byte
    png_set_expand(png);    // palettes, and grey of less than 8 bits
    png_set_strip_alpha(png);
    png_set_gray_to_rgb(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, decoder.info);
    const auto row_bytes = png_get_rowbytes(png, decoder.info);
    if (row_bytes * static_cast<std::size_t>(size.height) != rgb.size())
      png_error(png, "its rows are no RGB");
    for (int pass = 0; pass < passes; ++pass)
      for (std::size_t y = 0; y < static_cast<std::size_t>(size.height); ++y)
        png_read_row(png, rgb.data() + y * row_bytes, nullptr);
  });
}

/// Bytes from hexadecimal digits, between which white space may stand.
std::string from_hex(std::string_view text) {
  std::string bytes;
  std::optional<int> high;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) continue;
    if (high) bytes += static_cast<char>(*high * 16 + digit);
    high = high ? std::nullopt : std::optional(digit);
  }
  return bytes;
}

/// ImageMagick's way of keeping EXIF before PNG had a chunk for it: "\nexif\n    LENGTH\nHEX DIGITS".
std::string from_raw_profile(std::string_view text) {
  for (int line = 0; line < 3; ++line) next_part(text, '\n');
  return from_hex(text);
}

/// EXIF and XMP may also follow the pixels; what is broken there no longer matters.
int read_orientation(Decoder& decoder) {
  completes(decoder.landing, [&] { png_read_end(decoder.png, decoder.info); });
  std::string exif;
  std::string_view xmp;
  png_textp texts = nullptr;
  int count = 0;
  png_get_text(decoder.png, decoder.info, &texts, &count);
  for (int i = 0; i < count; ++i) {
    const std::string_view key(texts[i].key);
    const std::string_view text(texts[i].text, std::max(texts[i].text_length, texts[i].itxt_length));
    if (key == "Raw profile type exif") exif = from_raw_profile(text);
    if (key == "XML:com.adobe.xmp") xmp = text;
  }
  png_unknown_chunkp chunks = nullptr;
  const int kept = png_get_unknown_chunks(decoder.png, decoder.info, &chunks);
  for (const auto& chunk : std::span(chunks, static_cast<std::size_t>(kept)))
    exif.assign(reinterpret_cast<const char*>(chunk.data), chunk.size);
  return find_orientation(exif, xmp);
}

}  // namespace

Image decode_png(std::span<const std::byte> encoded) {
  Decoder decoder(encoded);
  read_header(decoder);
  const ImageSize size = check_cost(decoder, std::ssize(encoded));
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(size.bytes()));
  read_rows(decoder, rgb, size);
  Image image{size, std::vector<std::uint8_t>(rgb.size())};
  for (int y = 0; y < size.height; ++y)
    put_row(image, y, rgb.data() + static_cast<std::ptrdiff_t>(y) * size.width * 3);
  return upright(std::move(image), read_orientation(decoder));
}

std::vector<std::uint8_t> encode_png(const Image& image) {
  const auto rgb = interleaved(image);
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(image.size.width);
  png.height = static_cast<png_uint_32>(image.size.height);
  png.format = PNG_FORMAT_RGB;
  png_alloc_size_t bytes = 0;
  const auto encode = [&](void* memory) {
    if (png_image_write_to_memory(&png, memory, &bytes, 0, rgb.data(), 0, nullptr) == 0)
      throw DataError("cannot encode a PNG: {}", png.message);
  };
  encode(nullptr);  // tells how many
  std::vector<std::uint8_t> encoded(bytes);
  encode(encoded.data());
  encoded.resize(bytes);
  return encoded;
}

void write_png(const std::filesystem::path& path, const Image& image) {
  const auto encoded = encode_png(image);
  const auto bytes = std::as_bytes(std::span(encoded));
  replace_file(path, std::span(&bytes, 1));
}

}  // namespace fedfr::data
