#include "fedfr/comm/on_every_rank.hpp"

#include <cstring>
#include <string>
#include <vector>

#include "fedfr/comm/topology.hpp"
#include "fedfr/core/activity.hpp"
#include "fedfr/core/failure.hpp"

// Local work that may fail on some ranks only. A rank that threw while others went on would leave them
// waiting in the next collective; so all ranks come together once after the work, whatever happened, and all
// throw the same.
namespace fedfr::comm {
namespace {

/// The exit code and the text of a failure, with what the rank was doing; empty for a success.
std::vector<std::byte> outcome(ExitCode code, std::string_view what) {
  const std::string text = fmt::format("({}): {} (while {})", hostname(), what, describe(current_activity()));
  std::vector<std::byte> bytes(sizeof code + text.size());
  std::memcpy(bytes.data(), &code, sizeof code);
  std::memcpy(bytes.data() + sizeof code, text.data(), text.size());
  return bytes;
}

std::vector<std::byte> try_work(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const std::exception& error) {
    const Failure failure = failure_of(error, ExitCode::peer);
    return outcome(failure.code, failure.text);
  }
}

}  // namespace

void on_every_rank(Communicator& comm, std::string_view phase, const std::function<void()>& work) {
  const ActivityScope scope = doing(phase);
  if (comm.size() == 1) return work();
  // The one collective, reached whether the work failed or not.
  const auto outcomes = comm.allgather_bytes(try_work(work));
  for (std::size_t rank = 0; rank < outcomes.size(); ++rank) {
    const std::span<const std::byte> failure = outcomes[rank];
    if (failure.empty()) continue;
    ExitCode code{};
    std::memcpy(&code, failure.data(), sizeof code);
    const auto text = failure.subspan(sizeof code);
    throw AgreedError(code,
                      fmt::format("rank {} {}", rank,
                                  std::string_view(reinterpret_cast<const char*>(text.data()), text.size())));
  }
}

}  // namespace fedfr::comm
