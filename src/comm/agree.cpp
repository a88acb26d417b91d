#include "fedfr/comm/agree.hpp"

#include <fmt/format.h>

#include <cstring>
#include <exception>
#include <string>

#include "fedfr/core/error.hpp"

namespace fedfr::comm {

namespace {

struct Failure {
  int code = 0;  // 0: none
  std::string text;
};

Failure describe(const std::exception_ptr& thrown) {
  if (!thrown) return {};
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& e) {
    return {static_cast<int>(e.code()), e.what()};
  } catch (const std::exception& e) {
    return {static_cast<int>(ExitCode::peer), e.what()};
  }
}

}  // namespace

void on_every_rank(Communicator& comm, std::string_view phase, const std::function<void()>& local_work) {
  std::exception_ptr mine;
  try {
    local_work();
  } catch (...) {
    mine = std::current_exception();
  }
  const Failure failure = describe(mine);
  const std::string message = failure.code == 0 ? "" : fmt::format("{} {}", failure.code, failure.text);
  const auto messages = comm.allgather_bytes(std::as_bytes(std::span(message)));
  if (mine) std::rethrow_exception(mine);
  for (std::size_t rank = 0; rank < messages.size(); ++rank) {
    if (messages[rank].empty()) continue;
    const std::string text(reinterpret_cast<const char*>(messages[rank].data()), messages[rank].size());
    const auto space = text.find(' ');
    throw Error(static_cast<ExitCode>(std::stoi(text.substr(0, space))),
                fmt::format("rank {} failed while {}: {}", rank, phase, text.substr(space + 1)));
  }
}

}  // namespace fedfr::comm
