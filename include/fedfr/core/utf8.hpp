#pragma once
#include <string>
#include <string_view>

namespace fedfr {

// Names of files and folders are bytes, those of another time often Latin-1. What leaves the program as JSON
// or as text in a shard must be UTF-8, so names are looked at where they enter, and shown by `printable`.

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

/// `text` as one line of valid UTF-8 for messages: control characters and bytes that are no UTF-8 as \xNN.
std::string printable(std::string_view text);

}  // namespace fedfr
