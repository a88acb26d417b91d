#pragma once
#include <cstddef>
#include <cstdint>

namespace fedfr {

/// Index of a client in its dataset's manifest, independent of the rank that hosts it.
enum class ClientId : std::int64_t {};

constexpr std::int64_t value(ClientId id) noexcept { return static_cast<std::int64_t>(id); }

}  // namespace fedfr
