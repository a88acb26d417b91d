// The algorithms as rows of parts. What a name implies beyond its row, that parts with an option of their own
// are on or off, are presets (option_table.cpp): all but fedfr turn them off.
#include "fedfr/run/algorithms.hpp"

#include <algorithm>
#include <stdexcept>

#include "fedfr/core/error.hpp"
#include "fedfr/fl/model.hpp"
#include "fedfr/fl/parts/contrastive.hpp"
#include "fedfr/fl/parts/dfc.hpp"
#include "fedfr/fl/parts/hard_negatives.hpp"
#include "fedfr/fl/parts/margin.hpp"

namespace fedfr::run {

namespace {

struct Row {
  const char* name;
  void (*add)(fl::Algorithm& row, const Options& options);
};

const Row rows[] = {
    {"fedavg", [](fl::Algorithm&, const Options&) {}},  // McMahan et al., AISTATS 2017
    // Liu et al., AAAI 2022: hard negatives, DFC and the contrastive term, each by its option, which is on.
    {"fedfr", [](fl::Algorithm&, const Options&) {}},
    // Every client alone, from the same start.
    {"local",
     [](fl::Algorithm& row, const Options&) {
       row.start = fl::own_start();
       row.aggregates = false;
     }},
    // Ordinary training.
    {"centralized", [](fl::Algorithm& row, const Options&) { row.pools_data = true; }},
};

nn::Converter converter_of(const std::string& name) {
  return name == "linear"       ? nn::Converter::linear
         : name == "bottleneck" ? nn::Converter::bottleneck
                                : nn::Converter::none;
}

/// What the released program takes for the previous model of a client that has none: a random network.
std::function<at::Tensor(ClientId)> random_model(const nn::Backbone& backbone, std::uint64_t seed) {
  return [&backbone, seed](ClientId client) {
    nn::ParameterSet random = backbone.make_parameters();
    random.initialise(seed, Purpose::initialise_backbone, static_cast<std::uint64_t>(value(client)) + 1);
    return random.flat();
  };
}

/// What becomes of scales, biases and statistics of batch norms, other than being averaged.
void set_norms(fl::TensorRoles& roles, const std::string& norm_statistics, const nn::Backbone& backbone) {
  if (norm_statistics == "average") return;
  if (std::ranges::none_of(backbone.specs(), &nn::ParameterSpec::of_norm))
    throw UsageError("norm-statistics = {}: the backbone {} has no batch norm", norm_statistics,
                     backbone.config().name);
  roles.set_norms(norm_statistics == "local" ? fl::Role::own : fl::Role::frozen);
}

void add_options(fl::Algorithm& row, const Options& o, const nn::Backbone& backbone) {
  set_norms(row.roles, o.norm_statistics, backbone);
  if (row.pools_data) return;  // it has no clients that could do more
  if (o.hard_negatives)
    row.public_images = fl::hard_negatives({.threshold = o.hn_threshold, .cap = o.hn_cap});
  fl::add_margin_state(row, nn::margin_named(o.margin));
  if (o.dfc)
    fl::add_dfc(
        row,
        {.weight = o.dfc_weight,
         .converter = converter_of(o.dfc_converter),
         .loss = {.scale = o.dfc_scale, .margin = o.dfc_margin, .lambda = o.dfc_lambda, .power = o.dfc_power},
         .detach = o.dfc_detach});
  if (o.contrastive)
    row.terms.push_back(fl::contrastive_term(
        {.weight = o.contrastive_weight,
         .temperature = o.temperature,
         .newcomers_model = o.reference_semantics ? random_model(backbone, o.seed) : nullptr}));
  // The released program averages the public class centres and then goes on from the initial ones.
  const bool has_public_centres = o.public_classes && !o.public_set.empty();
  if (has_public_centres && (o.reference_semantics || !o.share_public_centres))
    row.roles.set(fl::public_centres_tensor, fl::Role::passing);
}

}  // namespace

fl::Algorithm algorithm_of(const Options& options, const nn::Backbone& backbone) {
  for (const auto& named : rows) {
    if (options.algorithm != named.name) continue;
    fl::Algorithm row;
    named.add(row, options);
    add_options(row, options, backbone);
    return row;
  }
  throw std::logic_error("no row for the algorithm " + options.algorithm);
}

}  // namespace fedfr::run
