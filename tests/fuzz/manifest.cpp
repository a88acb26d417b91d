// dataset.json. Its checksum is put right first: whoever writes one to do harm does so, too.
#include "data/storage/manifest.hpp"

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/json.hpp"
#include "support.hpp"

using namespace fedfr;

namespace {

std::string with_right_checksum(std::string_view text) {
  try {
    auto json = parse_json<nlohmann::ordered_json>(text, {.depth = 16, .keys = 64});
    if (!json.is_object()) return std::string(text);
    json.erase("checksum");
    const std::string content = json.dump();
    json["checksum"] = crc32c(std::as_bytes(std::span(content)));
    return json.dump();
  } catch (const nlohmann::json::exception&) {
    return std::string(text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = with_right_checksum(fuzz::text_of(data, size));
  try {
    const fuzz::BoundedMemory bounded(text.size(), 64);
    const auto manifest = data::Manifest::parse(text, "dataset.json");
    const std::string written = manifest.to_text();
    fuzz::require(data::Manifest::parse(written, "again").to_text() == written, "what is written is read");
  } catch (const Error&) {
  }
  return 0;
}
