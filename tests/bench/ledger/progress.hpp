// How the ledger's benchmark speaks: progress on standard error, and an end to the run when an
// answer is wrong.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace stint::bench {

inline void say(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
}

inline void require(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "the benchmark's own check failed: %s\n", what.c_str());
  std::exit(1);
}

inline void require_none(const std::vector<std::string>& findings) {
  require(findings.empty(), findings.empty() ? "" : findings.front());
}

}  // namespace stint::bench
