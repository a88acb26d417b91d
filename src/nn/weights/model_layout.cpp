#include "fedfr/nn/weights/model_layout.hpp"

#include <fmt/format.h>

#include <charconv>

#include "fedfr/core/error.hpp"
#include "fedfr/core/utf8.hpp"

namespace fedfr::nn {

namespace {

constexpr const char* format_key = "format";
constexpr const char* model_format = "fedfr-model-1";

const std::string& required_text(const Metadata& metadata, const std::filesystem::path& path,
                                 const char* key) {
  const auto found = metadata.find(key);
  if (found == metadata.end())
    throw DataError("{} is no fedfr model: its metadata lack '{}'", path.string(), key);
  return found->second;
}

template <class T>
T required_number(const Metadata& metadata, const std::filesystem::path& path, const char* key) {
  const std::string& text = required_text(metadata, path, key);
  T number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size())
    throw DataError("{} is no fedfr model: '{}' is '{}'", path.string(), key, text);
  return number;
}

}  // namespace

std::string backbone_tensor(const std::string& parameter) { return "backbone." + parameter; }

Metadata metadata_of(const BackboneConfig& network) {
  return {{format_key, model_format},
          {"backbone", network.name},
          {"width", fmt::format("{}", network.width)},
          {"embedding", std::to_string(network.embedding)},
          {"image_height", std::to_string(network.height)},
          {"image_width", std::to_string(network.width_pixels)}};
}

bool is_model(const Metadata& metadata) {
  const auto format = metadata.find(format_key);
  return (format != metadata.end() && format->second.starts_with("fedfr-")) ||
         (metadata.contains("backbone") && metadata.contains("image_height"));
}

BackboneConfig backbone_of(const Metadata& metadata, const std::filesystem::path& path) {
  // Another version may mean other things by the same names.
  if (const auto format = metadata.find(format_key);
      format != metadata.end() && format->second.starts_with("fedfr-") && format->second != model_format)
    throw DataError("{} has the format '{}', which this fedfr does not know: {} is what it reads",
                    path.string(), printable(format->second), model_format);
  return {.name = required_text(metadata, path, "backbone"),
          .width = required_number<double>(metadata, path, "width"),
          .embedding = required_number<int>(metadata, path, "embedding"),
          .height = required_number<int>(metadata, path, "image_height"),
          .width_pixels = required_number<int>(metadata, path, "image_width")};
}

std::string describe(const BackboneConfig& c) {
  return fmt::format("{} (width {}, {} dimensions, {}x{} pixels)", c.name, c.width, c.embedding, c.height,
                     c.width_pixels);
}

}  // namespace fedfr::nn
