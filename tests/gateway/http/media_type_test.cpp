// Goal: a body that a provider may read in other characters than we do is told from JSON. Method: tables.
#include "gateway/http/media_type.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(media_type)

BOOST_AUTO_TEST_CASE(json_is_known_by_its_type_whatever_the_case) {
  for (const char* type :
       {"application/json", "APPLICATION/Json", "text/json", "application/problem+json",
        " application/json ", "application/json;", "application/json; charset=utf-8",
        "application/json;charset=UTF-8", "application/json; Charset=\"utf-8\"",
        "application/json; charset=utf8", "application/json; charset=us-ascii",
        "application/json; profile=x; charset = utf-8", "application/x-json",
        "application/vnd.api.json", "application/X-JSON; charset=utf-8", "application/geo+json"}) {
    BOOST_TEST((kind_of_media(type) == media_kind::json), type);
  }
}

BOOST_AUTO_TEST_CASE(json_in_other_characters_is_told_apart) {
  for (const char* type :
       {"application/json; charset=utf-7", "application/json;charset=\"UTF-7\"",
        "application/json; charset=iso-8859-1", "application/json; charset=utf-16",
        "application/json; charset=utf-8; charset=utf-7", "application/json; charset=",
        "application/json; CHARSET=ibm037", "text/json; x=y ; charset = utf-7",
        "application/json; charset=utf-8, text/plain", "application/json; charset='utf-8'"}) {
    BOOST_TEST((kind_of_media(type) == media_kind::json_of_other_text), type);
  }
}

BOOST_AUTO_TEST_CASE(what_only_speaks_of_json_is_none) {
  for (const char* type :
       {"", "json", "multipart/form-data", "multipart/form-data; boundary=json", "application/js",
        "application/js0n", "text/plain; x=application/json", "application/jsonp",
        "application/json, text/plain", "application/x-ndjson", "/json", "application/json-seq",
        "x-json", "x.json", "application/x-json5", "application/json+xml"}) {
    BOOST_TEST((kind_of_media(type) == media_kind::other), type);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
