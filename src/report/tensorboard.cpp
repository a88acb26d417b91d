// A folder of events is of one run: TensorBoard draws all that it finds in a folder as one line. So the
// folder says whose it is, and another run is refused.
#include "fedfr/report/tensorboard.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <bit>
#include <cerrno>
#include <cmath>
#include <span>
#include <system_error>
#include <vector>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/system.hpp"
#include "presence.hpp"

namespace fedfr::report {

namespace {

constexpr const char* event_file = "events.out.tfevents.fedfr";
constexpr const char* owner_file = "fedfr-run.txt";  // which run the folder is of

/// The lower `bytes` bytes, the least significant first.
std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string masked_crc(std::string_view data) {
  const std::uint32_t crc = crc32c(std::as_bytes(std::span(data)));
  // Masked as record_writer.h has it, so that a CRC of data that hold CRCs keeps its worth.
  return little_endian(std::rotr(crc, 15) + 0xa282ead8U, 4);
}

std::string varint(std::uint64_t value) {
  std::string text;
  for (; value >= 128; value >>= 7U) text += static_cast<char>(value | 128U);
  return text + static_cast<char>(value);
}

/// Wire types of protocol buffers.
enum class Wire : std::uint64_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

std::string key(std::uint64_t field, Wire wire) {
  return varint(field << 3U | static_cast<std::uint64_t>(wire));
}

std::string bytes_field(std::uint64_t field, std::string_view bytes) {
  return key(field, Wire::bytes) + varint(bytes.size()) + std::string(bytes);
}

std::string wall_time_field(double wall_time) {
  return key(1, Wire::fixed64) + little_endian(std::bit_cast<std::uint64_t>(wall_time), 8);
}

bool is_client_folder(const std::filesystem::path& folder) {
  return folder.filename().string().starts_with("client_");
}

/// Where TensorBoard would find events that it shows as those of this export: in the folder, and in what are
/// or could be the folders of clients.
std::vector<std::filesystem::path> event_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    std::error_code ignored;
    if (entry.path().filename().string().find("tfevents") != std::string::npos) files.push_back(entry.path());
    if (!is_client_folder(entry.path()) || entry.is_symlink(ignored)) continue;
    for (const auto& inner : std::filesystem::directory_iterator(entry.path(), ignored))
      if (inner.path().filename().string().find("tfevents") != std::string::npos)
        files.push_back(inner.path());
  }
  return files;
}

/// Makes the folder that of this run alone: removes the events that an earlier export of it has left.
/// @throws UsageError if there are events of another run, or of another program
std::filesystem::path claimed(const std::filesystem::path& folder, const RunRecord& run) {
  make_folder(folder);
  const auto owner = folder / owner_file;
  const auto name = std::filesystem::absolute(run.folder).lexically_normal().string() + '\n';
  const bool own = is_there(owner) && read_text(owner) == name;
  for (const auto& file : event_files(folder)) {
    if (!own || file.filename() != event_file)
      throw UsageError(
          "{} holds the events of {}, which TensorBoard would mix with those of {}: choose another folder, "
          "or "
          "remove it",
          folder.string(), own ? "another program (" + file.filename().string() + ")" : "another run",
          run.folder.string());
  }
  for (const auto& file : event_files(folder)) std::filesystem::remove(file);
  replace_file(owner, name);
  return folder;
}

double start_time(const RunRecord& run) {
  return run.metrics.starts.empty() ? seconds_since_epoch() : run.metrics.starts.front().time;
}

void write_round(EventFile& file, const run::RoundEvent& round) {
  const auto scalar = [&](const std::string& tag, double value) {
    file.scalar(round.time, round.round, tag, value);
  };
  scalar("loss/total", round.loss);
  for (const auto& [name, mean] : round.terms) scalar("loss/" + name, mean);
  scalar("round/learning_rate", round.learning_rate);
  scalar("round/cohort", static_cast<double>(round.cohort));
  if (round.hard_negatives) scalar("round/hard_negatives", static_cast<double>(*round.hard_negatives));
  scalar("speed/images_per_second", static_cast<double>(round.images) / round.seconds);
  scalar("speed/idle_share", round.idle_share);
  scalar("seconds/round", round.seconds);
  for (const auto& [phase, seconds] : round.phases) scalar("seconds/" + phase, seconds);
}

}  // namespace

std::string framed_record(std::string_view data) {
  const std::string length = little_endian(data.size(), 8);
  return length + masked_crc(length) + std::string(data) + masked_crc(data);
}

std::string version_event(double wall_time) {
  return wall_time_field(wall_time) + bytes_field(3, "brain.Event:2");
}

std::string scalar_event(double wall_time, std::int64_t step, std::string_view tag, double value) {
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  const std::string entry = bytes_field(1, tag) + key(2, Wire::fixed32) + little_endian(bits, 4);
  return wall_time_field(wall_time) + key(2, Wire::varint) + varint(static_cast<std::uint64_t>(step)) +
         bytes_field(5, bytes_field(1, entry));
}

EventFile::EventFile(const std::filesystem::path& folder, double wall_time) : path_(folder / event_file) {
  make_folder(folder);
  // A new file: another fedfr-report may still write into the one of this name.
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
  file_ = FileDescriptor(
      ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions_of_new_files));
  if (!file_) throw DataError("cannot write {}: {}", path_.string(), system_reason());
  append(version_event(wall_time));
}

void EventFile::scalar(double wall_time, std::int64_t step, std::string_view tag, double value) {
  if (std::isfinite(value)) append(scalar_event(wall_time, step, tag, value));
}

void EventFile::append(const std::string& event) {
  const std::string record = framed_record(event);
  append_exactly(file_, path_, std::as_bytes(std::span(record)));
}

TensorBoardExport::TensorBoardExport(const std::filesystem::path& folder, const RunRecord& run)
    : folder_(claimed(folder, run)), file_(folder, start_time(run)) {
  update(run);
}

void TensorBoardExport::update(const RunRecord& run) {
  for (const auto& round : run.metrics.rounds)
    if (rounds_.insert(round.round).second) write_round(file_, round);
  for (const auto& evaluation : run.evaluations)
    if (evaluations_.insert(evaluation.round).second)
      for (const auto& [name, value] : evaluation.figures)
        file_.scalar(evaluation.time, evaluation.round, name, value);
  update_clients(run.metrics.clients);
}

void TensorBoardExport::update_clients(const std::vector<run::ClientEvent>& events) {
  constexpr std::size_t most_clients = 64;
  std::set<ClientId> clients;
  for (const auto& event : events) clients.insert(event.client);
  if (clients.size() > most_clients) return;
  for (const auto& event : events) {
    if (!client_rounds_.emplace(event.client, event.round).second) continue;
    const auto folder = folder_ / fmt::format("client_{:06}", value(event.client));
    EventFile& file = client_files_.try_emplace(event.client, folder, event.time).first->second;
    const auto scalar = [&](const char* tag, double value) {
      file.scalar(event.time, event.round, tag, value);
    };
    scalar("client/loss", event.loss);
    scalar("client/images", static_cast<double>(event.images));
    scalar("client/hard_negatives", static_cast<double>(event.hard_negatives));
  }
}

}  // namespace fedfr::report
