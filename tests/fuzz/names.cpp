// Names and paths as users and file systems give them.
#include <nlohmann/json.hpp>

#include "fedfr/core/error.hpp"
#include "fedfr/core/path.hpp"
#include "fedfr/core/utf8.hpp"
#include "support.hpp"

using namespace fedfr;

namespace {

bool prints_as_json(const std::string& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  fuzz::require(is_utf8(text) == prints_as_json(text), "UTF-8 is what JSON takes");
  fuzz::require(prints_as_json(printable(text)), "what is printable can be printed");
  fuzz::require(printable(printable(text)) == printable(text), "printable text stays as it is");
  const auto tidy = tidy_path(text);
  fuzz::require(tidy_path(tidy.string()) == tidy, "a tidy path stays as it is");
  fuzz::require(text.empty() == tidy.empty(), "no path becomes empty");
  fuzz::require(tidy_path(expand_path(escape_path(text), "here")) == tidy,
                "an escaped path is expanded to itself");
  if (text.starts_with('~')) return 0;  // looks for a user in the files of the system
  try {
    expand_path(text, "here");
  } catch (const UsageError&) {
  }
  return 0;
}
