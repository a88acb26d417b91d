#pragma once
#include <algorithm>
#include <cstddef>
#include <span>

namespace fedfr::comm {

/// MPI counts with an int, and some of its algorithms need a temporary of the message's size: larger spans
/// are moved in pieces of this many bytes. Results do not depend on it.
inline constexpr std::size_t kChunkBytes = std::size_t{8} << 20;

/// Calls `move(piece)` for consecutive pieces of `values`.
template <class T, class Move>
void in_chunks(std::span<T> values, Move&& move) {
  constexpr std::size_t kCount = kChunkBytes / sizeof(T);
  for (; !values.empty(); values = values.subspan(std::min(kCount, values.size())))
    move(values.first(std::min(kCount, values.size())));
}

}  // namespace fedfr::comm
