# The official SDKs, and TLS. tests/setup/sdks fetches the pinned packages and is quick when they are there.
add_test(NAME sdk_packages COMMAND ${PROJECT_SOURCE_DIR}/tests/setup/sdks)
set_tests_properties(sdk_packages PROPERTIES LABELS end_to_end TIMEOUT 600 FIXTURES_SETUP sdk_packages)
add_end_to_end_test(sdk_python LABEL end_to_end TIMEOUT 300
  PYTHON ${PROJECT_SOURCE_DIR}/build/packages/end_to_end/python/venv/bin/python)
add_end_to_end_test(sdk_node LABEL end_to_end TIMEOUT 300)
set_tests_properties(sdk_python sdk_node PROPERTIES FIXTURES_REQUIRED sdk_packages)
add_end_to_end_test(tls LABEL end_to_end TIMEOUT 120)
add_end_to_end_test(cheap_admission LABEL end_to_end TIMEOUT 300)
add_end_to_end_test(stream_hold LABEL end_to_end TIMEOUT 300)
add_end_to_end_test(credential LABEL end_to_end TIMEOUT 120)
add_end_to_end_test(caps LABEL end_to_end TIMEOUT 300)
add_end_to_end_test(reload LABEL end_to_end TIMEOUT 300)
add_end_to_end_test(calibration LABEL end_to_end TIMEOUT 300)
