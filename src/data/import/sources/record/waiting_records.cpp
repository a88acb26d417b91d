#include "waiting_records.hpp"

#include <string>

#include "fedfr/core/text_sorter.hpp"

namespace fedfr::data {

void WaitingRecords::add(const WaitingRecord& record) {
  keys_rise_ &= records_.empty() || record.key > last_key_;
  last_key_ = record.key;
  records_.add({reinterpret_cast<const char*>(&record), sizeof record});
}

void WaitingRecords::for_each(const std::function<void(const WaitingRecord& record)>& take) const {
  std::uint64_t number = 0;
  records_.for_each([&](std::string_view text) {
    WaitingRecord record;
    text.copy(reinterpret_cast<char*>(&record), sizeof record);
    if (are_numbered_) record.key = number++;
    take(record);
  });
}

bool WaitingRecords::have_twins() const {
  if (keys_rise_) return false;
  TextSorter keys(scratch_);
  for_each([&](const WaitingRecord& record) { keys.add(ordered_bytes(record.key)); });
  std::string before;
  for (std::string_view key; keys.next(key); before = key)
    if (key == before) return true;
  return false;
}

}  // namespace fedfr::data
