#include "fedfr/core/long_list.hpp"

#include <span>

namespace fedfr {

void LongList::add(std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  texts_.add(std::as_bytes(std::span(&size, 1)));
  texts_.add(text);
  ++size_;
}

void LongList::for_each(const std::function<void(std::string_view text)>& take) const {
  for (auto texts = reader(); !texts.at_end();) take(texts.next());
}

}  // namespace fedfr
