#pragma once
#include <cstdint>
#include <future>
#include <memory>

#include "fedfr/fl/client/client_state.hpp"
#include "fedfr/fl/server/aggregator.hpp"

namespace fedfr::run {

/// Adds what a client has learnt to the round's sum and writes its state; beside a GPU while the next client
/// trains, one client at a time, on a thread of its own. Where the processor trains it would only take
/// memory.
class ClientFinisher {
 public:
  struct Round {
    int completed_rounds = 0;   ///< how many will be complete once this one is
    std::uint64_t attempt = 0;  ///< see ClientStateStore::save
    bool beside_gpu = false;
  };

  /// @param aggregator  null: nothing is summed up
  /// @param store       null: no client has a state
  ClientFinisher(fl::Aggregator* aggregator, fl::ClientStateStore* store, const Round& round)
      : aggregator_(aggregator), store_(store), round_(round) {}
  ClientFinisher(const ClientFinisher&) = delete;
  ClientFinisher& operator=(const ClientFinisher&) = delete;
  ~ClientFinisher();  ///< waits, and is silent about what goes wrong

  /// Returns once the client before is finished.
  /// @throws DataError naming a client: as Aggregator::add and ClientStateStore::save, of this client or the
  /// one before
  void finish(std::shared_ptr<const fl::FinishedClient> client);
  /// As `finish`, for a client whose state is there already.
  void take_over(std::shared_ptr<const fl::FinishedClient> client);

  /// @throws DataError of the last client
  void wait();

 private:
  void begin(std::shared_ptr<const fl::FinishedClient> client, bool save);
  void work(const fl::FinishedClient& client, bool save);

  fl::Aggregator* aggregator_;
  fl::ClientStateStore* store_;
  Round round_;
  ClientId client_{-1};  // that is being finished
  std::future<void> working_;
};

}  // namespace fedfr::run
