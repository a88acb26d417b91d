#pragma once
#include <exception>
#include <string>

#include "fedfr/core/error.hpp"

namespace fedfr {

/// How a program ends that an exception has ended.
struct Failure {
  ExitCode code = ExitCode::data;
  std::string text;
};

/// What any exception means for the user. Those of libraries say what they could not do in their own words;
/// about a file or JSON they are errors of data, about memory too: trying it again on another machine, as
/// schedulers do after a failed peer, helps with none of them.
/// @param unknown  the code of an exception that neither fedfr nor a known library has thrown
Failure failure_of(const std::exception& error, ExitCode unknown);

}  // namespace fedfr
