// The lists that are understood; each throws YAML::Exception where the text is not of its form. Facts of the
// forms: each provider's own schema, as named in the .cpp.
#pragma once

#include <yaml-cpp/yaml.h>

#include "pricing/import/imported.hpp"

namespace stint {

// model_prices_and_context_window.json.
void read_litellm(const YAML::Node& root, imported_prices& into);
// models.dev/api.json.
void read_models_dev(const YAML::Node& root, imported_prices& into);
// pydantic/genai-prices, data.json of its second feed.
void read_genai_prices(const YAML::Node& root, imported_prices& into);

}  // namespace stint
