#include "fedfr/nn/kernels/kernel_spans.hpp"

#include <ATen/record_function.h>

#include <algorithm>
#include <array>
#include <memory>

#include "fedfr/core/trace.hpp"

// How long convolutions and matrix products take, by LibTorch's own observer of operators, so that no
// operator has to be wrapped. One that calls another ("linear" calls "addmm") is counted once: the flag of
// the thread tells that an outer one is running.
namespace fedfr::nn {

namespace {

constexpr std::string_view library = "aten::";
constexpr std::array<std::string_view, 9> products{"mm",     "addmm",  "bmm",    "baddbmm",        "mv",
                                                   "matmul", "linear", "einsum", "linear_backward"};

thread_local bool inside_kernel = false;

/// Lives as long as the operator. The name is part of LibTorch's table of operators, which stays.
struct KernelSpan : at::ObserverContext {
  explicit KernelSpan(const char* name) : span(name) { inside_kernel = true; }
  ~KernelSpan() override { inside_kernel = false; }
  KernelSpan(const KernelSpan&) = delete;
  KernelSpan& operator=(const KernelSpan&) = delete;
  Span span;
};

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
  if (inside_kernel || !is_kernel(function.name())) return nullptr;
  return std::make_unique<KernelSpan>(function.name());
}

}  // namespace

bool is_kernel(std::string_view name) {
  if (!name.starts_with(library)) return false;
  name.remove_prefix(library.size());
  if (name.find("conv") != std::string_view::npos) return name.find("convert") == std::string_view::npos;
  return std::ranges::find(products, name) != products.end();
}

KernelSpans::KernelSpans()
    : callback_(
          at::addGlobalCallback(at::RecordFunctionCallback(begin).scopes({at::RecordScope::FUNCTION}))) {}

KernelSpans::~KernelSpans() { at::removeCallback(callback_); }

}  // namespace fedfr::nn
