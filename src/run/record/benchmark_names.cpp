// Two data sets may lie in folders of one name, and whatever a name is made into (a file, a column, a tag)
// must keep them apart. So names are compared by a key that is coarser than all of these forms.
#include "fedfr/run/record/benchmark_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/utf8.hpp"

namespace fedfr::run {

namespace fs = std::filesystem;

namespace {

/// Series of other things: of the personalised protocol, of pictures, of TensorBoard.
constexpr std::string_view other_series[] = {"client", "global",  "loss",  "own",  "personalised",
                                             "round",  "seconds", "speed", "start"};

/// What is left of a name in its coarsest form.
std::string key_of(std::string_view name) {
  std::string key;
  for (const char c : name) {
    const bool kept =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
    if (c == '@')
      key += "-at-";
    else if (c >= 'A' && c <= 'Z')
      key += static_cast<char>(c - 'A' + 'a');
    else
      key += kept ? c : '-';
  }
  return key;
}

/// A path and how many of its last parts its name has so far.
struct Candidate {
  std::vector<std::string> parts;
  std::size_t taken = 1;

  bool can_grow() const { return taken < parts.size(); }
  std::string name() const {
    std::string name;
    for (std::size_t i = parts.size() - std::min(taken, parts.size()); i < parts.size(); ++i)
      name += (name.empty() ? "" : "/") + parts[i];
    return name.empty() ? "benchmark" : name;
  }
};

Candidate candidate(const fs::path& path) {
  Candidate candidate;
  for (const auto& part : path.lexically_normal().relative_path())
    if (!part.empty()) candidate.parts.push_back(printable(part.string()));
  return candidate;
}

bool is_taken(std::string_view key) { return std::ranges::find(other_series, key) != std::end(other_series); }

std::string hash_of(std::string_view text) {
  return hex16(hash64(std::as_bytes(std::span(text)))).substr(0, 8);
}

}  // namespace

std::vector<std::string> benchmark_names(std::span<const fs::path> paths) {
  std::vector<Candidate> candidates;
  for (const auto& path : paths) candidates.push_back(candidate(path));
  std::map<std::string, int> uses;
  const auto ambiguous = [&](const Candidate& c) {
    const auto key = key_of(c.name());
    return is_taken(key) || uses[key] > 1;
  };
  for (bool grown = true; grown;) {
    uses.clear();
    for (const auto& c : candidates) ++uses[key_of(c.name())];
    grown = false;
    for (auto& c : candidates) {
      const bool grows = ambiguous(c) && c.can_grow();
      c.taken += grows ? 1 : 0;
      grown = grown || grows;
    }
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < paths.size(); ++i)
    names.push_back(candidates[i].name() +
                    (ambiguous(candidates[i]) ? "-" + hash_of(paths[i].string()) : std::string()));
  return names;
}

std::string file_name_part(std::string_view benchmark_name) {
  constexpr std::size_t longest = 120;
  std::string part;
  for (const char c : benchmark_name) part += c == '/' || c == '\\' ? '-' : c;
  if (part.size() <= longest) return part;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(part[end]) & 0xC0U) == 0x80U) --end;  // between code points
  return part.substr(0, end) + "-" + hash_of(benchmark_name);
}

std::string benchmark_name(const std::filesystem::path& path) {
  return benchmark_names(std::vector{std::filesystem::absolute(path)}).front();
}

}  // namespace fedfr::run
