# Bad input through real sockets. Alone on the machine: it is about deadlines too.
add_end_to_end_test(bad_input LABEL end_to_end TIMEOUT 600)
add_end_to_end_test(descriptors LABEL end_to_end TIMEOUT 120)
add_end_to_end_test(bad_json LABEL end_to_end TIMEOUT 300)
add_end_to_end_test(memory LABEL end_to_end TIMEOUT 300)
add_end_to_end_test(deadlines_and_limits LABEL end_to_end TIMEOUT 300 SERIAL)
