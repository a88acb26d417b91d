#pragma once
#include <span>
#include <string>

namespace fedfr::tool {

/// The frame of every serial tool: answers --version, turns what `run` throws into a message and an exit
/// code, and sees to it that what was printed has been written.
/// @param run    takes the words behind the program's name
/// @param parts  what --version tells besides
int run_program(const char* name, int argc, char** argv, int (*run)(std::span<const std::string> words),
                std::string (*parts)() = nullptr);

}  // namespace fedfr::tool
