#include "fedfr/run/record/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <numeric>

#include "fedfr/core/error.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/memory_use.hpp"
#include "fedfr/core/number_text.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/run/record/run_pictures.hpp"

// What people see of a run, while it runs and afterwards. All ranks gather what each has done, since the load
// balance learns from it too, and rank 0 alone writes.
namespace fedfr::run {

using Json = nlohmann::json;

/// What every rank did in a round, as all ranks see it.
struct Recorder::Gathered {
  std::vector<ClientRecord> clients;      // by id
  std::map<std::string, double> slowest;  // seconds by phase
  std::vector<double> idle_shares;        // of each rank's training time, until the last rank had finished
  double idle() const {
    return std::accumulate(idle_shares.begin(), idle_shares.end(), 0.0) /
           static_cast<double>(idle_shares.size());
  }
};

Recorder::Gathered Recorder::gather(const RoundRecord& record) const {
  Json mine = {{"clients", Json::array()}, {"seconds", record.seconds}};
  double busy = record.clients.empty() ? record.busy_seconds : 0;
  for (const auto& client : record.clients) {
    mine["clients"].push_back(to_json(client));
    if (!client.taken_over) busy += client.seconds;
  }
  mine["busy"] = busy;
  Gathered all;
  std::vector<double> all_busy;
  const std::string text = json_text(mine);
  for (const auto& part : comm_.allgather_bytes(std::as_bytes(std::span(text)))) {
    const auto* begin = reinterpret_cast<const char*>(part.data());
    const Json json = Json::parse(begin, begin + part.size());
    for (const auto& client : json.at("clients")) all.clients.push_back(client_record_from(client));
    for (const auto& [phase, seconds] : json.at("seconds").items())
      all.slowest[phase] = std::max(all.slowest[phase], seconds.get<double>());
    all_busy.push_back(json.at("busy").get<double>());
  }
  std::ranges::sort(all.clients, {}, &ClientRecord::client);
  const double longest = std::ranges::max(all_busy);
  for (const double rank : all_busy) all.idle_shares.push_back(longest > 0 ? 1 - rank / longest : 0);
  return all;
}

Recorder::Recorder(RecordedRun run, comm::Communicator& comm, Console& console, const RunPaths& paths,
                   Profile& profile)
    : run_(std::move(run)), comm_(comm), console_(console), paths_(paths), profile_(profile) {}

void Recorder::start_at(std::optional<int> completed_rounds, const std::string& model_hash) {
  first_round_ = completed_rounds.value_or(0);
  if (comm_.rank() != 0) return;
  // Without a checkpoint nothing is kept, not even the evaluation of the start, which has the round 0.
  metrics_.emplace(paths_.metrics, completed_rounds.value_or(-1));
  if (!metrics_->warning().empty()) console_.warning(metrics_->warning());
  if (first_round_ == run_.rounds) return;  // nothing follows
  note_numerics(paths_.numerics, first_round_ + 1, run_.numerics);
  metrics_->write({{"event", "start"},
                   {"round", first_round_ + 1},
                   {"ranks", comm_.size()},
                   {"model_hash", model_hash},
                   {"numerics", run_.numerics},
                   {"data", {{"clients", run_.data.clients}, {"public", run_.data.publics}}}});
}

void Recorder::progress(double share_of_round, int round) {
  if (comm_.rank() != 0) return;
  constexpr std::int64_t units = 1000;
  if (!bar_) bar_ = std::make_unique<ProgressBar>(fmt::format("round {}/{}", round + 1, run_.rounds), units);
  bar_->set(static_cast<std::int64_t>(share_of_round * static_cast<double>(units)));
}

RoundFacts Recorder::facts(const RoundRecord& record, const Gathered& all) const {
  RoundFacts facts;
  facts.round = record.round + 1;
  facts.rounds = run_.rounds;
  facts.cohort = record.cohort;
  facts.seconds = record.since_start.seconds();
  facts.idle_share = all.idle();
  facts.scores = latest_scores_;
  const auto& terms = run_.terms;
  double steps = 0;
  std::int64_t hard_negatives = 0;
  std::vector<double> sums(terms.size(), 0.0);
  for (const auto& client : all.clients) {
    const auto& s = client.statistics;
    // Clients tell means over their steps; the round's are over the steps of all.
    const auto weight = static_cast<double>(s.steps);
    facts.images += s.images;
    facts.loss += s.loss * weight;
    for (std::size_t t = 0; t < terms.size(); ++t) sums[t] += s.terms[t] * weight;
    hard_negatives += s.hard_negatives;
    steps += weight;
  }
  steps = std::max(steps, 1.0);
  facts.loss /= steps;
  for (std::size_t t = 0; t < terms.size(); ++t) facts.terms.emplace_back(terms[t], sums[t] / steps);
  if (run_.mines) facts.hard_negatives = hard_negatives;
  facts.learning_rate = fl::round_rates(run_.schedule, record.round).at(0, 1, 2);  // amid its first epoch
  for (const auto& [phase, seconds] : all.slowest) facts.phases.emplace_back(phase, seconds);
  const double done = record.round + 1 - first_round_;
  facts.seconds_left = since_start_.seconds() / done * (facts.rounds - facts.round);
  return facts;
}

std::vector<ClientRecord> Recorder::round(const RoundRecord& record, const std::string& model_hash) {
  const Span span("metrics");
  Gathered all = gather(record);
  bar_.reset();
  if (comm_.rank() == 0) write_round(record, all, model_hash);
  return std::move(all.clients);
}

void Recorder::write_round(const RoundRecord& record, const Gathered& all, const std::string& model_hash) {
  const RoundFacts line = facts(record, all);
  latest_scores_.clear();
  console_.info(round_line(line));
  write_client_events(record.round, all.clients);
  Json terms;
  for (const auto& [name, mean] : line.terms) terms[name] = mean;
  metrics_->write({{"event", "round"},
                   {"round", line.round},
                   {"cohort", line.cohort},
                   {"images", line.images},
                   {"loss", line.loss},
                   {"terms", terms},
                   {"hard_negatives", line.hard_negatives ? Json(*line.hard_negatives) : Json()},
                   {"learning_rate", line.learning_rate},
                   {"seconds", line.seconds},
                   {"phases", all.slowest},
                   {"idle_share", line.idle_share},
                   {"rank_idle_shares", all.idle_shares},
                   {"ranks", comm_.size()},
                   {"model_hash", model_hash}});
}

void Recorder::write_client_events(int round, const std::vector<ClientRecord>& clients) {
  for (const auto& client : clients) {
    Json event = to_json(client);
    event["event"] = "client";
    event["round"] = round + 1;
    metrics_->write(std::move(event));
  }
}

void Recorder::evaluation(const Evaluation& evaluation) {
  if (comm_.rank() != 0) return;
  latest_ = evaluation;
  metrics_->write(summary_event(evaluation));
  save(evaluation_path(paths_.folder, evaluation.round), evaluation);
  latest_scores_.clear();
  for (const auto& benchmark : evaluation.benchmarks)
    latest_scores_.emplace_back(benchmark.name + " accuracy", benchmark.scores.accuracy);
  const auto add_tar = [&](const char* whose, const std::vector<eval::ClientScores>& clients) {
    if (clients.empty()) return;
    const auto summary = eval::summarise(clients);
    const std::size_t which = std::min<std::size_t>(1, summary.tar_at_far.size() - 1);
    latest_scores_.emplace_back(fmt::format("{} TAR@{:g}", whose, summary.tar_at_far[which].target),
                                summary.tar_at_far[which].rate.mean);
  };
  add_tar("global", evaluation.global);
  add_tar("own", evaluation.own);
  if (evaluation.round > 0) return;  // a round's line shows its own scores; the start has no such line
  std::string line = "start";
  for (const auto& [name, score] : latest_scores_) line += fmt::format("  {} {}", name, fixed(score, 4));
  if (!latest_scores_.empty()) console_.info(line);
  latest_scores_.clear();
}

void Recorder::midway(const Midway& place, const std::vector<BenchmarkScores>& benchmarks) {
  if (comm_.rank() != 0) return;
  bar_.reset();
  std::string line = fmt::format("round {}/{}  step {}/{}", place.completed_rounds + 1, run_.rounds,
                                 place.step, place.steps);
  Json scores = Json::array();
  for (const auto& [name, of] : benchmarks) {
    line += fmt::format("  {} accuracy {}", name, fixed(of.accuracy, 4));
    scores.push_back({{"name", name}, {"accuracy", of.accuracy}});
  }
  console_.info(line);
  // Of the rounds that are complete, so that it stays when the run goes on from a checkpoint behind it.
  metrics_->write({{"event", "midway"},
                   {"round", place.completed_rounds},
                   {"step", place.step},
                   {"steps", place.steps},
                   {"benchmarks", scores}});
}

void Recorder::sync() {
  if (metrics_) metrics_->sync();
}

/// A run that has its results is complete also where a picture cannot be drawn.
void Recorder::draw_pictures() {
  const Span span("pictures");
  try {
    draw_run_pictures(paths_, console_);
  } catch (const Error& e) {
    console_.warning(fmt::format("no pictures: {}", e.what()));
  }
}

void Recorder::show_results(int rounds) {
  const auto last = evaluation_path(paths_.folder, rounds);
  // A run that was complete when it was started has evaluated nothing itself.
  if (!latest_ && std::filesystem::exists(last)) latest_ = load_evaluation(last);
  const auto first = evaluation_path(paths_.folder, 0);
  if (latest_)
    console_.info("\n" + comparison_tables(std::filesystem::exists(first) ? load_evaluation(first) : *latest_,
                                           *latest_));
  if (run_.pictures) draw_pictures();
}

void Recorder::done(int rounds, const std::string& model_hash, const std::filesystem::path& checkpoint) {
  std::array<double, 1> memory = {peak_memory_mb()};
  comm_.allreduce_max(memory);
  if (comm_.rank() == 0) show_results(rounds);
  // Collective, and before the last line, behind which nothing may come.
  profile_.finish();
  if (comm_.rank() != 0) return;
  console_.info(done_line({.model_hash = model_hash,
                           .rounds = rounds,
                           .seconds = since_start_.seconds(),
                           .peak_memory_mb = memory[0],
                           .checkpoint = checkpoint,
                           .output = paths_.folder}));
}

}  // namespace fedfr::run
