// One file for all clients, three slots a client. A slot is written header first, marked incomplete, then its
// tensors, then the header again, complete: whatever instant a process dies at, a slot is whole or says that
// it is not. Which slot is written follows from what the others hold (slot_to_write), never from what was
// written last, so that a run that falls back to an older checkpoint overwrites what it left behind and
// nothing that it may still need.
#include "fedfr/fl/client/client_state.hpp"

#include <ATen/ops/cat.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <type_traits>
#include <utility>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/system.hpp"

namespace fedfr::fl {

namespace {

constexpr std::int64_t page = 4096;               // of the file's own header, and what slots are aligned to
constexpr std::int64_t room_for_text = 2 * page;  // names and shapes of the tensors, and the report
constexpr std::size_t longest_report = 3000;      // escaped, it is at most twice as long
constexpr const char* client_key = "client";
constexpr const char* weight_key = "sample_weight";
constexpr const char* report_key = "report";
constexpr std::string_view update_prefix = "update.";  // what the state holds has no such name
constexpr const char* whole_shared = "update.shared";
constexpr const char* rest_of_shared = "update.rest";  // behind the backbone of the state
constexpr const char* sum_prefix = "update.sum.";

/// What a slot begins with; the tensor file follows.
struct SlotHeader {
  std::array<char, 8> magic{'f', 'e', 'd', 'f', 'r', 's', 't', '1'};
  std::int32_t completed_rounds = 0;
  std::uint32_t complete = 0;  ///< 0 while the rest is being written
  std::int64_t client = 0;
  std::uint64_t attempt = 0;
  std::int64_t bytes = 0;  ///< of the tensor file
  std::uint32_t text_checksum = 0;
  std::uint32_t checksum = 0;  ///< of what is above

  std::span<const std::byte> checked() const {
    return std::as_bytes(std::span(this, 1)).first(sizeof(SlotHeader) - sizeof checksum);
  }
};
static_assert(std::has_unique_object_representations_v<SlotHeader>, "its bytes are written and compared");

void write_header(const FileDescriptor& file, const std::filesystem::path& path, std::int64_t offset,
                  SlotHeader& header) {
  header.checksum = crc32c(header.checked());
  write_exactly(file, path, offset, std::as_bytes(std::span(&header, 1)));
}

bool begins_with(const at::Tensor& vector, const at::Tensor& beginning) {
  return beginning.defined() && vector.numel() >= beginning.numel() &&
         vector.narrow(0, 0, beginning.numel()).equal(beginning);
}

nn::TensorFile to_file(ClientId client, const FinishedClient& finished) {
  const auto& [state, update, report] = finished;
  nn::TensorFile file;
  file.metadata = {{"format", "fedfr-client-state-2"},
                   {client_key, std::to_string(value(client))},
                   {weight_key, std::to_string(update.sample_weight)},
                   {report_key, report}};
  for (const auto& entry : state) file.tensors.push_back(entry);
  if (const at::Tensor backbone = find(state, kept::backbone); begins_with(update.shared, backbone))
    file.tensors.emplace_back(rest_of_shared, update.shared.slice(0, backbone.numel()));
  else if (update.shared.defined())
    file.tensors.emplace_back(whole_shared, update.shared);
  for (const auto& [name, tensor] : update.sums) file.tensors.emplace_back(sum_prefix + name, tensor);
  return file;
}

std::int64_t bytes_of(const nn::TensorFile& file) {
  std::int64_t bytes = 0;
  for (const auto& [name, tensor] : file.tensors) bytes += static_cast<std::int64_t>(tensor.nbytes());
  return bytes;
}

PrivateState state_from(const nn::TensorFile& file) {
  PrivateState state;
  for (const auto& [name, tensor] : file.tensors)
    if (!name.starts_with(update_prefix)) state[name] = tensor;
  return state;
}

/// @throws DataError if the file has no update: those of older programs name it in another way
FinishedClient finished_from(ClientId client, const nn::TensorFile& file) {
  FinishedClient finished{
      state_from(file), {.client = client, .sample_weight = 0, .shared = {}, .sums = {}}, {}};
  ClientUpdate& update = finished.update;
  update.sample_weight = std::stoll(file.text(weight_key));
  if (file.has(rest_of_shared))
    update.shared = at::cat({finished.state.at(kept::backbone), file.at(rest_of_shared)});
  else if (file.has(whole_shared))
    update.shared = file.at(whole_shared);
  else
    throw DataError("the state of client {} has no update", value(client));
  const std::string prefix = sum_prefix;
  for (const auto& [name, tensor] : file.tensors)
    if (name.starts_with(prefix)) update.sums[name.substr(prefix.size())] = tensor;
  finished.report = file.text(report_key);
  return finished;
}

}  // namespace

struct ClientStateStore::Slot {
  SlotHeader header;
  std::int64_t offset = 0;  // in the file
  bool used = false;        // holds a state, or part of one
  bool damaged = false;

  bool complete() const { return used && !damaged && header.complete == 1; }
  bool is(int completed_rounds, std::uint64_t attempt) const {
    return complete() && header.completed_rounds == completed_rounds && header.attempt == attempt;
  }
};

namespace {

/// The complete slot of the newest round up to `completed_rounds`.
template <class Slots>
auto newest(const Slots& slots, int completed_rounds) {
  auto best = slots.end();
  for (auto slot = slots.begin(); slot != slots.end(); ++slot) {
    if (!slot->complete() || slot->header.completed_rounds > completed_rounds) continue;
    if (best == slots.end() || slot->header.completed_rounds > best->header.completed_rounds) best = slot;
  }
  return best;
}

/// The slot to write: neither of the states that a later start may need. What a run that was cut off left of
/// the same round goes first, so that it cannot be taken for the new one, then what it left of later rounds.
template <class Slots>
auto slot_to_write(Slots& slots, int completed_rounds) {
  const auto last = newest(slots, completed_rounds - 1);
  const auto before = last == slots.end() ? last : newest(slots, last->header.completed_rounds - 1);
  const auto preference = [&](const auto& slot) {
    const int rounds = slot.used ? slot.header.completed_rounds : -1;
    return rounds == completed_rounds ? 2 : rounds > completed_rounds ? 1 : 0;
  };
  auto choice = slots.end();
  for (auto slot = slots.begin(); slot != slots.end(); ++slot) {
    if (slot == last || slot == before) continue;
    if (choice == slots.end() || preference(*slot) > preference(*choice)) choice = slot;
  }
  return choice;
}

}  // namespace

ClientStateStore::ClientStateStore(std::filesystem::path folder, std::int64_t clients,
                                   std::int64_t tensor_bytes)
    : path_(std::move(folder) / "clients.states"),
      clients_(clients),
      slot_bytes_(page + room_for_text + (tensor_bytes + page - 1) / page * page) {}

std::string ClientStateStore::description() const {
  return fmt::format("fedfr client states 2: {} clients, {} slots of {} bytes\n", clients_, slots,
                     slot_bytes_);
}

FileDescriptor ClientStateStore::open(int flags) const {
  // Opened anew each time: on a network file system that is what makes the states of other hosts visible.
  if (flags == O_RDONLY) return open_for_reading(path_);
  FileDescriptor file(::open(path_.c_str(), flags | O_CLOEXEC, permissions_of_new_files));
  if (!file)
    throw AccessError("cannot open {}, which holds what clients keep between rounds: {}", path_.string(),
                      system_reason());
  return file;
}

void ClientStateStore::prepare(bool anew) const {
  std::string text = description();
  if (!anew) {
    std::string found(text.size(), '\0');
    read_exactly(open(O_RDONLY), path_, 0, std::as_writable_bytes(std::span(found)));
    if (found == text) return;
    throw DataError("{} was made for other clients or another model ('{}' instead of '{}')", path_.string(),
                    found.substr(0, found.find('\n')), text.substr(0, text.find('\n')));
  }
  // Truncated first, so that old states are gone and their blocks free; then a hole of the full length, and
  // the description last: a file without it is made anew or refused.
  const FileDescriptor file = open(O_RDWR | O_CREAT | O_TRUNC);
  if (::ftruncate(file.get(), page + clients_ * slots * slot_bytes_) != 0)
    throw DataError("cannot make {} {} bytes long (most of them take no space): {}", path_.string(),
                    page + clients_ * slots * slot_bytes_, system_reason());
  write_exactly(file, path_, 0, std::as_bytes(std::span(text)));
}

std::array<ClientStateStore::Slot, ClientStateStore::slots> ClientStateStore::read_slots(
    const FileDescriptor& file, ClientId client) const {
  std::array<Slot, slots> found;
  const SlotHeader fresh;
  for (int i = 0; i < slots; ++i) {
    Slot& slot = found[static_cast<std::size_t>(i)];
    slot.offset = page + (value(client) * slots + i) * slot_bytes_;
    const auto bytes = std::as_writable_bytes(std::span(&slot.header, 1));
    read_exactly(file, path_, slot.offset, bytes);
    slot.used = std::ranges::any_of(bytes, [](std::byte b) { return b != std::byte{0}; });
    slot.damaged = slot.used && (slot.header.magic != fresh.magic || slot.header.client != value(client) ||
                                 crc32c(slot.header.checked()) != slot.header.checksum);
  }
  return found;
}

nn::TensorFile ClientStateStore::read(const FileDescriptor& file, const Slot& slot) const {
  // The file is as long as all slots together, so that its length bounds no single state.
  if (slot.header.bytes > slot_bytes_ - static_cast<std::int64_t>(sizeof(SlotHeader)))
    throw DataError("{} is damaged: a state claims to have {} bytes, more than its slot", path_.string(),
                    slot.header.bytes);
  return nn::load_at(file, path_,
                     {.offset = slot.offset + static_cast<std::int64_t>(sizeof(SlotHeader)),
                      .bytes = slot.header.bytes,
                      .header_checksum = slot.header.text_checksum});
}

std::optional<PrivateState> ClientStateStore::load(ClientId client, int completed_rounds) const {
  const FileDescriptor file = open(O_RDONLY);
  const auto found = read_slots(file, client);
  // A damaged header may be that of the newest state: an older one must not silently take its place.
  if (std::ranges::any_of(found, &Slot::damaged))
    throw DataError(
        "the state of client {} in {} is damaged: restore that file, or train in another --output",
        value(client), path_.string());
  const auto slot = newest(found, completed_rounds);
  if (slot == found.end()) {
    if (completed_rounds > 0 && std::ranges::all_of(found, &Slot::used))
      throw DataError(
          "all states of client {} in {} are of later rounds than the checkpoint of round {}: the one that "
          "belongs to it is lost. Remove the checkpoints and the states to train from the start again",
          value(client), path_.string(), completed_rounds);
    return std::nullopt;
  }
  try {
    return state_from(read(file, *slot));
  } catch (const DataError& damage) {
    throw DataError(
        "the state of client {} after round {}: {}; remove the checkpoints of that round and later "
        "ones to go on from the one before",
        value(client), slot->header.completed_rounds, damage.what());
  }
}

void ClientStateStore::save(ClientId client, int completed_rounds, std::uint64_t attempt,
                            const FinishedClient& finished) {
  const FileDescriptor file = open(O_RDWR);
  auto found = read_slots(file, client);
  const auto slot = slot_to_write(found, completed_rounds);
  const auto content = to_file(client, finished);
  if (bytes_of(content) > slot_bytes_ - room_for_text - page || finished.report.size() > longest_report)
    throw std::logic_error("a client's state is larger than its slot");
  slot->header = {.completed_rounds = completed_rounds, .client = value(client), .attempt = attempt};
  // Before the first byte: what a failed write leaves behind counts as well.
  unsynced_ = true;
  write_header(file, path_, slot->offset, slot->header);
  const auto extent =
      nn::save_at(file, path_, slot->offset + static_cast<std::int64_t>(sizeof(SlotHeader)), content);
  slot->header.bytes = extent.bytes;
  slot->header.text_checksum = extent.header_checksum;
  slot->header.complete = 1;
  write_header(file, path_, slot->offset, slot->header);
}

bool ClientStateStore::has_finished(ClientId client, int completed_rounds, std::uint64_t attempt) const {
  const auto found = read_slots(open(O_RDONLY), client);
  return std::ranges::any_of(found, [&](const Slot& slot) { return slot.is(completed_rounds, attempt); });
}

std::optional<FinishedClient> ClientStateStore::load_finished(ClientId client, int completed_rounds,
                                                              std::uint64_t attempt) const {
  const FileDescriptor file = open(O_RDONLY);
  for (const auto& slot : read_slots(file, client)) {
    if (!slot.is(completed_rounds, attempt)) continue;
    try {
      return finished_from(client, read(file, slot));
    } catch (const std::exception&) {  // damaged, or of a program that wrote it in another way
      return std::nullopt;
    }
  }
  return std::nullopt;
}

void ClientStateStore::forget_finished(ClientId client, int completed_rounds, std::uint64_t attempt) {
  const FileDescriptor file = open(O_RDWR);
  for (auto& slot : read_slots(file, client)) {
    if (!slot.is(completed_rounds, attempt)) continue;
    slot.header.complete = 0;
    unsynced_ = true;
    write_header(file, path_, slot.offset, slot.header);
  }
}

void ClientStateStore::sync() {
  if (!unsynced_) return;
  // Any descriptor will do: what is made durable is the file.
  if (::fdatasync(open(O_RDWR).get()) != 0)
    throw DataError("cannot sync {}: {}", path_.string(), system_reason());
  unsynced_ = false;
}

}  // namespace fedfr::fl
