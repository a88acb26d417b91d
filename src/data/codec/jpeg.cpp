// JPEG by libjpeg-turbo's own interface, since TurboJPEG's neither tells a mere warning from a file that ends
// early, nor gives RGB of CMYK, nor hands out EXIF.
//
// A warning (spare bytes before a marker, a bad code) is no reason to refuse a picture: the library goes on,
// and so does every other program. A file that ends before its last row is one.
//
// What a hostile file costs is bounded by its size. An honest encoder spends at least one byte on 341 pixels
// (6 bits for the DC terms of 16x16 pixels in 4:2:0), so `most_pixels_per_byte` refuses none. A progressive
// file can ask for its pixels to be visited again by each of thousands of empty scans: `most_visits_per_byte`
// bounds that in the same way.

// clang-format off
#include <cstdio>  // which jpeglib.h takes for granted
#include <jpeglib.h>
// clang-format on

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fedfr/core/error.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "formats.hpp"
#include "interleaved.hpp"
#include "landing.hpp"
#include "orientation.hpp"

#ifndef LIBJPEG_TURBO_VERSION
#error "fedfr needs libjpeg-turbo: other libraries of this interface give other pixels"
#endif

namespace fedfr::data {

namespace {

constexpr std::int64_t most_pixels_per_byte = 1024;
constexpr std::int64_t most_visits_per_byte = 16 * most_pixels_per_byte;

constexpr int app1 = JPEG_APP0 + 1;  // the marker of EXIF and XMP
constexpr std::string_view exif_mark("Exif\0\0", 6);
constexpr std::string_view xmp_mark("http://ns.adobe.com/xap/1.0/\0", 29);

/// The library's error manager, with where to land. Its callbacks get a pointer to `manager`, the first
/// member.
struct Errors {
  jpeg_error_mgr manager{};
  Landing landing{};

  Errors() {
    jpeg_std_error(&manager);
    manager.error_exit = [](j_common_ptr info) {
      char text[JMSG_LENGTH_MAX];
      info->err->format_message(info, text);
      reinterpret_cast<Errors*>(info->err)->landing.give_up(text);
    };
    manager.emit_message = [](j_common_ptr, int) {};  // warnings and traces
    manager.output_message = [](j_common_ptr) {};
  }
};

[[noreturn]] void give_up(j_decompress_ptr info, std::string_view why) {
  reinterpret_cast<Errors*>(info->err)->landing.give_up(why);
}

/// Bytes in memory. libjpeg's own source of this kind feigns the end of an image when they run out.
struct Source {
  jpeg_source_mgr manager{};

  explicit Source(std::span<const std::byte> encoded) {
    manager.next_input_byte = reinterpret_cast<const JOCTET*>(encoded.data());
    manager.bytes_in_buffer = encoded.size();
    // All there is lies in the buffer already: there is nothing to begin or to end.
    manager.init_source = [](j_decompress_ptr) {};
    manager.term_source = [](j_decompress_ptr) {};
    manager.resync_to_restart = jpeg_resync_to_restart;
    manager.fill_input_buffer = [](j_decompress_ptr info) -> boolean {
      give_up(info, "it ends early: is it truncated?");
    };
    manager.skip_input_data = [](j_decompress_ptr info, long count) {
      if (count <= 0) return;
      const auto wanted = static_cast<std::size_t>(count);
      if (wanted > info->src->bytes_in_buffer) give_up(info, "it ends early: is it truncated?");
      info->src->next_input_byte += wanted;
      info->src->bytes_in_buffer -= wanted;
    };
  }
};

/// Counts how often the pixels are visited: once by each scan of a file of several.
struct ScanBudget {
  jpeg_progress_mgr manager{};
  std::int64_t most_scans = 0;

  ScanBudget() {
    manager.progress_monitor = [](j_common_ptr info) {
      auto* decoder = reinterpret_cast<j_decompress_ptr>(info);
      if (decoder->input_scan_number > reinterpret_cast<ScanBudget*>(info->progress)->most_scans)
        give_up(decoder, "it has more scans than a file of its size can fill");
    };
  }
};

struct Decoder {
  Errors errors;
  Source source;
  ScanBudget budget;
  std::int64_t bytes;
  jpeg_decompress_struct info{};

  explicit Decoder(std::span<const std::byte> encoded) : source(encoded), bytes(std::ssize(encoded)) {
    info.err = &errors.manager;
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { jpeg_destroy_decompress(&info); }

  ImageSize size() const { return {static_cast<int>(info.image_height), static_cast<int>(info.image_width)}; }
  template <class Work>
  void run(const Work& work) {
    if (!completes(errors.landing, work)) throw DataError("not a readable JPEG: {}", errors.landing.message);
  }
};

void read_header(Decoder& decoder) {
  decoder.run([&] {
    auto& info = decoder.info;
    jpeg_create_decompress(&info);
    info.src = &decoder.source.manager;
    info.progress = &decoder.budget.manager;
    jpeg_save_markers(&info, app1, 0xFFFF);
    jpeg_read_header(&info, TRUE);
  });
}

/// Refuses what needs more than its bytes can account for, of pixels as the library counts them: in whole
/// blocks of all components.
void check_cost(Decoder& decoder) {
  const auto& info = decoder.info;
  check_size(info.image_height, info.image_width);
  const auto padded = [](std::int64_t side, int factor) {
    return (side + 8 * factor - 1) / (8 * factor) * 8 * factor;
  };
  const std::int64_t pixels =
      padded(info.image_height, info.max_v_samp_factor) * padded(info.image_width, info.max_h_samp_factor);
  if (pixels > decoder.bytes * most_pixels_per_byte)
    throw DataError("not a readable JPEG: {} bytes cannot hold {}x{} pixels", decoder.bytes,
                    info.image_height, info.image_width);
  decoder.budget.most_scans = decoder.bytes * most_visits_per_byte / pixels;
}

/// Of the last XMP packet, unless EXIF, which may be spread over several markers, has a word.
int orientation_of(const jpeg_decompress_struct& info) {
  std::string exif;
  std::string_view xmp;
  for (const auto* marker = info.marker_list; marker != nullptr; marker = marker->next) {
    const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
    if (data.starts_with(exif_mark)) exif += data.substr(exif_mark.size());
    if (data.starts_with(xmp_mark)) xmp = data.substr(xmp_mark.size());
  }
  return find_orientation(exif, xmp);
}

/// Inks as Adobe stores them, 255 for none; Pillow takes all files of four components for such.
void ink_to_rgb(const std::uint8_t* ink, std::uint8_t* rgb, int width) {
  const auto times = [](int a, int b) {
    return ((a * b + 128) + ((a * b + 128) >> 8)) >> 8;
  };  // a b / 255, rounded
  for (int x = 0; x < width; ++x, ink += 4)
    for (int c = 0; c < 3; ++c) *rgb++ = static_cast<std::uint8_t>(ink[3] - times(255 - ink[c], ink[3]));
}

void read_rows(Decoder& decoder, Image& image) {
  auto& info = decoder.info;
  const bool inks = info.num_components == 4;
  info.out_color_space = inks ? JCS_CMYK : JCS_RGB;
  info.dct_method = JDCT_ISLOW;
  const auto width = static_cast<std::size_t>(info.image_width);
  // One byte off: the library's vector code writes whole aligned vectors past the caches, from where they
  // would have to come back at once.
  std::vector<std::uint8_t> buffer(width * (inks ? 4 : 3) + 1);
  std::uint8_t* const row = buffer.data() + 1;
  std::vector<std::uint8_t> rgb(inks ? width * 3 : 0);
  decoder.run([&] {
    jpeg_start_decompress(&info);
    JSAMPROW at = row;
    while (info.output_scanline < info.output_height) {
      const auto y = static_cast<int>(info.output_scanline);
      jpeg_read_scanlines(&info, &at, 1);
      if (inks) ink_to_rgb(row, rgb.data(), image.size.width);
      put_row(image, y, inks ? rgb.data() : row);
    }
  });
}

}  // namespace

Image decode_jpeg(std::span<const std::byte> encoded) {
  Decoder decoder(encoded);
  read_header(decoder);
  check_cost(decoder);
  const int components = decoder.info.num_components;
  if (components != 1 && components != 3 && components != 4)
    throw DataError("not a readable JPEG: {} colour components are neither grey, RGB nor CMYK", components);
  Image image{decoder.size(), std::vector<std::uint8_t>(static_cast<std::size_t>(decoder.size().bytes()))};
  read_rows(decoder, image);
  return upright(std::move(image), orientation_of(decoder.info));
}

ImageSize size_of_jpeg(std::span<const std::byte> encoded) {
  Decoder decoder(encoded);
  read_header(decoder);
  check_cost(decoder);
  const std::string_view scans(reinterpret_cast<const char*>(decoder.source.manager.next_input_byte),
                               decoder.source.manager.bytes_in_buffer);
  if (scans.rfind("\xFF\xD9") == std::string_view::npos)
    throw DataError("not a readable JPEG: it ends early: is it truncated?");
  const ImageSize size = decoder.size();
  return orientation_of(decoder.info) >= 5 ? ImageSize{size.width, size.height} : size;
}

std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality) {
  struct Encoder {
    Errors errors;
    jpeg_compress_struct info{};
    unsigned char* bytes = nullptr;
    unsigned long size = 0;
    Encoder() { info.err = &errors.manager; }
    ~Encoder() {
      jpeg_destroy_compress(&info);
      std::free(bytes);
    }
  } encoder;
  // Before the jump point: what libjpeg's error jumps over must have no destructor.
  auto rgb = interleaved(image);
  const bool done = completes(encoder.errors.landing, [&] {
    auto& info = encoder.info;
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &encoder.bytes, &encoder.size);
    info.image_width = static_cast<JDIMENSION>(image.size.width);
    info.image_height = static_cast<JDIMENSION>(image.size.height);
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    // The defaults would halve the resolution of the colours.
    for (int c = 0; c < 3; ++c) info.comp_info[c].h_samp_factor = info.comp_info[c].v_samp_factor = 1;
    info.dct_method = JDCT_ISLOW;
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
      JSAMPROW row = rgb.data() + static_cast<std::size_t>(info.next_scanline) * info.image_width * 3;
      jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
  });
  if (!done) throw DataError("cannot encode a JPEG: {}", encoder.errors.landing.message);
  return {encoder.bytes, encoder.bytes + encoder.size};
}

}  // namespace fedfr::data
