// The one place where options become things. All that can be wrong with them is found here, before any rank
// works.
#include "fedfr/run/experiment.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/nn/weights/model_file.hpp"
#include "fedfr/run/algorithms.hpp"
#include "fedfr/run/record/benchmark_names.hpp"

namespace fedfr::run {

namespace {

nn::MarginConfig margin_of(const Options& o) {
  return {.kind = nn::margin_named(o.margin),
          .scale = o.margin_scale,
          .margin = o.margin_value,
          .form = o.margin_form == "guarded" ? nn::AngleForm::guarded
                  : o.margin_form == "easy"  ? nn::AngleForm::easy
                                             : nn::AngleForm::plain,
          .filter = o.margin_filter,
          .straight_through = o.margin_gradient == "straight-through",
          .combined = {.m1 = o.combined_m1, .m2 = o.combined_m2, .m3 = o.combined_m3},
          .adaface = {.h = o.adaface_h, .alpha = o.adaface_alpha},
          .magface = {.lowest_norm = o.magface_lowest_norm,
                      .highest_norm = o.magface_highest_norm,
                      .lowest = o.magface_lowest_margin,
                      .highest = o.magface_highest_margin,
                      .weight = o.magface_weight}};
}

nn::Precision precision_of(const Options& o) {
  return o.precision == "bf16" ? nn::Precision::bf16 : nn::Precision::fp32;
}

fl::LocalTrainingConfig training_of(const Options& o) {
  return {.margin = margin_of(o),
          .margin_weight = o.margin_weight,
          .sgd = {.momentum = o.momentum,
                  .weight_decay = o.weight_decay,
                  .decay_vectors = o.decay_on == "all",
                  .clip_norm = o.clip_norm},
          .public_classes = o.public_classes,
          .batch = o.batch,
          .keep_incomplete = o.incomplete_batch == "keep",
          .allow_no_steps = o.reference_semantics,
          .mirror = o.mirror,
          .augmentation = {.crop = o.augment_crop,
                           .low_resolution = o.augment_low_resolution,
                           .photometric = o.augment_photometric},
          .embed = {.batch = o.eval_batch, .precision = precision_of(o)},
          .seed = o.seed};
}

fl::RateCurve curve_of(const std::string& name) {
  return name == "multistep"    ? fl::RateCurve::multistep
         : name == "cosine"     ? fl::RateCurve::cosine
         : name == "polynomial" ? fl::RateCurve::polynomial
                                : fl::RateCurve::step;
}

fl::ScheduleConfig schedule_of(const Options& o) {
  return {.local_epochs = o.local_epochs,
          .adaptive_epochs = o.adaptive_epochs,
          .learning_rate = o.lr,
          .lr_step = o.lr_step,
          .lr_gamma = o.lr_gamma,
          .lr_round_step = o.lr_round_step,
          .lr_round_gamma = o.lr_round_gamma,
          .curve = curve_of(o.lr_schedule),
          .by_steps = o.lr_every == "step",
          .curve_rounds = o.lr_rounds,
          .warmup_epochs = o.lr_warmup,
          .lowest_rate = o.lr_lowest,
          .power = o.lr_power,
          .milestones = o.lr_milestones};
}

std::optional<data::Dataset> open_as(const std::filesystem::path& path, data::Role role, const char* option) {
  if (path.empty()) return std::nullopt;
  data::Dataset dataset(path);
  const bool fits =
      dataset.role() == role || (role == data::Role::public_set && dataset.role() == data::Role::collection);
  if (!fits)
    throw UsageError("--{} {}: this is a dataset of the role '{}', not '{}'", option, path.string(),
                     data::name(dataset.role()), data::name(role));
  return dataset;
}

/// @throws UsageError where two paths lead to one place
std::vector<std::string> names_of(const std::vector<std::filesystem::path>& benchmarks) {
  std::vector<std::filesystem::path> places;
  std::map<std::filesystem::path, std::filesystem::path> seen;
  for (const auto& path : benchmarks) {
    places.push_back(std::filesystem::absolute(path));
    const auto [first, fresh] = seen.emplace(std::filesystem::canonical(path), path);
    if (!fresh)
      throw UsageError("--benchmark {} and --benchmark {} are the same dataset: name it once",
                       first->second.string(), path.string());
  }
  return run::benchmark_names(places);
}

}  // namespace

at::MemoryFormat memory_format(const Options& o, at::Device device) {
  if (o.memory_format == "contiguous") return at::MemoryFormat::Contiguous;
  if (o.memory_format == "channels-last") return at::MemoryFormat::ChannelsLast;
  return nn::fastest_format({.name = o.backbone, .width = o.width}, precision_of(o), device);
}

Experiment::Experiment(const Options& o, at::Device where, Numerics with_numerics)
    : options(o),
      clients(open_as(o.clients, data::Role::clients, "clients")),
      publics(open_as(o.public_set, data::Role::public_set, "public")),
      schedule(schedule_of(o)),
      training(training_of(o)),
      device(where),
      numerics(std::move(with_numerics)) {
  for (const auto& path : o.benchmark) {
    benchmarks.push_back(*open_as(path, data::Role::benchmark, "benchmark"));
    if (benchmarks.back().pairs().empty())
      throw DataError("the benchmark {} has no pairs: make it anew by fedfr-data pairs", path.string());
  }
  benchmark_names = names_of(o.benchmark);
  const data::Dataset* first = clients               ? &*clients
                               : publics             ? &*publics
                               : !benchmarks.empty() ? &benchmarks.front()
                                                     : nullptr;
  if (first == nullptr) throw UsageError("no dataset: name one with --clients, --public or --benchmark");
  const auto check_size = [&](const data::Dataset& other) {
    if (other.image_size() == first->image_size()) return;
    throw UsageError("{} has images of {}x{} pixels, but {} has {}x{}: import both with the same --resize",
                     other.path().string(), other.image_size().height, other.image_size().width,
                     first->path().string(), first->image_size().height, first->image_size().width);
  };
  if (publics) check_size(*publics);
  for (const auto& benchmark : benchmarks) check_size(benchmark);
  backbone = nn::Backbone::make({.name = o.backbone,
                                 .width = o.width,
                                 .embedding = o.embedding,
                                 .height = first->image_size().height,
                                 .width_pixels = first->image_size().width});
  training.embed.format = memory_format(o, device);
  algorithm = algorithm_of(o, *backbone);
  if (algorithm.pools_data || clients) training.micro_batches = micro_batches();
}

void Experiment::check_training() const {
  if (algorithm.pools_data) {
    const std::int64_t images = pooled_images().size();
    if (images == 0) throw UsageError("there is not one image to train with");
    if (!training.keep_incomplete && images < options.batch)
      throw UsageError(
          "there are {} images, fewer than --batch {}: with incomplete-batch = drop an epoch would make no "
          "step at "
          "all. Lower --batch or set incomplete-batch = keep",
          images, options.batch);
    return;
  }
  for (std::int64_t c = 0; c < trained_clients(); ++c) {
    const auto data = training_data(ClientId{c});  // refuses empty clients by name
    if (training.margin.kind == nn::Margin::logits && data.identities > options.embedding)
      throw UsageError("margin = logits with --embedding {} has {} classes, but client {} ({}) has {}",
                       options.embedding, options.embedding, c, data.name, data.identities);
  }
}

std::vector<ClientId> Experiment::cohort(int round) const {
  const auto stream =
      options.cohort_stream == "released" ? fl::CohortStream::released : fl::CohortStream::keyed;
  return fl::sample_cohort(options.seed, round, trained_clients(), options.cohort_share, stream);
}

fl::ClientData Experiment::training_data(ClientId client) const {
  return fl::client_data(*clients, client, options.max_images_per_identity);
}

int Experiment::micro_batches() const {
  if (options.micro_batches > 0) return options.micro_batches;
  // A cohort of few clients leaves ranks without one; those of a larger one keep the steps of one piece.
  constexpr int fewest_images = 8;
  const std::int64_t most = algorithm.pools_data ? 8 : 8 / cohort_size();
  int parts = 1;
  for (int count = 2; count <= most; ++count)
    if (options.batch % count == 0 && options.batch / count >= fewest_images) parts = count;
  return parts;
}

fl::PooledImages Experiment::pooled_images() const {
  fl::PooledImages pooled;
  if (options.centralized_data != "public" && clients) {
    for (std::int64_t c = 0; c < clients->clients(); ++c) {
      auto data = training_data(ClientId{c});
      pooled.add(std::move(data.sources[0]), data.identities);
    }
  }
  if (options.centralized_data != "clients" && publics)
    pooled.add_all(publics->all(), static_cast<int>(publics->identities()));
  return pooled;
}

std::int64_t Experiment::own_classes() const {
  if (options.centralized_data == "public" || !clients) return 0;
  return clients->identities();
}

fl::StepShape Experiment::step_shape() const {
  return {.batch = options.batch,
          .micro_batches = micro_batches(),
          .keep_incomplete = options.incomplete_batch == "keep"};
}

fl::CentralConfig Experiment::central_config() const {
  return {.shape = step_shape(),
          .margin = training.margin,
          .margin_weight = training.margin_weight,
          .class_sample = options.class_sample,
          .sgd = training.sgd,
          .embed = training.embed,
          .augmentation = training.augmentation,
          .seed = options.seed};
}

std::vector<std::int64_t> Experiment::local_images(std::span<const ClientId> cohort) const {
  std::vector<std::int64_t> images;
  for (const auto client : cohort) images.push_back(training_data(client).size());
  return images;
}

fl::RoundBound Experiment::bound(std::span<const std::int64_t> local_images) const {
  fl::RoundBound bound{.weight = std::accumulate(local_images.begin(), local_images.end(), std::int64_t{0}),
                       .clients = std::ssize(local_images)};
  // Before the round nobody knows what clients will choose: at most every public image each.
  if (uses_public_images()) bound.weight += publics->images() * bound.clients;
  return bound;
}

std::int64_t Experiment::public_identities() const {
  // Where the data are pooled, class centres are shared out among the ranks instead.
  return publics && training.public_classes && !algorithm.pools_data ? publics->identities() : 0;
}

bool Experiment::keeps_private_state() const {
  return training.margin.kind != nn::Margin::logits || algorithm.keeps_private_state() ||
         options.personalised || options.personal_models;
}

std::int64_t Experiment::client_tensor_bytes(const fl::GlobalModel& model) const {
  // The largest client decides: all have slots of one size.
  std::int64_t identities = 0;
  for (std::int64_t c = 0; c < clients->clients(); ++c)
    identities = std::max<std::int64_t>(identities, clients->client(ClientId{c}).identities());
  const std::int64_t dimension = options.embedding;
  const std::int64_t all = model.parameters().size() + model.public_centres().numel();
  std::int64_t shared = 0;
  for (const auto& tensor : model.layout()) shared += tensor.size;
  std::int64_t values = identities * dimension + all;
  // The shared vector then does not begin with the whole backbone, which therefore counts twice
  // (ClientStateStore).
  if (algorithm.roles.has(fl::Role::own) || algorithm.roles.has(fl::Role::frozen)) values += shared;
  for (const auto& head : algorithm.heads) values += nn::element_count(head.specs(identities, dimension));
  for (const auto& vector : algorithm.keeps) values += fl::resolved(vector.size, shared);
  for (const auto& sum : algorithm.sums) values += fl::resolved(sum.size, shared);
  return values * static_cast<std::int64_t>(sizeof(float));
}

RecordedRun Experiment::recorded() const {
  RecordedRun run{.rounds = options.rounds,
                  .pictures = options.pictures,
                  .numerics = numerics,
                  .data = fingerprints(),
                  .terms = {},
                  .mines = algorithm.public_images && algorithm.public_images->by_similarity,
                  .schedule = schedule};
  const fl::LocalObjective objective(training.margin, training.margin_weight, algorithm.terms);
  for (const auto& term : objective.terms()) run.terms.push_back(term.name);
  return run;
}

Fingerprints Experiment::fingerprints() const {
  return {.clients = clients ? clients->fingerprint() : "", .publics = publics ? publics->fingerprint() : ""};
}

DataRecord Experiment::data_record(const fl::GlobalModel& start) const {
  DataRecord record{.trained = fingerprints(), .benchmarks = {}, .start = hex16(start.hash())};
  for (std::size_t b = 0; b < benchmarks.size(); ++b)
    record.benchmarks.push_back({benchmark_names[b], benchmarks[b].fingerprint()});
  return record;
}

bool Experiment::evaluates_in_round(int completed_rounds) const {
  if (completed_rounds == options.rounds) return true;
  return options.evaluate_every > 0 && completed_rounds % options.evaluate_every == 0;
}

fl::GlobalModel Experiment::initial_model(std::string& note) const {
  fl::GlobalModel model(backbone, public_identities(), device, algorithm.roles);
  // Also where weights are given: public centres that the file does not have keep what was drawn.
  model.initialise(options.seed);
  model.initialise_public_centres(options.seed);
  if (options.init.empty()) {
    note = "random weights; set --init to start from a pre-trained model";
    return model;
  }
  const auto& network = backbone->config();
  const auto given = nn::read_model(
      options.init,
      {.backbone = network.name, .height = network.height, .width_pixels = network.width_pixels});
  const bool took_centres = model.take(given.file, options.init, fingerprints().publics);
  note = given.is_own ? options.init.string() : fmt::format("{}: {}", options.init.string(), given.note());
  if (public_identities() > 0)
    note += took_centres ? " with its public class centres"
                         : "; public class centres are random: it holds none of this set";
  return model;
}

}  // namespace fedfr::run
