// Whether something ends the process, as a broken invariant does (pricing/invariant.hpp). It runs in a child of its own, whose
// message goes nowhere.
#pragma once

#include <csignal>
#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

namespace stint::testing {

template <class Function>
[[nodiscard]] bool aborts(Function&& run) {
  const pid_t child = ::fork();
  if (child < 0) std::abort();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    ::close(STDERR_FILENO);
    run();
    ::_exit(0);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
         WTERMSIG(status) == SIGABRT;
}

}  // namespace stint::testing
