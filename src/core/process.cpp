// Programs are started by posix_spawn. Its file actions run in their order in the child, where a descriptor
// that this process had closed may be the number of the file that the child shall print to: 0, if its
// standard input was closed. So what is printed to is put in place first, and only then is descriptor 0
// opened.
#include "fedfr/core/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/system.hpp"

namespace fedfr {

namespace {

/// The texts as the system takes them: a null pointer ends the list.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// What the child does between fork and exec, freed at the end of the scope.
class ChildSetup {
 public:
  explicit ChildSetup(const Program& program) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    // This process ignores them (prepare_standard_streams), other programs rely on them.
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    posix_spawnattr_setsigdefault(&attributes_, &defaults);
    posix_spawnattr_setflags(
        &attributes_,
        static_cast<short>(POSIX_SPAWN_SETSIGDEF | (program.own_group ? POSIX_SPAWN_SETPGROUP : 0)));
  }
  ChildSetup(const ChildSetup&) = delete;
  ChildSetup& operator=(const ChildSetup&) = delete;
  ~ChildSetup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  void print_to(int descriptor) {
    posix_spawn_file_actions_adddup2(&actions_, descriptor, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, descriptor, STDERR_FILENO);
  }

  /// @returns 0 or an errno
  int start(const Program& program, pid_t& child) {
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!program.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions_, program.folder.c_str());
    auto words = program.words;
    auto variables = program.environment.value_or(std::vector<std::string>());
    const auto arguments = pointers_to(words), environment = pointers_to(variables);
    return posix_spawnp(&child, arguments.front(), &actions_, &attributes_, arguments.data(),
                        program.environment ? environment.data() : environ);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

using Clock = std::chrono::steady_clock;

/// Waits until there is something to read, or the end.
/// @returns whether that was before the deadline, if there is one
bool readable_before(std::optional<Clock::time_point> deadline, int pipe) {
  for (;;) {
    const auto left =
        deadline ? std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count() : -1;
    if (deadline && left <= 0) return false;
    pollfd wanted{.fd = pipe, .events = POLLIN, .revents = 0};
    if (::poll(&wanted, 1, static_cast<int>(left)) > 0) return true;
  }
}

/// All that comes out of a pipe; nothing if it does not end before the deadline.
std::optional<std::string> read_all(int pipe, std::optional<Clock::time_point> deadline) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    if (!readable_before(deadline, pipe)) return std::nullopt;
    const ssize_t count = ::read(pipe, buffer.data(), buffer.size());
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno != EINTR)) return text;
  }
}

int exit_code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return exit_code_of(status);
}

}  // namespace

Process::Process(const Program& program) {
  ChildSetup setup(program);
  FileDescriptor output;
  if (!program.output.empty()) {
    output = FileDescriptor(
        ::open(program.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, permissions_of_new_files));
    if (!output) throw DataError("cannot write {}: {}", program.output.string(), system_reason());
    setup.print_to(output.get());
  }
  if (const int failed = setup.start(program, id_); failed != 0)
    throw DataError("cannot start {}: {}", program.words.front(), system_reason(failed));
}

std::optional<int> Process::poll() {
  int status = 0;
  if (::waitpid(id_, &status, WNOHANG) != id_) return std::nullopt;
  return exit_code_of(status);
}

int Process::wait() { return wait_for(id_); }

void Process::signal(int number) const { ::kill(id_, number); }

std::filesystem::path own_program() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored);
}

Captured run_and_capture(const Program& program, std::chrono::seconds limit) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {.spawn_error = errno};
  const FileDescriptor read_end(ends[0]);
  FileDescriptor write_end(ends[1]);
  ChildSetup setup(program);
  setup.print_to(write_end.get());
  pid_t child = 0;
  Captured captured{.spawn_error = setup.start(program, child)};
  if (captured.spawn_error != 0) return captured;
  write_end = FileDescriptor();  // the pipe ends when the child closes its copy
  const auto deadline = limit.count() > 0 ? std::optional(Clock::now() + limit) : std::nullopt;
  auto output = read_all(read_end.get(), deadline);
  captured.too_late = !output.has_value();
  // A group has the number of its first process; negative, the number is that of the group.
  if (captured.too_late) ::kill(program.own_group ? -child : child, SIGKILL);
  captured.output = std::move(output).value_or("");
  captured.exit_code = wait_for(child);
  return captured;
}

}  // namespace fedfr
