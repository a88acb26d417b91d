#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "fedfr/core/ids.hpp"

/// What this process is doing and whether it gets on, for messages and for who watches over it. There is one
/// record a process; its main thread writes it, any thread reads it.
namespace fedfr {

/// In the words of a message. Plain bytes, so that ranks can send it to one another.
struct Activity {
  std::array<char, 64> phase{};  ///< "training its clients", ended by a zero
  std::int64_t round = 0;        ///< from 1; 0: in none
  std::int64_t client = -1;      ///< -1: none
  std::int64_t step = 0;         ///< of the client's training in the round, from 1; 0: none
  std::int64_t steps = 0;        ///< of the client in the round
};

/// "training its clients, round 2, client 7, step 3 of 40"
std::string describe(const Activity& activity);

Activity current_activity();

/// Changes the record until the end of a scope. While an exception passes it leaves the record alone, so that
/// who catches the exception can tell where it came from.
class ActivityScope {
 public:
  explicit ActivityScope(const Activity& activity);
  ActivityScope(const ActivityScope&) = delete;
  ActivityScope& operator=(const ActivityScope&) = delete;
  ~ActivityScope();

 private:
  Activity before_;
  int exceptions_;  // in flight when the scope began
};

/// @param phase  completes "while ..."; cut after 63 characters
[[nodiscard]] ActivityScope doing(std::string_view phase);
[[nodiscard]] ActivityScope in_round(int round);  ///< from 1
[[nodiscard]] ActivityScope with_client(ClientId client);

/// The step that begins, until the end of the scope around. A sign of life.
void at_step(std::int64_t step, std::int64_t steps);

/// Says that the work gets on. Loops that may run for minutes say it in each turn; any thread may.
void sign_of_life() noexcept;
std::uint64_t signs_of_life() noexcept;  ///< so far

/// While it lives, the main thread waits for other processes: no sign of life is expected.
class WaitScope {
 public:
  WaitScope() noexcept;
  WaitScope(const WaitScope&) = delete;
  WaitScope& operator=(const WaitScope&) = delete;
  ~WaitScope();
};
bool is_waiting() noexcept;

}  // namespace fedfr
