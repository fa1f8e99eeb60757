# What clients speak: the official SDKs, and each API as bytes on the wire. tests/setup/sdks fetches the pinned packages and is quick
# when they are there.
add_test(NAME sdk_packages COMMAND ${PROJECT_SOURCE_DIR}/tests/setup/sdks)
set_tests_properties(sdk_packages PROPERTIES LABELS end_to_end TIMEOUT 600 FIXTURES_SETUP sdk_packages)
add_end_to_end_test(sdk_python LABEL end_to_end TIMEOUT 300
  PYTHON ${PROJECT_SOURCE_DIR}/build/packages/end_to_end/python/venv/bin/python)
add_end_to_end_test(sdk_google LABEL end_to_end TIMEOUT 300
  PYTHON ${PROJECT_SOURCE_DIR}/build/packages/end_to_end/google/venv/bin/python)
add_end_to_end_test(sdk_node LABEL end_to_end TIMEOUT 300)
add_end_to_end_test(sdk_plain_calls LABEL end_to_end TIMEOUT 300
  PYTHON ${PROJECT_SOURCE_DIR}/build/packages/end_to_end/python/venv/bin/python)
set_tests_properties(sdk_python sdk_plain_calls sdk_google sdk_node PROPERTIES FIXTURES_REQUIRED sdk_packages)
add_end_to_end_test(gemini LABEL end_to_end TIMEOUT 300)
add_end_to_end_test(gemini_oddities LABEL end_to_end TIMEOUT 120)
add_end_to_end_test(responses LABEL end_to_end TIMEOUT 120)
add_end_to_end_test(free_calls LABEL end_to_end TIMEOUT 120)
