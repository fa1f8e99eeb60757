// Price files: any text is either a price book or a list of mistakes, each with a line and a text.
#include "fuzz/fuzz.hpp"
#include "pricing/price_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stint;
  const auto parsed = parse_price_file(std::string(fuzz::text_of(data, size)));
  if (const auto* mistakes = std::get_if<std::vector<config_mistake>>(&parsed)) {
    fuzz::require(!mistakes->empty(), "a refused price file says why");
    for (const auto& mistake : *mistakes) {
      fuzz::require(!mistake.message.empty() && mistake.line >= 0,
                    "a mistake has a text and a place");
    }
  }
  return 0;
}
