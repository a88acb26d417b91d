#include "gnuplot.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "fedfr/core/file.hpp"

namespace fedfr::run {

namespace {

/// What became of gnuplot.
struct Outcome {
  int spawn_error = 0;  // errno
  int status = 0;       // of waitpid
  std::string messages;
};

/// What the child does between fork and exec, freed at the end of the scope.
class ChildSetup {
 public:
  ChildSetup(const std::filesystem::path& folder, int messages) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, messages, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, messages, STDERR_FILENO);
    posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
  }
  ChildSetup(const ChildSetup&) = delete;
  ChildSetup& operator=(const ChildSetup&) = delete;
  ~ChildSetup() { posix_spawn_file_actions_destroy(&actions_); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

std::string read_all(int pipe) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t count = ::read(pipe, buffer.data(), buffer.size());
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno != EINTR)) return text;
  }
}

Outcome spawn(const std::filesystem::path& folder, const std::string& script_name) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {.spawn_error = errno, .status = 0, .messages = {}};
  const FileDescriptor read_end(ends[0]);
  FileDescriptor write_end(ends[1]);
  const ChildSetup setup(folder, write_end.get());
  std::string program = "gnuplot";
  std::string argument = script_name;
  std::array<char*, 3> arguments{program.data(), argument.data(), nullptr};
  pid_t child = 0;
  Outcome outcome;
  outcome.spawn_error =
      posix_spawnp(&child, program.c_str(), setup.get(), nullptr, arguments.data(), environ);
  if (outcome.spawn_error != 0) return outcome;
  write_end = FileDescriptor();  // the pipe ends when the child closes its copy
  outcome.messages = read_all(read_end.get());
  while (::waitpid(child, &outcome.status, 0) < 0 && errno == EINTR) {
  }
  return outcome;
}

}  // namespace

bool run_gnuplot(const std::string& script, const std::filesystem::path& png) {
  const auto folder = png.has_parent_path() ? png.parent_path() : std::filesystem::path(".");
  const auto script_name = png.stem().string() + ".gp";
  make_folder(folder);
  replace_file(folder / script_name, script);
  const auto outcome = spawn(folder, script_name);
  const auto redraw = fmt::format("cd {} && gnuplot {}", folder.string(), script_name);
  if (outcome.spawn_error == ENOENT)
    spdlog::warn("no {}: gnuplot was not found. Install it (Debian: gnuplot-nox), then: {}", png.string(),
                 redraw);
  else if (outcome.spawn_error != 0)
    spdlog::warn("no {}: gnuplot could not be started ({}). Try: {}", png.string(),
                 std::strerror(outcome.spawn_error), redraw);
  else if (outcome.status != 0)
    spdlog::warn("no {}: gnuplot failed: {}. Try: {}", png.string(), outcome.messages, redraw);
  return outcome.spawn_error == 0 && outcome.status == 0;
}

}  // namespace fedfr::run
