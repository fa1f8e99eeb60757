// What one run of the parser of config/stint.yaml carries from section to section. Start-up and
// reload only; one thread.
#pragma once

#include <string>

#include "gateway/config/config.hpp"
#include "pricing/yaml/section.hpp"

namespace stint {

struct config_reading {
  config& into;
  const std::string& directory;  // relative file names are taken from here
  mistake_list& mistakes;
};

}  // namespace stint
