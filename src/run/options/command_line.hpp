#pragma once
#include <boost/program_options.hpp>
#include <string>

namespace fedfr::run {

/// The options of one section of the table, or of all sections for "", as Boost knows them.
boost::program_options::options_description described(const std::string& section);

}  // namespace fedfr::run
