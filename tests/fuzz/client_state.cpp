// The private states of clients in a run's folder. The input changes bytes of a file that is right, and the
// checksums of the slots' headers are put right; whatever it holds, what is saved afterwards is loaded.
#include "fedfr/fl/client/client_state.hpp"

#include <ATen/ops/full.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>

#include "changed_file.hpp"
#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "support.hpp"

using namespace fedfr;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t page = 4096;
constexpr std::int64_t slots = 3;
constexpr ClientId client{0};
constexpr std::uint64_t attempt = 77;
constexpr std::uint64_t next_attempt = 0x8c3f'51d2'96e0'4ba7U;  // not hit by chance

fl::FinishedClient work_of(int round) {
  fl::FinishedClient work;
  work.state = {{fl::kept::backbone, at::full({6}, round)},
                {fl::kept::local_centres, at::full({2, 3}, round)}};
  work.update = {.client = client, .sample_weight = round, .shared = at::full({8}, round), .sums = {}};
  work.report = "{}";
  return work;
}

/// A file of one client with the states of three rounds.
struct Base {
  Base() {
    fs::remove_all(folder);
    fs::create_directories(folder);
    store.prepare(true);
    for (int round = 1; round <= slots; ++round) store.save(client, round, attempt, work_of(round));
    content = read_text(path);
  }
  ~Base() { fs::remove_all(folder); }
  std::size_t slot(std::int64_t number) const {
    return static_cast<std::size_t>(page + number * (std::ssize(content) - page) / slots);
  }

  fs::path folder = fs::path("/dev/shm") / ("fedfr_fuzz_states_" + std::to_string(::getpid()));
  fs::path path = folder / "clients.states";
  fl::ClientStateStore store{folder, 1, 100};
  std::string content;
};

/// A slot's header is 44 bytes and their checksum; at 40 that of the text of the tensor file, which follows
/// its length.
void put_right(std::string& content, std::size_t slot) {
  constexpr std::size_t checked = 44;
  constexpr std::size_t header = checked + 4;
  std::uint64_t length = 0;
  std::memcpy(&length, &content[slot + header], sizeof length);
  const std::size_t text = slot + header + sizeof length;
  if (length <= content.size() - text) {
    const auto checksum = crc32c(std::as_bytes(std::span(content).subspan(text, length)));
    std::memcpy(&content[slot + checked - 4], &checksum, sizeof checksum);
  }
  const auto checksum = crc32c(std::as_bytes(std::span(content).subspan(slot, checked)));
  std::memcpy(&content[slot + checked], &checksum, sizeof checksum);
}

/// Slots lie far apart and are mostly empty: a change is one of their first bytes.
std::string changed(const Base& base, std::span<const std::uint8_t> changes) {
  constexpr std::size_t used = 1024;
  std::string content = base.content;
  for (; changes.size() >= 4; changes = changes.subspan(4))
    content[base.slot(changes[0] % slots) + (changes[1] + 256U * changes[2]) % used] =
        static_cast<char>(changes[3]);
  for (std::int64_t slot = 0; slot < slots; ++slot) put_right(content, base.slot(slot));
  return content;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Base base;
  const auto content = changed(base, {data, size});
  fuzz::write(base.path, content);
  for (int round = 0; round <= slots; ++round) {
    const fuzz::BoundedMemory bounded(content.size(), 16);
    try {
      base.store.load(client, round);
    } catch (const DataError&) {
    }
    base.store.load_finished(client, round, attempt);
  }
  base.store.save(client, slots + 1, next_attempt, work_of(9));
  const auto loaded = base.store.load_finished(client, slots + 1, next_attempt);
  fuzz::require(loaded && loaded->update.shared.equal(work_of(9).update.shared), "what is saved is loaded");
  return 0;
}
