#include "fedfr/data/split/pair_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <system_error>

#include "fedfr/core/file.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/data/split/pairs.hpp"
#include "fedfr/data/split/pairs_paths.hpp"
#include "named_images.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

/// LFW's lists begin with one or two numbers alone: of folds, and of pairs.
bool is_of_lfw(std::string_view text) {
  text = without_byte_order_mark(text);
  std::string_view first;
  while (first.empty() && !text.empty()) first = trim(next_part(text, '\n'));
  const auto word_ends =
      std::ranges::count_if(first, [](char c) { return blanks.find(c) != std::string_view::npos; });
  return !first.empty() && first.find_first_not_of("0123456789 \t\r") == std::string_view::npos &&
         word_ends < 4;
}

ListedPairs from_lfw(LfwProtocol protocol, const std::string& source, const Dataset& collection,
                     const ChosenPeople& chosen) {
  const auto all = std::ssize(protocol.pairs);
  keep_chosen(protocol, chosen);
  return {.kind = fmt::format("LFW's list of {} fold(s)", protocol.folds),
          .pairs = resolve_pairs(protocol, collection, source),
          .dropped = all - std::ssize(protocol.pairs)};
}

ListedPairs from_paths(const PathProtocol& protocol, std::string kind, const Dataset& collection,
                       const ChosenPeople& chosen) {
  ListedPairs listed{.kind = std::move(kind)};
  const NamedImages images(collection);
  const auto names = collection.identity_names(ClientId{0});
  const auto all = collection.all();
  const auto label = [&](std::int64_t image) {
    return static_cast<std::size_t>(all.labels()[static_cast<std::size_t>(image)]);
  };
  std::int64_t contradictions = 0;
  for (const auto& pair : protocol.pairs) {
    const auto first = images.find(pair.first, pair.place);
    const auto second = images.find(pair.second, pair.place);
    if (!chosen.has(names[label(first)]) || !chosen.has(names[label(second)])) {
      ++listed.dropped;
      continue;
    }
    contradictions += pair.genuine != (label(first) == label(second)) ? 1 : 0;
    listed.pairs.push_back({first, second, pair.genuine, pair.fold});
  }
  if (!protocol.folds_are_given)
    listed.remarks.push_back(
        fmt::format("the list has no folds: {} of consecutive pairs were made", protocol.folds));
  if (contradictions > 0)
    listed.remarks.push_back(fmt::format(
        "{} pairs contradict the collection: genuine pairs of two people in it, or impostor pairs of one",
        contradictions));
  return listed;
}

}  // namespace

ListedPairs read_pair_list(const fs::path& list, const std::string& cfp_kind, const Dataset& collection,
                           const ChosenPeople& chosen) {
  std::error_code unknown;
  if (fs::is_directory(list, unknown))
    return from_paths(read_cfp_protocol(list, cfp_kind), "CFP's protocol", collection, chosen);
  if (!cfp_kind.empty())
    throw UsageError("--protocol is for CFP's folder Protocol, but {} is a file", list.string());
  const std::string text = read_input(list);
  if (is_of_lfw(text))
    return from_lfw(parse_lfw_pairs(text, list.string()), list.string(), collection, chosen);
  const auto protocol = parse_path_pairs(text, list.string());
  return from_paths(protocol, fmt::format("a list of paths in {} fold(s)", protocol.folds), collection,
                    chosen);
}

}  // namespace fedfr::data
