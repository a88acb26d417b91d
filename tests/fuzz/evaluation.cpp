// evaluation/round_NNNN.json of a run, or two of them with a null character between: they are compared in
// tables.
#include "fedfr/run/record/evaluation.hpp"

#include <nlohmann/json.hpp>

#include "fedfr/core/error.hpp"
#include "fedfr/core/text.hpp"
#include "support.hpp"

using namespace fedfr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::text_of(data, size);
  try {
    const auto first = run::parse_evaluation(next_part(rest, '\0'), "first");
    const std::string text = run::to_text(first);
    fuzz::require(run::to_text(run::parse_evaluation(text, "again")) == text, "what is written is read");
    static_cast<void>(run::summary_event(first));
    static_cast<void>(
        run::comparison_tables(first, rest.empty() ? first : run::parse_evaluation(rest, "second")));
  } catch (const Error&) {
  }
  return 0;
}
