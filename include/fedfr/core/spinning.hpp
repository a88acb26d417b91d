#pragma once
#include <string>

/// How threads of OpenMP wait for one another. LibTorch lets all threads of a rank meet after every
/// operation. Who comes first looks again and again whether the others have come ("spins"), by default for
/// several milliseconds. On processors that nobody else uses that is the fastest way, and stays as it is.
/// Where processors are shared with other programs or ranks, or cut off by a quota, the thread that is waited
/// for may have no processor, and those that spin take its turn or use up the quota. There they spin no
/// longer than it takes to fall asleep and be woken: at most half of the time is then lost, whatever the
/// others do. Source of that bound: Karlin, Li, Manasse, Owicki, "Empirical studies of competitive spinning
/// for a shared-memory multiprocessor", SOSP 1991.
namespace fedfr {

/// What tells whether the threads of a process have processors of their own.
struct ProcessorUse {
  int online = 1;          ///< processors of the machine
  int allowed = 1;         ///< processors that this process may run on
  double usable = 1;       ///< the same, or fewer by a quota
  int ranks = 1;           ///< of the job on this machine
  int running_others = 0;  ///< threads of the machine that run or could, without this job's
};

/// As it is now; the launcher (Open MPI) tells the ranks.
ProcessorUse processor_use();

/// Whether there is a quota, more ranks than processors, or so many others that not all have a processor.
bool is_shared(const ProcessorUse& use);

/// Sets the variables for brief spinning where processors are shared now, unless the user has said how
/// threads shall wait. OpenMP's libraries read them when they are loaded: only a program that is started from
/// now on obeys.
/// @returns whether anything was set
bool limit_spinning_if_shared();

/// The same wherever it is.
bool limit_spinning();

/// What this process's threads do, by the variables: "spin briefly, then sleep (GOMP_SPINCOUNT=1000)".
std::string describe_spinning();

}  // namespace fedfr
