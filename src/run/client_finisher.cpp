#include "fedfr/run/client_finisher.hpp"

#include <utility>

#include "fedfr/core/activity.hpp"
#include "fedfr/core/trace.hpp"

// The end of a client's work beside the training of the next one. There is at most one thread at work, so the
// sum and the state file need no lock; whoever begins or ends waits for it first. The result is shared with
// it, since the client's own model is scored from the same tensors meanwhile.
namespace fedfr::run {

ClientFinisher::~ClientFinisher() {
  // The thread uses what the round's scope owns. What it throws is lost: an exception passes already, or
  // wait() would have been called.
  if (working_.valid()) working_.wait();
}

void ClientFinisher::finish(std::shared_ptr<const fl::FinishedClient> client) {
  begin(std::move(client), /*save=*/store_ != nullptr);
}

void ClientFinisher::take_over(std::shared_ptr<const fl::FinishedClient> client) {
  begin(std::move(client), /*save=*/false);
}

void ClientFinisher::wait() {
  if (!working_.valid()) return;
  const ActivityScope scope = with_client(client_);  // for the message, should this throw
  working_.get();
}

void ClientFinisher::begin(std::shared_ptr<const fl::FinishedClient> client, bool save) {
  wait();
  client_ = client->update.client;
  if (!round_.beside_gpu) {
    work(*client, save);
    return;
  }
  working_ = std::async(std::launch::async, [this, client = std::move(client), save] {
    name_traced_thread("finisher");
    work(*client, save);
  });
}

void ClientFinisher::work(const fl::FinishedClient& client, bool save) {
  if (aggregator_ != nullptr) aggregator_->add(client.update);
  if (!save) return;
  const Span span("state save");
  store_->save(client.update.client, round_.completed_rounds, round_.attempt, client);
}

}  // namespace fedfr::run
