// Labels number the people of a client alone, so that they say little without the client. Here every image
// gets all that tells it from the others.
#include "fedfr/data/inspect/image_table.hpp"

#include <fmt/format.h>

#include "fedfr/core/csv.hpp"
#include "fedfr/core/utf8.hpp"

namespace fedfr::data {

namespace {

/// Adds the images of a client, or of all for -1.
/// @param first  number of the client's first person in the dataset
void add_rows(std::vector<ImageRow>& rows, const ImageSet& images, const std::vector<std::string>& names,
              std::int64_t client, const std::string& client_name, std::int64_t first) {
  const auto labels = images.labels();
  const auto subsets = images.subsets();
  for (std::int64_t i = 0; i < images.size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const auto label = static_cast<std::size_t>(labels[at]);
    rows.push_back({.client = client,
                    .client_name = client_name,
                    .identity = first + labels[at],
                    .identity_name = label < names.size() ? names[label] : "",
                    .label = labels[at],
                    .subset = subsets[at],
                    .source = images.source_name(i)});
  }
}

}  // namespace

std::vector<ImageRow> image_table(const Dataset& dataset) {
  std::vector<ImageRow> rows;
  if (dataset.images() == 0) return rows;
  if (dataset.role() != Role::clients) {
    add_rows(rows, dataset.all(), dataset.identity_names(ClientId{0}), -1, "", 0);
    return rows;
  }
  std::int64_t first = 0;
  for (std::int64_t c = 0; c < dataset.clients(); ++c) {
    const ClientId id{c};
    const auto names = dataset.identity_names(id);
    add_rows(rows, dataset.client(id), names, c, dataset.client_name(id), first);
    first += std::ssize(names);
  }
  return rows;
}

std::string csv(const std::vector<ImageRow>& rows) {
  std::string text = "row,client,client_name,identity,identity_name,label,subset,source\n";
  const auto field = [](const std::string& name) { return csv_field(printable(name)); };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    text += fmt::format("{},{},{},{},{},{},{},{}\n", i, row.client < 0 ? "" : std::to_string(row.client),
                        field(row.client_name), row.identity, field(row.identity_name), row.label,
                        row.subset == Subset::test ? "test" : "train", field(row.source));
  }
  return text;
}

}  // namespace fedfr::data
