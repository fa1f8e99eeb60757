// The file in which what was learnt of models' tokenizers outlives the process. Replaced as a whole
// (written beside it, synced, renamed), so a crash leaves the old one or the new one. Called at
// start and from the learner's thread; blocks on the disk.
#pragma once

#include <string>

#include "tokenizer/calibration/calibration.hpp"

namespace stint {

inline constexpr std::string_view calibration_file_name = "calibration";

struct loaded_calibration {
  tokenizer::calibration learned;
  std::string warning;  // why the file was not used; "": it was, or there is none
};
// Never fails: what cannot be read is learnt anew.
[[nodiscard]] loaded_calibration load_calibration(const std::string& path);

// "" or why it could not be written; the old file stays then.
[[nodiscard]] std::string save_calibration(const std::string& path,
                                           const tokenizer::calibration& learned);

}  // namespace stint
