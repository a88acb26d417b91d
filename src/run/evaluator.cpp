// The protocols of evaluation on models of a run. The test images of all clients are one set, in which each
// client's own ones are the probes that it knows and the others (or some of them) are strangers; the global
// model embeds it once for all clients, a client's own model for itself.
#include "fedfr/run/evaluator.hpp"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fedfr/core/error.hpp"
#include "fedfr/core/indices.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/rng.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/eval/embed.hpp"
#include "fedfr/eval/report_json.hpp"
#include "fedfr/nn/losses.hpp"

namespace fedfr::run {

namespace {

std::vector<std::int32_t> labels_at(const data::ImageSet& images, std::span<const std::int64_t> indices) {
  std::vector<std::int32_t> labels;
  for (const auto index : indices) labels.push_back(images.labels()[static_cast<std::size_t>(index)]);
  return labels;
}

/// No copy where all rows are meant. The tensor of indices only borrows them, and is gone when this returns.
at::Tensor rows_of(const at::Tensor& features, std::vector<std::int64_t>& rows) {
  if (std::ssize(rows) == features.size(0)) return features;
  return features.index_select(0, at::from_blob(rows.data(), {std::ssize(rows)}, at::kLong));
}

}  // namespace

eval::EmbeddingView view_of(const at::Tensor& features) {
  return {{features.const_data_ptr<float>(), static_cast<std::size_t>(features.numel())}, features.size(1)};
}

Evaluator::Evaluator(const Experiment& experiment, comm::Communicator& comm)
    : experiment_(experiment), comm_(comm) {
  if (!has_personalised_protocol()) return;
  std::int64_t first_image = 0;
  probe_begin_.push_back(0);
  for (std::int64_t c = 0; c < experiment_.clients->clients(); ++c) {
    const data::ImageSet images = experiment_.clients->client(ClientId{c});
    const auto test = images.indices(data::Subset::test);
    // As numbers in the whole set, in which clients follow each other.
    for (const auto index : test) probes_.push_back(first_image + index);
    const auto labels = labels_at(images, test);
    probe_labels_.insert(probe_labels_.end(), labels.begin(), labels.end());
    probe_begin_.push_back(std::ssize(probes_));
    first_image += images.size();
  }
}

std::vector<BenchmarkScores> Evaluator::generic(const fl::GlobalModel& model) {
  const Span span("benchmarks");
  std::vector<BenchmarkScores> results;
  for (std::size_t b = 0; b < experiment_.benchmarks.size(); ++b) {
    auto [scores, resampled] = verify(model, experiment_.benchmarks[b]);
    eval::add_intervals(scores, resampled.intervals(bootstrap_plan()));
    results.push_back({experiment_.benchmark_names[b], std::move(scores)});
  }
  return results;
}

VerificationResult Evaluator::verify(const fl::GlobalModel& model, const data::Dataset& benchmark) {
  const data::ImageSet images = benchmark.all();
  const at::Tensor embedded = features(model, images, all_indices(images.size()));
  const Span scoring("scoring");
  const auto pairs = benchmark.pairs();
  const auto& fars = experiment_.options.fars;
  return {.scores = eval::verify_pairs(view_of(embedded), pairs, fars),
          .resampled = eval::resampled_verification(view_of(embedded), pairs, images.labels(), fars)};
}

eval::BootstrapPlan Evaluator::bootstrap_plan() const {
  return {.draws = experiment_.options.bootstrap_draws,
          .seed = experiment_.options.seed,
          .threads = at::get_num_threads()};
}

std::vector<std::int64_t> Evaluator::gallery_indices(ClientId client) const {
  return fl::limited_indices(experiment_.clients->client(client), data::Subset::train,
                             experiment_.options.max_images_per_identity);
}

Evaluator::Trial Evaluator::trial(ClientId client) const {
  const auto c = static_cast<std::size_t>(value(client));
  const std::int64_t begin = probe_begin_[c], own = probe_begin_[c + 1] - begin;
  const std::int64_t strangers = std::ssize(probes_) - own;
  const std::int64_t limit = experiment_.options.stranger_images;
  Trial trial;
  // Strangers are counted without the client's own probes, which lie between them in one piece.
  const auto row_of = [&](std::int64_t stranger) { return stranger < begin ? stranger : stranger + own; };
  if (limit == 0 || limit >= strangers) {
    for (std::int64_t s = 0; s < strangers; ++s) trial.rows.push_back(row_of(s));
  } else {
    // A stream for each client, so that neither the rank nor the other clients decide who is drawn.
    RngStream random({.seed = experiment_.options.seed, .purpose = Purpose::strangers, .client = c});
    for (const auto s : sample_distinct(random, strangers, limit)) trial.rows.push_back(row_of(s));
  }
  for (std::int64_t row = begin; row < begin + own; ++row) trial.rows.push_back(row);
  std::ranges::sort(trial.rows);
  trial.own_begin = std::ranges::lower_bound(trial.rows, begin) - trial.rows.begin();
  trial.own_end = trial.own_begin + own;
  return trial;
}

eval::ClientScores Evaluator::score(ClientId client, const Trial& trial, const at::Tensor& probes,
                                    const at::Tensor& gallery) const {
  const Span span("scoring");
  const auto c = static_cast<std::size_t>(value(client));
  const auto own = std::span(probe_labels_)
                       .subspan(static_cast<std::size_t>(probe_begin_[c]),
                                static_cast<std::size_t>(probe_begin_[c + 1] - probe_begin_[c]));
  const auto gallery_labels = labels_at(experiment_.clients->client(client), gallery_indices(client));
  try {
    return {client, eval::score_client({.probes = view_of(probes),
                                        .own_begin = trial.own_begin,
                                        .own_end = trial.own_end,
                                        .own_labels = own,
                                        .gallery = view_of(gallery),
                                        .gallery_labels = gallery_labels},
                                       {.fars = experiment_.options.fars,
                                        .fpirs = experiment_.options.fpirs,
                                        .reference_semantics = experiment_.options.reference_semantics})};
  } catch (const DataError& e) {
    throw DataError("client {} ({}) of {}: {}", value(client), experiment_.clients->client_name(client),
                    experiment_.clients->path().string(), e.what());
  }
}

at::Tensor Evaluator::features(const fl::GlobalModel& model, const data::ImageSet& images,
                               std::span<const std::int64_t> which) {
  const at::Tensor features = nn::unit_rows(raw_features(model, images, which));
  eval::check_features(features, images, which);
  return features;
}

at::Tensor Evaluator::raw_features(const fl::GlobalModel& model, const data::ImageSet& images,
                                   std::span<const std::int64_t> which) {
  const auto embed = [&](bool mirrored) {
    return eval::embed_together(comm_, model.backbone(), model.parameters(), images, which, mirrored,
                                experiment_.training.embed);
  };
  const at::Tensor plain = embed(false);
  return experiment_.options.mirror_embedding ? plain + embed(true) : plain;
}

at::Tensor Evaluator::own_features(const nn::ParameterSet& backbone, const nn::ParameterSet& head,
                                   const data::ImageSet& images, std::span<const std::int64_t> which) const {
  const auto embed = [&](bool mirrored) {
    const at::Tensor shared = eval::embed_alone(*experiment_.backbone, backbone, images, which, mirrored,
                                                experiment_.training.embed);
    return head.tensors().empty() ? shared : experiment_.algorithm.personal->embed(head, shared);
  };
  const at::Tensor plain = embed(false);
  const auto mirrored = experiment_.options.mirror_embedding ? embed(true) : at::Tensor();
  const at::Tensor features = eval::evaluation_features(plain, mirrored);
  eval::check_features(features, images, which);
  return features;
}

std::vector<eval::ClientScores> Evaluator::global_for_clients(const fl::GlobalModel& model) {
  const Span span("global model for the clients");
  const at::Tensor probes = features(model, experiment_.clients->all(), probes_);
  const nn::ParameterSet no_head;
  std::vector<eval::ClientScores> mine;
  // Dealt out by number: scores depend on the client alone, and are sorted when they are gathered.
  for (std::int64_t c = comm_.rank(); c < experiment_.clients->clients(); c += comm_.size()) {
    const ClientId client{c};
    Trial of_client = trial(client);
    mine.push_back(score(client, of_client, rows_of(probes, of_client.rows),
                         own_features(model.parameters(), no_head, experiment_.clients->client(client),
                                      gallery_indices(client))));
  }
  return gather_scores(comm_, mine);
}

eval::ClientScores Evaluator::own_for_client(ClientId client, const PersonalModel& model) const {
  const Span span("own models");
  const auto& network = *experiment_.backbone;
  nn::ParameterSet backbone = network.make_parameters(experiment_.device);
  backbone.copy_from(model.backbone);
  const data::ImageSet own = experiment_.clients->client(client);
  nn::ParameterSet head;
  if (model.head.defined()) {
    head = nn::ParameterSet(personal_head_specs(experiment_, client));
    head.copy_from(model.head);
  }
  const Trial of_client = trial(client);
  std::vector<std::int64_t> images;
  for (const auto row : of_client.rows) images.push_back(probes_[static_cast<std::size_t>(row)]);
  return score(client, of_client, own_features(backbone, head, experiment_.clients->all(), images),
               own_features(backbone, head, own, gallery_indices(client)));
}

std::vector<eval::ClientScores> gather_scores(comm::Communicator& comm,
                                              const std::vector<eval::ClientScores>& mine) {
  const std::string text = json_text(nlohmann::json(mine));
  std::vector<eval::ClientScores> all;
  for (const auto& part : comm.allgather_bytes(std::as_bytes(std::span(text)))) {
    const auto* begin = reinterpret_cast<const char*>(part.data());
    for (auto& scores :
         nlohmann::json::parse(begin, begin + part.size()).get<std::vector<eval::ClientScores>>())
      all.push_back(std::move(scores));
  }
  std::ranges::sort(all, {}, &eval::ClientScores::client);
  return all;
}

}  // namespace fedfr::run
