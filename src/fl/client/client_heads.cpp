#include "client_heads.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>

// A client's own centres and the public ones are one matrix while it trains, own ones first, since labels are
// numbered so and a softmax wants one product. Before and after they are apart: the own ones never leave the
// client, and only the public ones have a place in the shared vector.
namespace fedfr::fl {

namespace {

constexpr double centre_deviation = 0.01;

/// [n,D] the class centres of the client's own identities.
at::Tensor own_centres(const LocalTrainingConfig& config, const GlobalModel& global, const ClientData& client,
                       const NamedTensors& kept) {
  nn::ParameterSet centres({{kept::local_centres,
                             {client.identities, global.backbone().config().embedding},
                             nn::Start::normal,
                             centre_deviation}},
                           global.parameters().device());
  if (const at::Tensor before = find(kept, kept::local_centres); before.defined())
    centres.copy_from(before.flatten());
  else
    centres.initialise(config.seed, Purpose::initialise_head, static_cast<std::uint64_t>(value(client.id)));
  return centres[0];
}

}  // namespace

Heads begin_heads(const Algorithm& row, const LocalTrainingConfig& config, const GlobalModel& global,
                  const ClientData& client, const NamedTensors& kept) {
  Heads heads;
  const bool features_are_logits = config.margin.kind == nn::Margin::logits;
  if (features_are_logits && row.heads.empty()) return heads;
  const at::NoGradGuard no_grad;
  const at::Tensor centres = own_centres(config, global, client, kept);
  const bool with_public = config.public_classes && global.public_identities() > 0;
  // A copy in both cases: training changes it, and what the client keeps and the global model stay as they
  // were.
  heads.classifier = with_public ? at::cat({centres, global.public_centres()}) : centres.clone();
  for (const auto& head : row.heads) {
    nn::ParameterSet own(head.specs(client.identities, global.backbone().config().embedding),
                         global.parameters().device());
    if (const at::Tensor before = find(kept, head.name); before.defined()) {
      own.copy_from(before);
    } else {
      own.initialise(config.seed, Purpose::initialise_head, static_cast<std::uint64_t>(value(client.id)));
      if (head.begin) head.begin(own, centres);
    }
    heads.own.emplace(head.name, std::move(own));
  }
  return heads;
}

void keep_heads(const Heads& heads, const ClientData& client, NamedTensors& kept) {
  if (heads.classifier.defined())
    // A copy, since `cpu` makes none of what is there already: it would keep the public centres alive as
    // well.
    kept[kept::local_centres] = heads.classifier.detach().narrow(0, 0, client.identities).cpu().clone();
  for (const auto& [name, head] : heads.own) kept[name] = head.flat().cpu().clone();
}

at::Tensor trained_public_centres(const Heads& heads, const ClientData& client, const GlobalModel& global) {
  if (!heads.classifier.defined() || heads.classifier.size(0) == client.identities)
    return global.public_centres();
  return heads.classifier.detach().narrow(0, client.identities, heads.classifier.size(0) - client.identities);
}

}  // namespace fedfr::fl
