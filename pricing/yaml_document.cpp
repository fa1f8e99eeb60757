// Tested by tests/pricing/yaml_document_test.cpp; fuzzed by tests/fuzz/prices_fuzz.cpp and
// config_fuzz.cpp.
#include "pricing/yaml_document.hpp"

#include <sstream>

#include <yaml-cpp/eventhandler.h>

namespace stint {

namespace {

// Remembers where the content of the latest document begins.
class document_start : public YAML::EventHandler {
 public:
  [[nodiscard]] int line() const noexcept { return line_; }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override { is_first_ = true; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { note(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { note(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {
    note(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {
    note(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    note(mark);
  }
  void OnMapEnd() override {}

 private:
  void note(const YAML::Mark& mark) {
    if (is_first_) line_ = mark.line + 1;
    is_first_ = false;
  }

  bool is_first_ = false;
  int line_ = 0;
};

}  // namespace

yaml_document read_yaml_document(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  document_start start;
  yaml_document read;
  if (!parser.HandleNextDocument(start)) return read;
  read.is_empty = false;
  if (parser.HandleNextDocument(start)) {
    read.second_line = start.line();
    return read;
  }
  read.root = YAML::Load(text);
  return read;
}

}  // namespace stint
