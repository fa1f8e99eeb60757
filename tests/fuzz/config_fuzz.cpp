// Configuration files: any text is either a configuration or a list of mistakes, each of which can
// be shown.
#include "fuzz/fuzz.hpp"
#include "gateway/config/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stint;
  // A directory that does not exist: no text may lead to a file of this machine's.
  const auto parsed =
      parse_config(std::string(fuzz::text_of(data, size)), "stint.yaml", "/nonexistent/stint-fuzz");
  if (const auto* mistakes = std::get_if<std::vector<config_mistake>>(&parsed)) {
    fuzz::require(!mistakes->empty(), "a refused configuration says why");
    for (const auto& mistake : *mistakes) {
      fuzz::require(!mistake.message.empty() && mistake.line >= 0,
                    "a mistake has a text and a place");
      (void)describe("stint.yaml", mistake);
    }
  } else {
    const auto& settings = std::get<config>(parsed);
    (void)warnings_about(settings);
    fuzz::require(settings_needing_restart(settings, settings).empty(),
                  "a configuration does not differ from itself");
  }
  return 0;
}
