#include "kernels.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/randn.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <string_view>

#include "measure.hpp"

// Notes kernels through LibTorch's own observer (at::RecordFunction), which sees every operator with its
// arguments as it is called, and calls them again through the dispatcher with the same arguments. What is
// between them in the real work (other operators, autograd, the loader) is thus left out of the bound, and
// nothing had to be rebuilt for it.
namespace fedfr::bench {

namespace {

/// Where all convolutions and matrix products come by, after autocast has chosen their precision; none of
/// them calls another.
constexpr std::array<std::string_view, 6> kernel_names = {"aten::convolution", "aten::convolution_backward",
                                                          "aten::addmm",       "aten::mm",
                                                          "aten::bmm",         "aten::mkldnn_linear"};

struct Noted {
  c10::OperatorName name;
  std::vector<c10::IValue> arguments;
};
// A callback of LibTorch is a bare function, so that what it writes to is global; on a GPU the backward pass
// runs on a thread of its own, hence the lock and a global callback instead of a thread's.
std::mutex notes_mutex;
std::vector<Noted>* notes = nullptr;

std::unique_ptr<at::ObserverContext> note(const at::RecordFunction& function) {
  const auto name = function.operator_name();
  if (!name || std::ranges::find(kernel_names, name->name) == kernel_names.end()) return nullptr;
  const std::scoped_lock lock(notes_mutex);
  notes->push_back({*name, std::vector<c10::IValue>(function.inputs().begin(), function.inputs().end())});
  return nullptr;
}

double numel(const c10::IValue& tensor) { return static_cast<double>(tensor.toTensor().numel()); }

/// Each value of a convolution's output is a sum over one filter.
double filter(const c10::IValue& weight) {
  return numel(weight) / static_cast<double>(weight.toTensor().size(0));
}

double operations_of(const std::string& name, const torch::jit::Stack& in, const torch::jit::Stack& out) {
  if (name == "aten::convolution") return 2 * numel(out[0]) * filter(in[1]);
  if (name == "aten::convolution_backward") {
    // Whether the gradients of input and weight are wanted; each costs as much as the forward pass.
    const auto wanted = in.back().toBoolList();
    return 2 * numel(in[0]) * filter(in[2]) * (int{wanted[0]} + int{wanted[1]});
  }
  if (name == "aten::addmm") return 2 * numel(in[1]) * static_cast<double>(in[2].toTensor().size(-1));
  if (name == "aten::mkldnn_linear") return 2 * numel(in[0]) * static_cast<double>(in[1].toTensor().size(0));
  return 2 * numel(in[0]) * static_cast<double>(in[1].toTensor().size(-1));
}

}  // namespace

Kernels::Kernels(at::Device device, const std::function<void()>& work) : device_(device) {
  std::vector<Noted> noted;
  notes = &noted;
  const auto handle = at::addGlobalCallback(
      at::RecordFunctionCallback(note).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
  work();
  at::removeCallback(handle);
  notes = nullptr;
  for (auto& [name, arguments] : noted)
    calls_.push_back(
        {c10::Dispatcher::singleton().findSchemaOrThrow(name.name.c_str(), name.overload_name.c_str()),
         std::move(arguments)});
}

void Kernels::repeat() const {
  const at::NoGradGuard no_grad;
  for (const auto& [kernel, arguments] : calls_) {
    // callBoxed takes the arguments off the stack, and these are wanted again.
    torch::jit::Stack stack = arguments;
    kernel.callBoxed(stack);
  }
  finish_work(device_);
}

double Kernels::operations() const {
  const at::NoGradGuard no_grad;
  double sum = 0;
  for (const auto& [kernel, arguments] : calls_) {
    torch::jit::Stack stack = arguments;
    kernel.callBoxed(stack);
    sum += operations_of(kernel.operator_name().name, arguments, stack);
  }
  return sum;
}

void finish_work(at::Device device) {
  if (device.is_cuda()) at::detail::getCUDAHooks().deviceSynchronize(device.index());
}

double matrix_product_rate(at::Device device, at::ScalarType precision) {
  // Large enough to keep the device busy, but no larger: a processor without instructions for bfloat16 takes
  // minutes for what others do in milliseconds.
  constexpr std::int64_t smallest = 256;
  constexpr double enough_seconds = 0.05;
  constexpr int runs = 5;
  const std::int64_t largest = device.is_cuda() ? 8192 : 2048;
  for (std::int64_t size = smallest;; size *= 2) {
    const at::Tensor a = at::randn({size, size}).to(device, precision);
    const at::Tensor b = at::randn({size, size}).to(device, precision);
    const double seconds = measure_in_turn(runs, {[&] {
                                             at::mm(a, b);
                                             finish_work(device);
                                           }})[0]
                               .median;
    const auto side = static_cast<double>(size);
    if (seconds >= enough_seconds || size >= largest) return 2 * side * side * side / seconds;
  }
}

}  // namespace fedfr::bench
