// A stint command run in this process, and what it printed. One thread: it borrows the streams.
#pragma once

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "gateway/cli/commands.hpp"

namespace stint {

struct ended {
  int status = -1;
  std::string out;
  std::string err;
};

[[nodiscard]] inline ended run_captured(const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  auto* const old_out = std::cout.rdbuf(out.rdbuf());
  auto* const old_err = std::cerr.rdbuf(err.rdbuf());
  ended end;
  end.status = run_stint(words);
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  end.out = out.str();
  end.err = err.str();
  return end;
}

}  // namespace stint
