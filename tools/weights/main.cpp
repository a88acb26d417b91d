#include <fmt/format.h>

#include <span>
#include <string>

#include "commands.hpp"
#include "common/program.hpp"
#include "fedfr/core/error.hpp"

// fedfr-weights: the table of its commands. It needs LibTorch, but no MPI.
namespace {

using namespace fedfr;

constexpr const char* usage =
    R"(Reads and writes weights of face recognition networks in the formats of the field.

  fedfr-weights inspect FILE       list the tensors, and say which network they are
  fedfr-weights convert IN OUT     write them as safetensors, for PyTorch, as ONNX or as TorchScript

Read are safetensors and files of PyTorch (.pt, .pth; zip and older), of fedfr, InsightFace's arcface_torch (iresnets,
MobileFaceNet) and the released FedFR program, bare or nested in checkpoints of training. Nothing of a file is run.
fedfr-weights COMMAND --help lists the options of a command.
)";

int run(std::span<const std::string> words) {
  if (words.empty()) throw UsageError("a command is missing; fedfr-weights --help lists them");
  if (words[0] == "--help" || words[0] == "-h") {
    fmt::print("{}", usage);
    return 0;
  }
  if (words[0] == "inspect") return tool::run_inspect(words.subspan(1));
  if (words[0] == "convert") return tool::run_convert(words.subspan(1));
  throw UsageError("the command '{}' is unknown; fedfr-weights --help lists them", words[0]);
}

}  // namespace

int main(int argc, char** argv) { return fedfr::tool::run_program("fedfr-weights", argc, argv, run); }
