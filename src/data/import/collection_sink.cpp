#include "collection_sink.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/utf8.hpp"

namespace fedfr::data {

namespace {

constexpr std::size_t most_bad_named = 5;

}  // namespace

CollectionSink::CollectionSink(Source source, std::filesystem::path output, const ImportOptions& options)
    : source_(std::move(source)),
      output_(std::move(output)),
      role_(source_.format == SourceFormat::pair_set ? Role::benchmark : Role::collection),
      options_(options),
      report_{.format = source_.format, .bad = LongList(output_.parent_path())},
      small_(output_.parent_path()),
      shared_(output_.parent_path()) {}

void CollectionSink::take_bad(SourceNotes& notes) {
  notes.take_bad([&](std::string_view text) { note_bad(std::string(text)); });
  if (is_refused()) throw DataError("{}", refusal());
}

void CollectionSink::take(Candidate image) {
  while (identity_ < image.found.identity) end_identity();
  if (note_if_bad(image)) return;
  if (is_refused()) {  // nothing will be written
    is_written_ = true;
    return;
  }
  if (is_written_) return write(image);
  waiting_.push_back(std::move(image));
  if (std::ssize(waiting_) < options_.min_images) return;
  begin();
  for (auto& good : waiting_) write(good);
  waiting_.clear();
}

ImportReport CollectionSink::finish(SourceNotes& notes, std::vector<Pair> pairs) {
  while (identity_ < source_.identities.size()) end_identity();
  if (is_refused()) throw DataError("{}", refusal());
  if (!writer_)
    throw DataError("nothing is left to import: no identity has {} good image(s), as --min-images asks",
                    options_.min_images);
  std::vector<std::string> names;
  names.reserve(written_.size());
  for (const auto identity : written_) names.push_back(std::move(source_.identities[identity]));
  report_.identities = std::ssize(names);
  report_.remarks = notes.remarks();
  write_list(notes, names);
  writer_->set_identities(std::move(names));
  if (role_ == Role::benchmark) set_pairs(std::move(pairs));
  writer_->finish();
  return std::move(report_);
}

void CollectionSink::write_list(SourceNotes& notes, const std::vector<std::string>& names) {
  LongList lines(output_.parent_path());
  const auto leave_out = [&](std::string_view why, std::string_view path) {
    report_.left_out[std::string(why)].add(std::string(path));
    lines.add(fmt::format("{}\t{}\n", why, printable(path)));
  };
  notes.take_left_out(leave_out);
  small_.for_each([&](std::string_view person) { leave_out("person with too few images", person); });
  report_.bad.for_each([&](std::string_view bad) { lines.add(fmt::format("bad\t{}\n", printable(bad))); });
  shared_.find(names, [&](const SharedImages& shared) {
    report_.shared.add(shared);
    lines.add(fmt::format("images in common: {}\t{}\t{}\n", shared.images, shared.first, shared.second));
  });
  if (!lines.empty()) writer_->add_file(left_out_name, lines);
}

void CollectionSink::set_pairs(std::vector<Pair> pairs) {
  std::erase_if(pairs, [&](const Pair& pair) {
    return !numbers_.contains(static_cast<std::uint64_t>(pair.first)) ||
           !numbers_.contains(static_cast<std::uint64_t>(pair.second));
  });
  if (pairs.empty()) throw DataError("{}: no pair is left", source_.name);
  for (auto& pair : pairs) {
    pair.first = numbers_.at(static_cast<std::uint64_t>(pair.first));
    pair.second = numbers_.at(static_cast<std::uint64_t>(pair.second));
    ++(pair.genuine ? report_.genuine_pairs : report_.impostor_pairs);
  }
  writer_->set_pairs(std::move(pairs));
}

void CollectionSink::note_bad(const std::string& text) {
  if (first_bad_.size() < most_bad_named) first_bad_.push_back(text);
  report_.bad.add(text);
}

bool CollectionSink::note_if_bad(const Candidate& image) {
  std::string trouble = image.trouble;
  if (trouble.empty() && size_from_.empty()) {
    size_ = image.size;
    size_from_ = source_.where(image.found);
  }
  if (trouble.empty() && image.size != size_)
    trouble = fmt::format("it has {}x{} pixels, not the {}x{} of {}: --resize HxW makes them equal",
                          image.size.height, image.size.width, size_.height, size_.width, size_from_);
  if (!trouble.empty()) note_bad(fmt::format("{}: {}", printable(source_.where(image.found)), trouble));
  return !trouble.empty();
}

void CollectionSink::begin() {
  if (!writer_)
    writer_.emplace(output_,
                    DatasetWriter::Options{.role = role_, .size = size_, .encoding = options_.encoding});
  writer_->begin_client(source_.identities[identity_], DatasetWriter::as_many_as_come);
  written_.push_back(identity_);
  is_written_ = true;
}

void CollectionSink::end_identity() {
  if (!is_written_) {
    ++report_.small_identities;
    small_.add(source_.name + "/" + source_.identities[identity_]);
  }
  waiting_.clear();
  is_written_ = false;
  ++identity_;
}

void CollectionSink::write(Candidate& image) {
  const auto label = static_cast<std::int32_t>(written_.size() - 1);
  shared_.note(label, image.stored);
  if (role_ == Role::benchmark) numbers_.emplace(image.found.place, report_.images);
  writer_->add({.pixels = std::move(image.stored),
                .label = label,
                .subset = role_ == Role::benchmark ? Subset::test : Subset::train,
                .source_name = std::move(image.name)});
  ++report_.images;
}

std::string CollectionSink::refusal() const {
  std::string text = fmt::format("{} image(s) or folder(s) cannot be imported (--skip-bad leaves them out):",
                                 report_.bad.size());
  for (const auto& bad : first_bad_) text += "\n  " + bad;
  return report_.bad.size() > std::ssize(first_bad_) ? text + "\n  ..." : text;
}

}  // namespace fedfr::data
