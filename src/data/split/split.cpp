// Carries out a plan and then proves, on what was written, that no person lies in two places.
#include "fedfr/data/split/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "data/storage/staged_folder.hpp"
#include "data/storage/stored_image.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/progress_bar.hpp"
#include "fedfr/data/storage/collection_index.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"

namespace fedfr::data {

namespace {

namespace fs = std::filesystem;

std::string part_name(std::size_t part, std::size_t parts) {
  return parts == 1 ? "public" : fmt::format("public_{}", part);
}

class SplitWriter {
 public:
  SplitWriter(const Dataset& collection, const SplitPlan& plan, const fs::path& folder)
      : index_(index_collection(collection)),
        collection_(collection),
        all_(collection.all()),
        plan_(plan),
        folder_(folder),
        bar_("split", collection.images()) {}

  /// @returns the names of the folders that it made, sorted
  std::vector<std::string> write() {
    if (!plan_.clients.empty()) write_clients();
    for (std::size_t part = 0; part < plan_.public_parts.size(); ++part)
      write_set(part_name(part, plan_.public_parts.size()), Role::public_set, plan_.public_parts[part]);
    if (!plan_.heldout.empty()) write_set("heldout", Role::collection, plan_.heldout);
    std::ranges::sort(made_);
    return made_;
  }

 private:
  std::vector<std::string> names(const Assignment& assignment) const {
    std::vector<std::string> names;
    for (const auto& assigned : assignment)
      names.push_back(index_.names[static_cast<std::size_t>(assigned.identity)]);
    return names;
  }

  /// The images of an identity in their order in the collection, each with its subset.
  void add(DatasetWriter& writer, const AssignedIdentity& assigned, std::int32_t label) {
    const auto& images = index_.images[static_cast<std::size_t>(assigned.identity)];
    std::map<std::int64_t, Subset> subset_of;
    for (const auto position : assigned.train) subset_of[position] = Subset::train;
    for (const auto position : assigned.test) subset_of[position] = Subset::test;
    for (const auto& [position, subset] : subset_of)
      writer.add(stored_image(all_, images[static_cast<std::size_t>(position)], label, subset));
    bar_.advance(assigned.images());
  }

  void write_clients() {
    DatasetWriter writer(folder_ / "clients", copy_options(collection_, Role::clients));
    for (std::size_t client = 0; client < plan_.clients.size(); ++client) {
      const auto& assignment = plan_.clients[client];
      std::int64_t images = 0;
      for (const auto& assigned : assignment) images += assigned.images();
      writer.begin_client(fmt::format("client_{:04}", client), images, names(assignment));
      for (std::size_t label = 0; label < assignment.size(); ++label)
        add(writer, assignment[label], static_cast<std::int32_t>(label));
    }
    writer.finish();
    made_.push_back("clients");
  }

  void write_set(const std::string& name, Role role, const Assignment& assignment) {
    DatasetWriter writer(folder_ / name, copy_options(collection_, role));
    const auto identities = names(assignment);
    writer.set_identities(identities);
    for (std::size_t label = 0; label < assignment.size(); ++label) {
      writer.begin_client(identities[label], assignment[label].images());
      add(writer, assignment[label], static_cast<std::int32_t>(label));
    }
    writer.finish();
    made_.push_back(name);
  }

  CollectionIndex index_;
  const Dataset& collection_;
  ImageSet all_;
  const SplitPlan& plan_;
  fs::path folder_;
  ProgressBar bar_;
  std::vector<std::string> made_;
};

/// Where each identity was found; a second place is an error.
using Places = std::map<std::string, std::string>;

void claim(Places& places, const std::vector<std::string>& identities, const std::string& place) {
  for (const auto& identity : identities) {
    const auto [found, is_new] = places.emplace(identity, place);
    if (!is_new) throw DataError("identity \"{}\" lies in {} and in {}", identity, found->second, place);
  }
}

SplitPart read_back(const Dataset& dataset, const std::string& name, Places& places) {
  SplitPart part{.name = name};
  if (dataset.role() == Role::clients) {
    part.clients = dataset.clients();
    for (std::int64_t c = 0; c < dataset.clients(); ++c)
      claim(places, dataset.identity_names(ClientId{c}), name + "/" + dataset.client_name(ClientId{c}));
  } else {
    claim(places, dataset.identity_names(ClientId{0}), name);
  }
  part.identities = dataset.identities();
  part.test_images = std::ranges::count(dataset.all().subsets(), Subset::test);
  part.train_images = dataset.images() - part.test_images;
  return part;
}

SplitReport prove(const Dataset& collection, const SplitPlan& plan, const fs::path& folder,
                  const std::vector<std::string>& parts) {
  SplitReport report{std::ssize(index_collection(collection).names), collection.images(), {}, plan.dropped};
  Places places;
  std::int64_t identities = 0, images = 0;
  for (const auto& name : parts) {
    report.parts.push_back(read_back(Dataset(folder / name), name, places));
    identities += report.parts.back().identities;
    images += report.parts.back().train_images + report.parts.back().test_images;
  }
  for (const auto& dropped : report.dropped) {
    identities += dropped.identities;
    images += dropped.images;
  }
  if (identities != report.input_identities || images != report.input_images)
    throw DataError(
        "the parts and what was dropped have {} identities and {} images, but the collection {} and {}",
        identities, images, report.input_identities, report.input_images);
  return report;
}

}  // namespace

SplitReport write_split(const Dataset& collection, const SplitPlan& plan, const fs::path& folder,
                        const std::function<void(const fs::path&, const SplitReport&)>& complete) {
  if (plan.clients.empty() && plan.public_parts.empty() && plan.heldout.empty())
    throw UsageError("the split is empty: ask for clients, held-out or public identities");
  // Proved before it is published: a split that fails the proof never gets its name.
  StagedFolder staged(folder);
  const auto parts = SplitWriter(collection, plan, staged.path()).write();
  auto report = prove(collection, plan, staged.path(), parts);
  if (complete) complete(staged.path(), report);
  staged.publish();
  return report;
}

std::string describe(const SplitReport& report) {
  std::string text = fmt::format("{:<12} {:>8} {:>11} {:>9} {:>9} {:>9}\n", "part", "clients", "identities",
                                 "images", "train", "test");
  for (const auto& part : report.parts)
    text += fmt::format("{:<12} {:>8} {:>11} {:>9} {:>9} {:>9}\n", part.name,
                        part.clients == 0 ? "-" : fmt::to_string(part.clients), part.identities,
                        part.train_images + part.test_images, part.train_images, part.test_images);
  for (const auto& dropped : report.dropped)
    text += fmt::format("{:<12} {:>8} {:>11} {:>9} ({})\n", "dropped", "-", dropped.identities,
                        dropped.images, dropped.reason);
  text += fmt::format("{:<12} {:>8} {:>11} {:>9}\n", "collection", "-", report.input_identities,
                      report.input_images);
  text +=
      "Read back: no identity lies in two parts or two clients (every pairwise intersection has 0 "
      "identities); "
      "the parts and what was dropped add up to the collection.\n";
  return text;
}

}  // namespace fedfr::data
