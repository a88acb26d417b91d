#pragma once
#include <string>

/// How threads of OpenMP wait for one another. LibTorch lets all threads of a rank meet after every
/// operation. Who comes first looks again and again whether the others have come ("spins"), by default for
/// several milliseconds. On processors that nobody else uses that is the fastest way. Where the processors
/// are shared with other programs, with other ranks, or cut off by a quota, the thread that is waited for has
/// no processor, and those that spin take its turn: two threads are then many times slower than one. So they
/// may spin no longer than it takes to fall asleep and be woken; then at most half of the time is lost,
/// whatever the others do. Source of that bound: Karlin, Li, Manasse, Owicki, "Empirical studies of
/// competitive spinning for a shared-memory multiprocessor", SOSP 1991.
namespace fedfr {

/// Sets the variables for it, unless the user has said how threads shall wait. OpenMP's libraries read them
/// when they are loaded: only a program that is started from now on obeys.
/// @returns whether anything was set
bool limit_spinning();

/// What this process's threads do, by the variables: "spin briefly, then sleep (GOMP_SPINCOUNT=1000)".
std::string describe_spinning();

}  // namespace fedfr
