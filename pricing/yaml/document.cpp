// Tested by tests/pricing/yaml/document_test.cpp; fuzzed by tests/fuzz/prices_fuzz.cpp and
// config_fuzz.cpp.
#include "pricing/yaml/document.hpp"

#include <exception>
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

void read_yaml_file(const std::string& text, mistake_list& mistakes,
                    const std::function<void(const yaml_document&)>& read) {
  try {
    const yaml_document document = read_yaml_document(text);
    if (document.second_line) {
      mistakes.add(*document.second_line,
                   "the file: a second document; delete the line ---, or the stray comma");
    } else {
      read(document);
    }
  } catch (const YAML::Exception& error) {
    const int line = error.mark.is_null() ? 0 : error.mark.line + 1;
    mistakes.add(line, "the file: not valid YAML here: " + error.msg);
  } catch (const std::exception& error) {  // of the standard library's, from inside yaml-cpp
    mistakes.add(0, std::string("the file: could not be read as YAML: ") + error.what());
  }
}

}  // namespace stint
