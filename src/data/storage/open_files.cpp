// Keeps the descriptors that were used last. A file that is closed here while another thread reads it stays
// open for that thread, which holds a share of it.
#include "open_files.hpp"

namespace fedfr::data {

std::shared_ptr<const FileDescriptor> OpenFiles::get(std::size_t number, const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  Slot& slot = slots_[number];
  slot.last_use = ++uses_;
  if (!slot.file) {
    if (open_ == most_open_) close_oldest();
    slot.file = std::make_shared<const FileDescriptor>(open_for_reading(path));
    ++open_;
  }
  return slot.file;
}

void OpenFiles::close_oldest() {
  Slot* oldest = nullptr;
  for (auto& slot : slots_)
    if (slot.file && (oldest == nullptr || slot.last_use < oldest->last_use)) oldest = &slot;
  oldest->file.reset();
  --open_;
}

}  // namespace fedfr::data
