# The official SDKs, installed by tests/setup/sdks (which ./check runs first).
add_end_to_end_test(sdk_python LABEL end_to_end TIMEOUT 300
  PYTHON ${PROJECT_SOURCE_DIR}/build/packages/end_to_end/python/venv/bin/python)
add_end_to_end_test(sdk_node LABEL end_to_end TIMEOUT 300)
add_end_to_end_test(tls LABEL end_to_end TIMEOUT 120)
