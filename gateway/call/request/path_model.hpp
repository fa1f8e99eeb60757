// A model that stands in the path of a call whose API has it in the body: Azure's deployments. What is read, counted and
// forwarded is the body, so it is made to name that model, as its servers read it. Pure function.
#pragma once

#include <string>
#include <string_view>

namespace stint {

// A body that names no model, or another one, gets this one; every other byte stays as it is, and so does what is no
// object. With simdjson's padding reserved behind it.
void name_model_of_path(std::string_view model, std::string& body);

}  // namespace stint
