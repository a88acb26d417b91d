#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>

#include "commands.hpp"
#include "common/program.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/data/import/importer.hpp"

// fedfr-data: the table of its commands. It needs neither MPI nor LibTorch, so that data can be made on a
// login node.
namespace {

using namespace fedfr;

struct Command {
  const char* name;
  const char* help;
  int (*run)(std::span<const std::string> args);
};

constexpr Command commands[] = {
    {"synth", "make a collection of procedural faces", tool::run_synth},
    {"import", "make a collection of images: folders, tar files, RecordIO, Parquet", tool::run_import},
    {"split", "split a collection into clients, a public and a held-out set", tool::run_split},
    {"pairs", "make a verification benchmark", tool::run_pairs},
    {"ijb", "make a dataset of templates of IJB-B or IJB-C", tool::run_ijb},
    {"export", "write a dataset as other programs want it", tool::run_export},
    {"inspect", "show what a dataset holds", tool::run_inspect},
    {"verify", "check every checksum of a dataset", tool::run_verify},
};

std::string usage() {
  std::string text =
      "Makes, splits and checks datasets for fedfr.\n\n  fedfr-data COMMAND [options]\n\nCommands:\n";
  for (const auto& command : commands) text += fmt::format("  {:8} {}\n", command.name, command.help);
  return text +
         "\nfedfr-data COMMAND --help lists the options of a command. A first run:\n"
         "  fedfr-data synth faces --identities 300 --images 24\n"
         "  fedfr-data split faces --output parts --clients 8 --identities-per-client 10 --heldout 60\n"
         "  fedfr-data inspect parts/clients\n";
}

int run(std::span<const std::string> words) {
  if (words.empty()) throw UsageError("a command is missing; fedfr-data --help lists them");
  if (words[0] == "--help" || words[0] == "-h") {
    fmt::print("{}", usage());
    return 0;
  }
  const auto* command =
      std::ranges::find_if(commands, [&](const Command& known) { return words[0] == known.name; });
  if (command == std::end(commands))
    throw UsageError("the command '{}' is unknown; fedfr-data --help lists them", words[0]);
  return command->run(words.subspan(1));
}

}  // namespace

int main(int argc, char** argv) {
  return fedfr::tool::run_program("fedfr-data", argc, argv, run, fedfr::data::parquet_support);
}
