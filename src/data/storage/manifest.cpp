#include "manifest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"

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
          .first_client = json.at("first_client").get<std::int64_t>(),
          .clients = json.at("clients").get<std::int64_t>(),
          .images = json.at("images").get<std::int64_t>(),
          .identities = json.at("identities").get<std::int64_t>(),
          .bytes = json.at("bytes").get<std::int64_t>(),
          .index_crc = json.at("index_crc").get<std::uint32_t>()};
}

Manifest from_json(Json json) {
  const int version = json.at("format_version").get<int>();
  if (version != dataset_format_version)
    throw DataError(
        "its format version is {}, but this fedfr reads version {}: make it anew, or use the fedfr that "
        "wrote it",
        version, dataset_format_version);
  const auto expected = json.at("checksum").get<std::uint32_t>();
  json.erase("checksum");
  if (checksum(json) != expected)
    throw DataError("it is damaged or was edited: its checksum differs; restore it or make the dataset anew");
  Manifest manifest;
  manifest.role = value_of(roles, json.at("role").get<std::string>());
  manifest.encoding = value_of(encodings, json.at("encoding").get<std::string>());
  manifest.size = {json.at("height").get<int>(), json.at("width").get<int>()};
  manifest.pairs = json.at("pairs").get<std::int64_t>();
  manifest.pairs_crc = json.at("pairs_crc").get<std::uint32_t>();
  for (const auto& shard : json.at("shards")) manifest.shards.push_back(shard_entry(shard));
  manifest.identities = json.at("identities").get<std::vector<std::string>>();
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
  try {
    json["checksum"] = checksum(json);
    return json.dump(1) + "\n";
  } catch (const Json::type_error& e) {
    throw DataError("cannot write {}: names of identities must be UTF-8 ({})", manifest_name, e.what());
  }
}

Manifest Manifest::parse(const std::string& text, const std::filesystem::path& path) {
  try {
    return from_json(Json::parse(text));
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
