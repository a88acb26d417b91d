#include "collection_sink.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/utf8.hpp"

namespace fedfr::data {

CollectionSink::CollectionSink(std::string source, std::filesystem::path output, Role role,
                               const ImportOptions& options, const std::vector<std::string>& identities,
                               ImportReport report)
    : source_(std::move(source)),
      output_(std::move(output)),
      role_(role),
      options_(options),
      identities_(identities),
      report_(std::move(report)) {
  if (!options_.skip_bad && !report_.bad.empty()) throw DataError("{}", refusal());
}

void CollectionSink::take(std::uint32_t identity, Candidate image) {
  while (identity_ < identity) end_identity();
  if (note_if_bad(image)) return;
  if (!options_.skip_bad && !report_.bad.empty()) {
    image.stored.clear();  // nothing will be written
    is_written_ = true;
    return;
  }
  if (is_written_) return write(image);
  waiting_.push_back(std::move(image));
  if (std::ssize(waiting_) < options_.min_images) return;
  begin(identity);
  for (auto& good : waiting_) write(good);
  waiting_.clear();
}

ImportReport CollectionSink::finish(std::vector<Pair> pairs) {
  while (identity_ < identities_.size()) end_identity();
  if (!options_.skip_bad && !report_.bad.empty()) throw DataError("{}", refusal());
  if (!writer_)
    throw DataError("nothing is left to import: no identity has {} good image(s), as --min-images asks",
                    options_.min_images);
  report_.identities = std::ssize(names_);
  report_.shared = shared_.find(names_);
  writer_->set_identities(std::move(names_));
  if (role_ == Role::benchmark) set_pairs(std::move(pairs));
  writer_->finish();
  return std::move(report_);
}

void CollectionSink::set_pairs(std::vector<Pair> pairs) {
  std::erase_if(pairs, [&](const Pair& pair) {
    return !numbers_.contains(static_cast<std::uint64_t>(pair.first)) ||
           !numbers_.contains(static_cast<std::uint64_t>(pair.second));
  });
  if (pairs.empty()) throw DataError("{}: no pair is left", source_);
  for (auto& pair : pairs) {
    pair.first = numbers_.at(static_cast<std::uint64_t>(pair.first));
    pair.second = numbers_.at(static_cast<std::uint64_t>(pair.second));
    ++(pair.genuine ? report_.genuine_pairs : report_.impostor_pairs);
  }
  writer_->set_pairs(std::move(pairs));
}

bool CollectionSink::note_if_bad(const Candidate& image) {
  std::string trouble = image.trouble;
  if (trouble.empty() && size_from_.empty()) {
    size_ = image.size;
    size_from_ = image.where;
  }
  if (trouble.empty() && image.size != size_)
    trouble = fmt::format("it has {}x{} pixels, not the {}x{} of {}: --resize HxW makes them equal",
                          image.size.height, image.size.width, size_.height, size_.width, size_from_);
  if (!trouble.empty()) report_.bad.push_back(fmt::format("{}: {}", printable(image.where), trouble));
  return !trouble.empty();
}

void CollectionSink::begin(std::uint32_t identity) {
  if (!writer_)
    writer_.emplace(output_,
                    DatasetWriter::Options{.role = role_, .size = size_, .encoding = options_.encoding});
  writer_->begin_client(identities_[identity], DatasetWriter::as_many_as_come);
  names_.push_back(identities_[identity]);
  is_written_ = true;
}

void CollectionSink::end_identity() {
  if (!is_written_) {
    ++report_.small_identities;
    report_.left_out.push_back({"person with too few images", source_ + "/" + identities_[identity_]});
  }
  waiting_.clear();
  is_written_ = false;
  ++identity_;
}

void CollectionSink::write(Candidate& image) {
  const auto label = static_cast<std::int32_t>(names_.size() - 1);
  shared_.note(label, image.stored);
  if (role_ == Role::benchmark) numbers_.emplace(image.place, report_.images);
  writer_->add({.pixels = std::move(image.stored),
                .label = label,
                .subset = role_ == Role::benchmark ? Subset::test : Subset::train,
                .source_name = std::move(image.name)});
  ++report_.images;
}

std::string CollectionSink::refusal() const {
  constexpr std::size_t most_named = 5;
  std::string text = fmt::format("{} image(s) or folder(s) cannot be imported (--skip-bad leaves them out):",
                                 report_.bad.size());
  for (std::size_t i = 0; i < std::min(most_named, report_.bad.size()); ++i) text += "\n  " + report_.bad[i];
  return report_.bad.size() > most_named ? text + "\n  ..." : text;
}

}  // namespace fedfr::data
