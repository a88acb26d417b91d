// A client's work seen from its rank. A result is handed on before the client's own model is scored: beside a
// GPU it is summed up and written meanwhile.
#include "fedfr/run/client_work.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "fedfr/core/activity.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/signals.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/run/personal_models.hpp"

namespace fedfr::run {

void ClientWork::train(ClientId client, fl::LocalTrainer& trainer, ClientFinisher& finisher) {
  const ActivityScope scope = with_client(client);
  const Span span("client");
  const Stopwatch watch;
  const Experiment& experiment = tools_.experiment;
  const auto before = load(client);
  const auto rates = fl::round_rates(experiment.schedule, attempt_.round);
  auto result = trainer.train(experiment.training_data(client), attempt_.round, rates,
                              before ? &*before : nullptr, hooks());
  seconds_ += watch.seconds();
  // All ranks of a team have the same result, one hands it on.
  if (!teams_.leads()) return;
  record_.clients.push_back({client, rank_, watch.seconds(), false, result.statistics});
  // Shared and never changed again: beside a GPU a thread of the finisher adds and saves it while the model
  // is scored here.
  const auto finished = std::make_shared<const fl::FinishedClient>(fl::FinishedClient{
      .state = std::move(result.state),
      .update = std::move(result.update),
      .report = tools_.states != nullptr ? json_text(to_json(record_.clients.back())) : ""});
  finisher.finish(finished);
  tools_.recorder.console().debug(fmt::format("round {}/{}: client {} trained in {:.3g} s",
                                              attempt_.round + 1, experiment.options.rounds, value(client),
                                              watch.seconds()));
  score_own_model(*finished);
}

bool ClientWork::take_over(ClientId client, ClientFinisher& finisher) {
  if (!attempt_.has_finished(client)) return false;
  if (!teams_.leads()) return true;
  const ActivityScope scope = with_client(client);
  const Span span("client taken over");
  auto loaded = tools_.states->load_finished(client, attempt_.round + 1, attempt_.key);
  auto record = loaded ? record_in_state(loaded->report, client, tools_.experiment.recorded().terms.size())
                       : std::nullopt;
  // Its header was whole when the ranks agreed on who has finished, its tensors or its record are damaged: it
  // is trained again; at once, unless all had finished, so that nobody has looked at the public images.
  if (!record) {
    tools_.states->forget_finished(client, attempt_.round + 1, attempt_.key);
    if (attempt_.is_trained() || teams_.is_shared())
      throw PeerError("what client {} had finished of round {} is damaged: the same command trains it again",
                      value(client), attempt_.round + 1);
    return false;
  }
  const auto finished = std::make_shared<const fl::FinishedClient>(*std::move(loaded));
  record->taken_over = true;
  record_.clients.push_back(*std::move(record));
  finisher.take_over(finished);
  score_own_model(*finished);
  return true;
}

std::optional<fl::PrivateState> ClientWork::load(ClientId client) {
  if (tools_.states == nullptr) return std::nullopt;
  const Span span("state load");
  const ScopedTimer timer(record_.seconds["state"]);
  return tools_.states->load(client, attempt_.round);
}

void ClientWork::score_own_model(const fl::FinishedClient& finished) {
  if (tools_.states == nullptr) return;
  if (!tools_.evaluator.has_personalised_protocol()) return;
  if (!tools_.experiment.evaluates_in_round(attempt_.round + 1)) return;
  const ScopedTimer timer(record_.seconds["evaluate own"]);
  const ActivityScope phase = doing("evaluating the clients' own models");
  record_.own_scores.push_back(tools_.evaluator.own_for_client(
      finished.update.client, personal_model(finished.state, tools_.experiment.algorithm)));
}

fl::LocalHooks ClientWork::hooks() const {
  fl::LocalHooks hooks;
  hooks.stop_requested = [] { return stop_requested(); };
  const auto of_rank = static_cast<double>(attempt_.cohort.size()) / ranks_;
  hooks.progress = [this, of_rank, done = record_.clients.size()](std::int64_t step, std::int64_t steps) {
    const double of_client = static_cast<double>(step) / static_cast<double>(steps);
    tools_.recorder.progress((static_cast<double>(done) + of_client) / of_rank, attempt_.round);
  };
  return hooks;
}

}  // namespace fedfr::run
