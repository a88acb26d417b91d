#pragma once
#include <optional>
#include <string>
#include <string_view>

/// The texts of pickles that are not there as they are. They get no longer than twice what they are made of.
namespace fedfr::pickle {

/// Python's literal of a string with its quotes, 'a\x00b', as protocol 0 has it for bytes.
/// @returns nothing if it is none
std::optional<std::string> unquoted(std::string_view literal);

/// Python's raw-unicode-escape: Latin-1, and \uXXXX or \UXXXXXXXX for other characters. UTF-8.
std::optional<std::string> from_raw_unicode(std::string_view text);

/// Bytes that were stored as the text of the characters of the same numbers, as protocols below 3 do.
/// @param text  UTF-8
std::optional<std::string> to_latin_1(std::string_view text);

}  // namespace fedfr::pickle
