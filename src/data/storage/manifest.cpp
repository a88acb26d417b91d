// dataset.json as text and back. Its checksum covers the content in the order of its keys, so that it can be
// computed from what was parsed; it finds accidents, and check_sense what was written to do harm.
#include "manifest.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/json.hpp"

namespace fedfr::data {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::pair<Role, std::string_view> roles[] = {{Role::collection, "collection"},
                                                       {Role::clients, "clients"},
                                                       {Role::public_set, "public"},
                                                       {Role::benchmark, "benchmark"}};
constexpr std::pair<Encoding, std::string_view> encodings[] = {{Encoding::raw, "raw"},
                                                               {Encoding::jpeg, "jpeg"}};

template <class Value, std::size_t N>
Value value_of(const std::pair<Value, std::string_view> (&table)[N], const std::string& text) {
  for (const auto& [value, known] : table)
    if (text == known) return value;
  throw DataError("it says '{}', which this fedfr does not know", text);
}

template <class Value, std::size_t N>
std::string_view name_of(const std::pair<Value, std::string_view> (&table)[N], Value value) {
  return std::ranges::find(table, value, &std::pair<Value, std::string_view>::first)->second;
}

std::uint32_t checksum(const Json& json) {
  const std::string text = json.dump();
  return crc32c(std::as_bytes(std::span(text)));
}

Json to_json(const ShardEntry& shard) {
  return {{"file", shard.file},          {"first_client", shard.first_client}, {"clients", shard.clients},
          {"images", shard.images},      {"identities", shard.identities},     {"bytes", shard.bytes},
          {"index_crc", shard.index_crc}};
}

ShardEntry shard_entry(const Json& json) {
  return {.file = json.at("file").get<std::string>(),
          .first_client = whole_number<std::int64_t>(json.at("first_client")),
          .clients = whole_number<std::int64_t>(json.at("clients")),
          .images = whole_number<std::int64_t>(json.at("images")),
          .identities = whole_number<std::int64_t>(json.at("identities")),
          .bytes = whole_number<std::int64_t>(json.at("bytes")),
          .index_crc = whole_number<std::uint32_t>(json.at("index_crc"))};
}

void require(bool sensible, std::string_view what) {
  if (!sensible) throw DataError("it makes no sense: {}; make the dataset anew", what);
}

/// Everything is bounded by the lengths of the shards, which opening the dataset compares with the files, so
/// that no count can ask for more memory than there are bytes on disk.
void check_sense(const Manifest& manifest, std::int64_t clients, std::int64_t images) {
  check_image_size(manifest.size);
  std::int64_t bytes = 0;
  for (const auto& shard : manifest.shards) {
    // A name with a slash would lead out of the folder.
    require(!shard.file.empty() && shard.file.find_first_of(std::string_view("/\0", 2)) == std::string::npos,
            "a shard's name is no name of a file");
    require(shard.bytes >= 0 && shard.bytes <= std::numeric_limits<std::int64_t>::max() - bytes,
            "its shards are longer than files can be");
    bytes += shard.bytes;
    for (const std::int64_t count : {shard.clients, shard.images, shard.identities})
      require(count >= 0 && count <= shard.bytes, "a shard has more of something than bytes");
    require(manifest.encoding == Encoding::jpeg || shard.images <= shard.bytes / manifest.size.bytes(),
            "a shard has more pixels than bytes");
    require(shard.first_client >= 0 && clients >= shard.clients && images >= shard.images,
            "its shards hold more than it has");
    clients -= shard.clients;
    images -= shard.images;
  }
  require(clients == 0 && images == 0, "its shards hold less than it has");
  require(manifest.pairs >= 0, "it has fewer than no pairs");
}

Manifest from_json(Json json) {
  const auto version = whole_number<int>(json.at("format_version"));
  if (version != dataset_format_version)
    throw DataError(
        "its format version is {}, but this fedfr reads version {}: make it anew, or use the fedfr that "
        "wrote it",
        version, dataset_format_version);
  const auto expected = whole_number<std::uint32_t>(json.at("checksum"));
  json.erase("checksum");
  if (checksum(json) != expected)
    throw DataError("it is damaged or was edited: its checksum differs; restore it or make the dataset anew");
  Manifest manifest;
  manifest.role = value_of(roles, json.at("role").get<std::string>());
  manifest.encoding = value_of(encodings, json.at("encoding").get<std::string>());
  manifest.size = {whole_number<int>(json.at("height")), whole_number<int>(json.at("width"))};
  manifest.pairs = whole_number<std::int64_t>(json.at("pairs"));
  manifest.pairs_crc = whole_number<std::uint32_t>(json.at("pairs_crc"));
  for (const auto& shard : json.at("shards")) manifest.shards.push_back(shard_entry(shard));
  manifest.identities = json.at("identities").get<std::vector<std::string>>();
  check_sense(manifest, whole_number<std::int64_t>(json.at("clients")),
              whole_number<std::int64_t>(json.at("images")));
  return manifest;
}

}  // namespace

std::string_view name(Role role) { return name_of(roles, role); }
std::string_view name(Encoding encoding) { return name_of(encodings, encoding); }

std::string Manifest::to_text() const {
  std::int64_t clients = 0;
  std::int64_t images = 0;
  Json table = Json::array();
  for (const auto& shard : shards) {
    clients += shard.clients;
    images += shard.images;
    table.push_back(to_json(shard));
  }
  Json json = {{"format", "fedfr-dataset"},
               {"format_version", dataset_format_version},
               {"role", name(role)},
               {"encoding", name(encoding)},
               {"height", size.height},
               {"width", size.width},
               {"channels", 3},
               {"clients", clients},
               {"images", images},
               {"pairs", pairs},
               {"pairs_crc", pairs_crc},
               {"shards", table},
               {"identities", identities}};
  json["checksum"] = checksum(json);
  return json.dump(1) + "\n";
}

void check_image_size(ImageSize size) {
  constexpr int longest = 4096;
  if (size.height < 1 || size.width < 1 || size.height > longest || size.width > longest)
    throw DataError("images of {}x{} pixels cannot be in a dataset: sides are from 1 to {} pixels",
                    size.height, size.width, longest);
}

Manifest Manifest::parse(const std::string& text, const std::filesystem::path& path) {
  try {
    constexpr JsonLimits limits{.depth = 4, .keys = 32};
    return from_json(parse_json<Json>(text, limits));
  } catch (const DataError& e) {
    throw DataError("cannot use {}: {}", path.string(), e.what());
  } catch (const Json::exception& e) {
    throw DataError("{} is damaged or no description of a fedfr dataset: {}", path.string(), e.what());
  }
}

std::string read_manifest_text(const std::filesystem::path& folder) {
  const auto path = folder / manifest_name;
  if (!std::filesystem::exists(path))
    throw DataError("{} is no dataset: it has no {}; fedfr-data makes one", folder.string(), manifest_name);
  return read_text(path);
}

}  // namespace fedfr::data
