#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fedfr {

/// A program to start: found on PATH unless its first word has a slash; its standard input is empty.
struct Program {
  std::vector<std::string> words;
  std::filesystem::path folder{};  ///< to work in; empty: this process's
  std::filesystem::path output{};  ///< file that everything it prints is appended to; empty: as this process
  bool own_group = false;          ///< a Ctrl-C at the terminal does not reach it
  std::optional<std::vector<std::string>> environment{};  ///< "NAME=VALUE" each; absent: this process's
};

/// A running program.
class Process {
 public:
  /// @throws DataError naming the program and the reason if it cannot be started
  explicit Process(const Program& program);

  /// How it ended: its exit code, or 128 plus the number of the signal that killed it.
  std::optional<int> poll();  ///< nothing while it runs
  int wait();
  void signal(int number) const;

 private:
  pid_t id_ = 0;
};

/// What becomes of a program that is run to its end.
struct Captured {
  int spawn_error = 0;    ///< errno where it could not be started, else 0
  int exit_code = 0;      ///< as of Process::wait
  bool too_late = false;  ///< it had not ended in time, and was killed
  std::string output{};   ///< everything it printed
};

/// The file of the program that runs; empty where the system does not tell.
std::filesystem::path own_program();

/// Runs a program to its end.
/// @param program  its `output` is not used
/// @param limit    it is killed when it has not ended after so long, with all that it started if it has a
/// group of
///                 its own; 0: however long it takes
Captured run_and_capture(const Program& program, std::chrono::seconds limit = std::chrono::seconds(0));

}  // namespace fedfr
