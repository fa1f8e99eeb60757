// Tested by tests/gateway/learning/prompt_learner_test.cpp.
#include "gateway/learning/calibration_file.hpp"

#include "gateway/learning/kept_file.hpp"

namespace stint {
namespace {

// 64 models of 256 observations are below a megabyte.
constexpr std::uintmax_t calibration_bytes_max = 16U << 20;

}  // namespace

loaded_calibration load_calibration(const std::string& path) {
  loaded_calibration out;
  const kept_bytes kept = read_kept_file(path, calibration_bytes_max);
  if (kept.missing) return out;
  out.warning = kept.failed;
  if (kept.failed.empty()) {
    auto read = tokenizer::calibration::decode(kept.bytes);
    if (auto* const learned = std::get_if<tokenizer::calibration>(&read)) {
      out.learned = std::move(*learned);
    } else {
      out.warning = std::get<std::string>(read);
    }
  }
  if (!out.warning.empty()) {
    out.warning = path + ": " + out.warning +
                  "; what was learnt of models' token counts is forgotten and learnt anew";
  }
  return out;
}

std::string save_calibration(const std::string& path, const tokenizer::calibration& learned) {
  return replace_kept_file(path, learned.encode());
}

}  // namespace stint
