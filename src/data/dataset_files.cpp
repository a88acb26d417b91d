#include "dataset_files.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"

namespace fedfr::data {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::pair<Role, const char*> roles[] = {{Role::collection, "collection"},
                                                  {Role::clients, "clients"},
                                                  {Role::public_set, "public"},
                                                  {Role::benchmark, "benchmark"}};

Role role_of(const std::string& text) {
  for (const auto& [role, known] : roles)
    if (text == known) return role;
  throw DataError("the role '{}' is unknown", text);
}

}  // namespace

std::string_view name(Role role) {
  for (const auto& [known, text] : roles)
    if (role == known) return text;
  return "?";
}

std::string Manifest::to_text() const {
  Json json = {{"format", "fedfr-dataset"},
               {"format_version", dataset_format_version},
               {"role", name(role)},
               {"encoding", encoding == Encoding::raw ? "raw" : "jpeg"},
               {"height", size.height},
               {"width", size.width},
               {"channels", 3},
               {"pairs", pairs},
               {"shards", Json::array()},
               {"identities", identities}};
  for (const auto& shard : shards)
    json["shards"].push_back({{"file", shard.file},
                              {"clients", shard.clients},
                              {"images", shard.images},
                              {"checksum", shard.checksum}});
  return json.dump(1) + "\n";
}

Manifest Manifest::parse(const std::string& text, const std::filesystem::path& path) {
  try {
    const Json json = Json::parse(text);
    const int version = json.at("format_version").get<int>();
    if (version != dataset_format_version)
      throw DataError(
          "its format version is {}, but this fedfr reads version {}: convert it, or use the fedfr that "
          "wrote it",
          version, dataset_format_version);
    Manifest manifest;
    manifest.role = role_of(json.at("role").get<std::string>());
    manifest.encoding = json.at("encoding").get<std::string>() == "raw" ? Encoding::raw : Encoding::jpeg;
    manifest.size = {json.at("height").get<int>(), json.at("width").get<int>()};
    manifest.pairs = json.at("pairs").get<std::int64_t>();
    for (const auto& shard : json.at("shards"))
      manifest.shards.push_back({shard.at("file").get<std::string>(), shard.at("clients").get<std::int64_t>(),
                                 shard.at("images").get<std::int64_t>(),
                                 shard.at("checksum").get<std::uint32_t>()});
    manifest.identities = json.at("identities").get<std::vector<std::string>>();
    return manifest;
  } catch (const DataError& e) {
    throw DataError("{}: {}", path.string(), e.what());
  } catch (const Json::exception& e) {
    throw DataError("{} is damaged or no fedfr dataset: {}", path.string(), e.what());
  }
}

DatasetFiles::DatasetFiles(const std::filesystem::path& where)
    : folder(where), first_image{0}, first_client{0} {
  const auto manifest_path = folder / manifest_name;
  if (!std::filesystem::exists(manifest_path))
    throw DataError("{} is no dataset: it holds no {}; make one with fedfr-data", folder.string(),
                    manifest_name);
  const std::string text = read_text(manifest_path);
  manifest = Manifest::parse(text, manifest_path);
  fingerprint = hex16(hash64(std::as_bytes(std::span(text))));
  for (const auto& entry : manifest.shards) {
    auto shard = std::make_unique<ShardFile>(folder / entry.file, manifest.size, manifest.encoding);
    const ShardIndex& index = shard->index();
    if (index.images != entry.images || std::ssize(index.client_ids) != entry.clients ||
        index.checksum() != entry.checksum)
      throw DataError("the shard {} is not the one that {} lists: were files of two datasets mixed?",
                      shard->path().string(), manifest_path.string());
    labels.insert(labels.end(), index.labels.begin(), index.labels.end());
    std::ranges::transform(index.subsets, std::back_inserter(subsets),
                           [](std::uint8_t subset) { return static_cast<Subset>(subset); });
    first_image.push_back(first_image.back() + entry.images);
    first_client.push_back(first_client.back() + entry.clients);
    shards.push_back(std::move(shard));
  }
}

DatasetFiles::Place DatasetFiles::image(std::int64_t index) const {
  const auto shard =
      static_cast<std::size_t>(std::ranges::upper_bound(first_image, index) - first_image.begin() - 1);
  return {*shards.at(shard), index - first_image[shard]};
}

DatasetFiles::Place DatasetFiles::client(std::int64_t client) const {
  const auto shard =
      static_cast<std::size_t>(std::ranges::upper_bound(first_client, client) - first_client.begin() - 1);
  return {*shards.at(shard), client - first_client[shard]};
}

const std::vector<std::string>& DatasetFiles::source_names(const ShardFile& shard) const {
  const std::lock_guard lock(names_mutex_);
  for (const auto& [known, names] : names_)
    if (known == &shard) return names;
  names_.reserve(shards.size());  // so that references that were handed out stay valid
  return names_.emplace_back(&shard, shard.source_names()).second;
}

}  // namespace fedfr::data
