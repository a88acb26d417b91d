// Counts what a dataset holds, and shows the counts to people and to programs.
#include "fedfr/data/inspect/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "fedfr/core/json.hpp"
#include "fedfr/core/utf8.hpp"
#include "identity_list.hpp"

namespace fedfr::data {

using Json = nlohmann::ordered_json;

namespace {

/// Bins of one, two, four, ... counts: 0, 1, 2 to 3, 4 to 7, since numbers of images differ by orders of
/// magnitude.
Distribution distribution(std::vector<std::int64_t> counts) {
  Distribution spread;
  if (counts.empty()) return spread;
  std::ranges::sort(counts);
  spread.fewest = counts.front();
  spread.most = counts.back();
  spread.mean = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0})) /
                static_cast<double>(counts.size());
  spread.median = static_cast<double>(counts[(counts.size() - 1) / 2] + counts[counts.size() / 2]) / 2;
  for (std::int64_t from = 0, to = 0; from <= spread.most; from = to + 1, to = 2 * to + 1) {
    if (to < spread.fewest) continue;
    const auto within = std::ranges::count_if(counts, [&](std::int64_t n) { return from <= n && n <= to; });
    spread.bins.push_back({from, to, within});
  }
  return spread;
}

std::vector<ClientSummary> summarise_clients(const Dataset& dataset) {
  std::vector<ClientSummary> clients;
  for (std::int64_t c = 0; c < dataset.clients(); ++c) {
    const auto images = dataset.client(ClientId{c});
    const auto tests = std::ranges::count(images.subsets(), Subset::test);
    clients.push_back({dataset.client_name(ClientId{c}), images.identities(), images.size() - tests, tests});
  }
  return clients;
}

std::vector<FoldSummary> summarise_folds(const std::vector<Pair>& pairs) {
  std::vector<FoldSummary> folds;
  for (const auto& pair : pairs) {
    const auto fold = static_cast<std::size_t>(pair.fold);
    if (fold >= folds.size()) folds.resize(fold + 1);
    ++(pair.genuine ? folds[fold].genuine : folds[fold].impostor);
  }
  return folds;
}

std::string histogram(const char* title, const Distribution& spread) {
  std::string text = fmt::format("\n{}: fewest {}, median {:.1f}, mean {:.1f}, most {}\n", title,
                                 spread.fewest, spread.median, spread.mean, spread.most);
  constexpr std::int64_t longest_bar = 50;
  std::int64_t largest = 1;
  for (const auto& bin : spread.bins) largest = std::max(largest, bin.count);
  for (const auto& bin : spread.bins) {
    const std::int64_t length = (bin.count * longest_bar + largest - 1) / largest;
    const auto range =
        bin.from == bin.to ? fmt::format("{}", bin.from) : fmt::format("{} to {}", bin.from, bin.to);
    text += fmt::format("  {:>16} {:8} {}\n", range, bin.count,
                        std::string(static_cast<std::size_t>(length), '#'));
  }
  return text;
}

std::string client_table(const std::vector<ClientSummary>& clients) {
  constexpr std::size_t most_rows = 20;
  std::size_t width = 6;
  for (const auto& client : clients) width = std::max(width, client.name.size());
  std::string text =
      fmt::format("\n{:{}} {:>11} {:>9} {:>9}\n", "client", width, "identities", "train", "test");
  for (std::size_t c = 0; c < std::min(most_rows, clients.size()); ++c)
    text += fmt::format("{:{}} {:11} {:9} {:9}\n", clients[c].name, width, clients[c].identities,
                        clients[c].train_images, clients[c].test_images);
  if (clients.size() > most_rows) text += fmt::format("... and {} more\n", clients.size() - most_rows);
  return text;
}

std::string fold_table(const std::vector<FoldSummary>& folds) {
  std::string text = fmt::format("\n{:>6} {:>9} {:>9}\n", "fold", "genuine", "impostor");
  for (std::size_t fold = 0; fold < folds.size(); ++fold)
    text += fmt::format("{:6} {:9} {:9}\n", fold + 1, folds[fold].genuine, folds[fold].impostor);
  return text;
}

Json to_json(const Distribution& spread) {
  Json bins = Json::array();
  for (const auto& bin : spread.bins)
    bins.push_back({{"from", bin.from}, {"to", bin.to}, {"count", bin.count}});
  return {{"fewest", spread.fewest},
          {"median", spread.median},
          {"mean", spread.mean},
          {"most", spread.most},
          {"bins", bins}};
}

}  // namespace

DatasetSummary summarise(const Dataset& dataset) {
  DatasetSummary summary;
  summary.path = printable(dataset.path().string());
  summary.fingerprint = dataset.fingerprint();
  summary.role = dataset.role();
  summary.encoding = dataset.encoding();
  summary.image_size = dataset.image_size();
  summary.identities = dataset.identities();
  summary.test_images = std::ranges::count(dataset.all().subsets(), Subset::test);
  summary.train_images = dataset.images() - summary.test_images;
  summary.shards = dataset.shards();
  summary.bytes = dataset.bytes();
  std::vector<std::int64_t> counts;
  for (const auto& identity : list_identities(dataset)) counts.push_back(std::ssize(identity.images));
  summary.images_per_identity = distribution(std::move(counts));
  if (dataset.role() == Role::clients) {
    summary.clients = summarise_clients(dataset);
    std::vector<std::int64_t> sizes;
    for (const auto& client : summary.clients) sizes.push_back(client.train_images + client.test_images);
    summary.images_per_client = distribution(std::move(sizes));
  }
  summary.folds = summarise_folds(dataset.pairs());
  return summary;
}

std::string describe(const DatasetSummary& s) {
  const std::int64_t images = s.train_images + s.test_images;
  std::string text = fmt::format("{}\n", s.path);
  text += fmt::format("  role        {}\n", name(s.role));
  if (s.role == Role::clients) text += fmt::format("  clients     {}\n", s.clients.size());
  text += fmt::format("  identities  {}\n", s.identities);
  text += fmt::format("  images      {} ({} train, {} test) of {}x{} pixels, {}\n", images, s.train_images,
                      s.test_images, s.image_size.height, s.image_size.width, name(s.encoding));
  text +=
      fmt::format("  on disk     {:.1f} MB in {} shard(s)\n", static_cast<double>(s.bytes) / 1e6, s.shards);
  text += fmt::format("  fingerprint {}\n", s.fingerprint);
  text += histogram("images per identity", s.images_per_identity);
  if (s.role == Role::clients) {
    text += histogram("images per client", s.images_per_client);
    text += client_table(s.clients);
  }
  if (!s.folds.empty()) text += fold_table(s.folds);
  return text;
}

std::string to_json(const DatasetSummary& s) {
  Json json = {{"path", s.path},
               {"role", name(s.role)},
               {"encoding", name(s.encoding)},
               {"height", s.image_size.height},
               {"width", s.image_size.width},
               {"identities", s.identities},
               {"train_images", s.train_images},
               {"test_images", s.test_images},
               {"shards", s.shards},
               {"bytes", s.bytes},
               {"fingerprint", s.fingerprint},
               {"images_per_identity", to_json(s.images_per_identity)}};
  if (s.role == Role::clients) {
    json["images_per_client"] = to_json(s.images_per_client);
    for (const auto& client : s.clients)
      json["clients"].push_back({{"name", client.name},
                                 {"identities", client.identities},
                                 {"train_images", client.train_images},
                                 {"test_images", client.test_images}});
  }
  for (const auto& fold : s.folds)
    json["folds"].push_back({{"genuine", fold.genuine}, {"impostor", fold.impostor}});
  return json_text(json, 1) + "\n";
}

}  // namespace fedfr::data
