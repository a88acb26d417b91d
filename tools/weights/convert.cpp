#include <fmt/format.h>

#include <array>
#include <boost/program_options.hpp>
#include <filesystem>
#include <optional>

#include "commands.hpp"
#include "common/parse.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/standard_streams.hpp"
#include "fedfr/nn/weights/model_file.hpp"
#include "fedfr/nn/weights/write_weights.hpp"

// fedfr-weights convert. Tensors alone go from any format to any; to a program (ONNX, TorchScript) goes a
// network that fedfr knows, since the file has no more than names.
namespace fedfr::tool {

namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

constexpr const char* about =
    R"(Writes weights in another format, by the ending of OUT: .safetensors, .pt or .pth (a state dict for torch.load), .onnx,
.ts (TorchScript). What was taken and what was left is said.

  fedfr-weights convert IN OUT [options]

ONNX and TorchScript take RGB faces [batch,3,H,W], (x / 255 - 0.5) / 0.5. Of a personal model of fedfr's (or with --dfc, a
private branch of the released program) they yield the personal embedding.

Examples:
  fedfr-weights convert backbone.pth start.safetensors
  fedfr-weights convert runs/lfw/model.safetensors model.onnx --normalise
  fedfr-weights convert runs/lfw/model.safetensors model.pt
  fedfr-weights convert runs/lfw/personalized/client_000003.safetensors client.onnx
  fedfr-weights convert backbone.pth client.onnx --dfc bce_module.pth
)";

struct Request {
  std::string in, out, format, layout, backbone, dfc;
  int height = 112, width = 112;
  bool normalise = false, shared = false;
};

po::options_description describe(Request& r) {
  po::options_description described("options", 110);
  described.add_options()                                                                //
      ("in", path_option(r.in)->required(), "file of weights; the first word as well")   //
      ("out", path_option(r.out)->required(), "file to write; the second word as well")  //
      ("format", po::value(&r.format),
       "safetensors, pt, onnx or torchscript; without: by the ending of OUT")  //
      ("layout", po::value(&r.layout),
       "names of the tensors: fedfr (its own), arcface (of arcface_torch and the released FedFR program), or "
       "as-is; without: "
       "fedfr in safetensors and arcface in pt, as-is for a network that fedfr does not know")  //
      ("backbone", po::value(&r.backbone), "take the tensors for this network")                 //
      ("height", po::value(&r.height)->default_value(r.height),
       "pixels of the images, where the tensors leave it open")  //
      ("width", po::value(&r.width)->default_value(r.width),
       "pixels of the images, where the tensors leave it open")                                      //
      ("dfc", path_option(r.dfc), "file with the private branch of a personal model (FedFR's DFC)")  //
      ("shared", po::bool_switch(&r.shared), "of a personal model, the shared embedding only")       //
      ("normalise", po::bool_switch(&r.normalise), "ONNX and TorchScript: embeddings of unit length");
  return described;
}

struct Ending {
  const char* ending;
  const char* format;
};
constexpr std::array endings{Ending{".safetensors", "safetensors"},
                             Ending{".pt", "pt"},
                             Ending{".pth", "pt"},
                             Ending{".onnx", "onnx"},
                             Ending{".ts", "torchscript"},
                             Ending{".torchscript", "torchscript"}};

std::string format_of(const Request& r) {
  for (const auto& known : endings)
    if (r.format.empty() ? fs::path(r.out).extension() == known.ending : r.format == known.format)
      return known.format;
  throw UsageError(
      "the format of {} is not clear: choose one by --format safetensors, pt, onnx or torchscript", r.out);
}

void check(const Request& r) {
  std::error_code ignored;
  if (fs::equivalent(r.in, r.out, ignored) || (!r.dfc.empty() && fs::equivalent(r.dfc, r.out, ignored)))
    throw UsageError("{} would be written over: choose another name for the result", r.out);
  if (r.layout != "" && r.layout != "fedfr" && r.layout != "arcface" && r.layout != "as-is")
    throw UsageError("--layout '{}' is none of fedfr, arcface and as-is", r.layout);
  check_output(r.out);
}

/// The branch in a file of its own, in the model's file, or none.
std::optional<nn::BranchFile> branch_for(const Request& r, const nn::ModelFile& model) {
  const std::int64_t dimension = model.network.embedding;
  if (!r.dfc.empty()) return nn::branch_of(nn::read_weights(r.dfc).content, dimension, r.dfc);
  if (r.shared || nn::recognise_branches(model.file, dimension).empty()) return std::nullopt;
  return nn::branch_of(model.file, dimension, r.in);
}

std::string write_program(const Request& r, const std::string& format, const nn::ModelFile& model) {
  nn::Graph graph = nn::graph_of(model);
  const auto branch = branch_for(r, model);
  if (branch) nn::add_branch(graph, *branch);
  if (r.normalise) nn::add_unit_length(graph);
  format == "onnx" ? nn::write_onnx(r.out, graph) : nn::write_torch_script(r.out, graph);
  return fmt::format("{} embedding{}", branch ? "personal" : "shared", r.normalise ? " of unit length" : "");
}

void write_tensors(const Request& r, const std::string& format, const nn::TensorFile& content) {
  format == "pt" ? nn::write_state_dict(r.out, content) : nn::save(r.out, content);
}

/// @returns what was written
std::string write_model(const Request& r, const std::string& format, nn::ModelFile model) {
  if (format == "onnx" || format == "torchscript") return write_program(r, format, model);
  if (r.normalise) throw UsageError("--normalise is for ONNX and TorchScript: tensors alone compute nothing");
  const bool own = r.layout.empty() ? format == "safetensors" : r.layout == "fedfr";
  if (!own) {
    const auto plain = nn::plain_layout(model);
    write_tensors(r, format, plain);
    const std::size_t left = model.file.tensors.size() - plain.tensors.size();
    return fmt::format("{} tensors by the names of arcface_torch and the released FedFR program{}",
                       plain.tensors.size(),
                       left == 0 ? "" : fmt::format("; left: {} beside the backbone", left));
  }
  if (!r.dfc.empty()) {
    const auto branch = branch_for(r, model);
    model.file.tensors.insert(model.file.tensors.end(), branch->tensors.begin(), branch->tensors.end());
  }
  write_tensors(r, format, model.file);
  return fmt::format("{} tensors by fedfr's names", model.file.tensors.size());
}

}  // namespace

int run_convert(std::span<const std::string> args) {
  Request r;
  if (!parse(args, describe(r), {"in", "out"}, about)) return 0;
  check(r);
  const std::string format = format_of(r);
  const bool is_program = format == "onnx" || format == "torchscript";
  nn::Weights weights = nn::read_weights(r.in);
  const nn::Wanted wanted{.backbone = r.backbone, .height = r.height, .width_pixels = r.width};
  const bool known =
      nn::is_model(weights.content.metadata) || !nn::recognise(weights.content, wanted).empty();
  std::string note;
  // Files for other programs may be asked for by a network of others too, as long as it is only tensors.
  if (r.layout == "as-is" || (!known && r.layout.empty() && r.backbone.empty() && !is_program)) {
    if (is_program) throw UsageError("--layout as-is is for tensors: {} needs a network", format);
    write_tensors(r, format, weights.content);
    note = fmt::format("{} tensors from {}, as they are", weights.content.tensors.size(), weights.format);
  } else {
    nn::ModelFile model = nn::model_of(std::move(weights), r.in, wanted);
    const std::string taken = model.note();
    note = fmt::format("{}\n{}: {}", taken, r.out, write_model(r, format, std::move(model)));
  }
  const std::string said = fmt::format("{}: {}", r.in, note);
  is_standard_output(r.out) ? complain(said) : fmt::print("{}\n", said);
  return 0;
}

}  // namespace fedfr::tool
