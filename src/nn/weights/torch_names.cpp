#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "torch_pickle.hpp"

// The names that a file of weights may use. Nothing is ever called by them; what is not among them is
// refused, so that a file that was made to do something says what when it is read. Those of tensors:
// torch/_utils.py and torch/_tensor.py of PyTorch 2.
namespace fedfr::nn {

namespace {

constexpr std::array names = {
    // Tensors and what describes them.
    "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3",
    "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
    "torch._tensor._rebuild_from_type_v2", "torch._utils._rebuild_sparse_tensor",
    "torch._utils._rebuild_qtensor", "torch._utils._rebuild_meta_tensor_no_storage",
    "torch._utils._rebuild_device_tensor_from_numpy", "torch.Tensor", "torch.nn.parameter.Parameter",
    "torch.nn.parameter.Buffer", "torch.Size", "torch.device", "torch.serialization._get_layout",
    // Numbers and arrays of NumPy.
    "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct", "numpy.core.numeric._frombuffer",
    "numpy._core.numeric._frombuffer", "numpy.dtype", "numpy.ndarray",
    // What training programs keep beside the weights: settings, counters, dates.
    "argparse.Namespace", "easydict.EasyDict", "collections.Counter", "types.SimpleNamespace", "pathlib.Path",
    "pathlib.PosixPath", "pathlib.PurePosixPath", "pathlib.WindowsPath", "datetime.datetime", "datetime.date",
    "datetime.timedelta", "copyreg._reconstructor", "copy_reg._reconstructor"};

// Classes of Python itself that are data.
constexpr std::array plain = {"set",  "frozenset", "complex", "dict", "list",   "tuple", "int",  "float",
                              "long", "str",       "unicode", "bool", "object", "slice", "range"};

constexpr std::array dtypes = {"float32",
                               "float",
                               "float64",
                               "double",
                               "float16",
                               "half",
                               "bfloat16",
                               "int64",
                               "long",
                               "int32",
                               "int",
                               "int16",
                               "short",
                               "int8",
                               "uint8",
                               "bool",
                               "complex64",
                               "complex128",
                               "strided",
                               "sparse_coo",
                               "per_tensor_affine",
                               "per_channel_affine"};

// Whole families: settings of the training frameworks whose files people have, and NumPy's types.
constexpr std::array families = {"numpy.dtypes.", "omegaconf.", "pytorch_lightning.", "lightning.pytorch.",
                                 "lightning_fabric."};

template <class Names>
bool contains(const Names& known, std::string_view name) {
  return std::ranges::find(known, name) != std::end(known);
}

bool is_storage(std::string_view name) {
  return name.ends_with("Storage") &&
         std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0; });
}

/// Without the module, if it is that.
std::optional<std::string_view> in_module(std::string_view name, std::string_view module) {
  if (!name.starts_with(module)) return std::nullopt;
  return name.substr(module.size());
}

}  // namespace

bool is_torch_data(std::string_view name) {
  if (contains(names, name)) return true;
  for (const auto* module : {"builtins.", "__builtin__."})
    if (const auto own = in_module(name, module)) return contains(plain, *own);
  for (const auto* module : {"torch.cuda.", "torch.storage.", "torch."})
    if (const auto own = in_module(name, module); own && (is_storage(*own) || contains(dtypes, *own)))
      return true;
  return std::ranges::any_of(families, [&](const char* family) { return name.starts_with(family); });
}

}  // namespace fedfr::nn
