#include "fedfr/report/cost.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fedfr/core/error.hpp"
#include "fedfr/data/storage/collection_index.hpp"
#include "fedfr/fl/schedule.hpp"

// What is left of a sweep, in images and hours. An estimate from what is known before the work: images an
// epoch, epochs by the schedule, and the speed and the share of hard negatives of a run that was measured.
namespace fedfr::report {

namespace {

double capped(std::int64_t images, int most) {
  return static_cast<double>(most > 0 ? std::min<std::int64_t>(images, most) : images);
}

/// Training images of all clients, of at most so many an identity.
double images_of(const data::Dataset& clients, int most) {
  double sum = 0;
  for (std::int64_t c = 0; c < clients.clients(); ++c) {
    const auto set = clients.client(ClientId{c});
    std::vector<std::int64_t> counts(static_cast<std::size_t>(set.identities()), 0);
    for (const auto image : set.indices(data::Subset::train))
      ++counts[static_cast<std::size_t>(set.labels()[static_cast<std::size_t>(image)])];
    for (const auto count : counts) sum += capped(count, most);
  }
  return sum;
}

/// What the split will give in the mean, from the collection alone.
double expected_images(const Sweep& sweep, const CellData& made, int most) {
  const data::Dataset source(sweep.file.data->source);
  const double share = split_setting(made, "test-share", 0.2), tests = split_setting(made, "test-images", -1);
  double sum = 0;
  double people = 0;
  for (const auto count : data::index_collection(source).counts()) {
    if (!takes_person(made, count)) continue;
    const auto images = static_cast<double>(count);
    const double train = std::max(1.0, images - (tests >= 0 ? tests : std::round(share * images)));
    sum += capped(static_cast<std::int64_t>(train), most);
    ++people;
  }
  return people == 0 ? 0 : sum / people * static_cast<double>(made.clients * made.identities_per_client);
}

double local_images(const Sweep& sweep, const Cell& cell) {
  const auto& o = cell.options();
  const int most = o.max_images_per_identity;
  if (o.algorithm == "centralized")
    return (o.centralized_data == "clients" ? 0.0
                                            : static_cast<double>(data::Dataset(o.public_set).images())) +
           (o.centralized_data == "public" ? 0.0 : images_of(data::Dataset(o.clients), most));
  std::error_code ignored;
  if (cell.data && !std::filesystem::exists(o.clients, ignored))
    return expected_images(sweep, sweep.datasets[*cell.data], most);
  return images_of(data::Dataset(o.clients), most);
}

double epochs(const run::Options& options, int done) {
  if (options.algorithm == "centralized") return options.rounds - done;
  const fl::ScheduleConfig schedule{.local_epochs = options.local_epochs,
                                    .adaptive_epochs = options.adaptive_epochs};
  double sum = 0;
  for (int round = done; round < options.rounds; ++round) sum += fl::epochs_in_round(schedule, round);
  return sum;
}

std::string hours_text(const run::Options& options, double hours) {
  if (options.device == "cpu") return fmt::format("{:.3g} core hours", hours * std::max(1, options.threads));
  return fmt::format("{:.3g} GPU hours", hours);
}

}  // namespace

Rate measured_rate(const RunRecord& run) {
  const auto& rounds = run.metrics.rounds;
  if (rounds.empty()) throw DataError("{} has no complete round to measure a rate from", run.folder.string());
  double rank_seconds = 0;
  double negatives = 0;
  for (const auto& round : rounds) {
    rank_seconds += round.seconds * round.ranks;
    // A chosen image goes through the steps once an epoch, as those of `images` are counted.
    negatives += static_cast<double>(round.hard_negatives.value_or(0)) *
                 fl::epochs_in_round({.local_epochs = run.options.local_epochs,
                                      .adaptive_epochs = run.options.adaptive_epochs},
                                     round.round - 1);
  }
  const auto images = static_cast<double>(run.images());
  return {.images_per_second = images / rank_seconds,
          .hard_negatives = negatives / std::max(1.0, images - negatives)};
}

Cost cost_of(const Sweep& sweep, const Cell& cell, const Rate& rate, int done) {
  const auto& o = cell.options();
  double with_negatives = 1;
  if (o.hard_negatives)
    with_negatives += o.hn_cap > 0 ? std::min(o.hn_cap, rate.hard_negatives) : rate.hard_negatives;
  const double images = local_images(sweep, cell) * with_negatives * o.cohort_share * epochs(o, done);
  return {.images = images, .hours = images / rate.images_per_second / 3600};
}

std::string dry_run_table(const Sweep& sweep, const std::vector<CellStatus>& cells,
                          const std::optional<Rate>& rate) {
  std::size_t width = 4;
  for (const auto& cell : sweep.cells) width = std::max(width, cell.name.size());
  auto text = fmt::format("{:{}}  {:8}  {:>9}  {:>5}  {:>14}  {}\n", "cell", width, "state", "round", "ranks",
                          "images left", rate ? "estimated cost" : "");
  double images = 0, hours = 0, wall = 0;
  int unfinished = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto& cell = sweep.cells[i];
    const int done = cells[i].run ? cells[i].run->completed_rounds() : 0;
    const auto cost = cells[i].unfinished() ? cost_of(sweep, cell, rate.value_or(Rate{1, 1}), done) : Cost{};
    unfinished += cells[i].unfinished() ? 1 : 0;
    images += cost.images;
    hours += cost.hours;
    wall += cost.hours / cell.ranks;
    text += fmt::format("{:{}}  {:8}  {:>9}  {:>5}  {:>14}  {}\n", cell.name, width, name(cells[i].state),
                        fmt::format("{}/{}", done, cell.options().rounds), cell.ranks,
                        run::with_commas(std::llround(cost.images)),
                        rate && cells[i].unfinished() ? hours_text(cell.options(), cost.hours) : "");
  }
  text += fmt::format("{} of {} cells are unfinished: {} images", unfinished, cells.size(),
                      run::with_commas(std::llround(images)));
  if (!rate) return text + "; --rate-from RUN or --rate N (images/s of a rank) estimates hours\n";
  return text + fmt::format(", about {} at {:.4g} images/s a rank; {} one after the other\n",
                            hours_text(sweep.cells.front().options(), hours), rate->images_per_second,
                            run::duration_text(wall * 3600));
}

}  // namespace fedfr::report
