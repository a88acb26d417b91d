#include "fedfr/run/record/console.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/standard_streams.hpp"

// Carries a run's lines to standard output and the log by spdlog, made so that batch logs have the lines as
// they are, and that a reader who goes away or a full disk does not end the run.
namespace fedfr::run {

namespace {

/// The flag %* of a pattern: what precedes a warning, and nothing in front of other lines.
class WarningMark : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    constexpr std::string_view mark = "warning: ";
    if (message.level >= spdlog::level::warn) out.append(mark.data(), mark.data() + mark.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<WarningMark>(); }
};

void set_pattern(spdlog::sinks::sink& sink, const std::string& pattern) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<WarningMark>('*').set_pattern(pattern);
  sink.set_formatter(std::move(formatter));
}

}  // namespace

Console::Console(int rank, const std::string& level) : rank_(rank), before_(spdlog::default_logger()) {
  // A batch system's log must not hold the colours of a terminal, and shows the lines of a run as they are.
  spdlog::sink_ptr sink;
  if (rank == 0)
    sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
  else
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  set_pattern(*sink, rank == 0 ? "%*%v" : fmt::format("rank {}: %*%v", rank));
  logger_ = std::make_shared<spdlog::logger>("fedfr", std::move(sink));
  logger_->set_level(rank == 0 ? spdlog::level::from_str(level) : spdlog::level::warn);
  logger_->flush_on(spdlog::level::trace);
  // Else the library prints lines of its own, once a second.
  logger_->set_error_handler([told = false](const std::string& what) mutable {
    if (!std::exchange(told, true)) complain("fedfr: lines of the log are lost: " + what);
  });
  spdlog::set_default_logger(logger_);
}

Console::~Console() { spdlog::set_default_logger(before_); }

void Console::log_to(const std::filesystem::path& file) {
  if (rank_ != 0) return;
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
    set_pattern(*sink, "%Y-%m-%d %H:%M:%S %*%v");
    logger_->sinks().push_back(std::move(sink));
  } catch (const spdlog::spdlog_ex& e) {
    throw DataError("cannot open the log {}: {}", file.string(), e.what());
  }
}

void Console::debug(const std::string& text) { print(spdlog::level::debug, text); }
void Console::info(const std::string& text) { print(spdlog::level::info, text); }
void Console::warning(const std::string& text) { print(spdlog::level::warn, text); }

/// A run outlives the reader of what it prints (`fedfr train | head`, a terminal that was closed): its lines
/// are in the log, and the exit code tells at the end.
void Console::print(int level, const std::string& text) {
  const auto severity = static_cast<spdlog::level::level_enum>(level);
  logger_->log(severity, "{}", text);
  if (rank_ != 0 || output_is_lost_ || std::ferror(stdout) == 0) return;
  output_is_lost_ = true;
  logger_->warn(
      "standard output cannot be written any more: the run goes on, and its lines are in log.txt only");
}

}  // namespace fedfr::run
