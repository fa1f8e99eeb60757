# Everything that can end in the middle: the process, the provider, the client.
add_end_to_end_test(kill LABEL faults TIMEOUT 600 SERIAL)
add_end_to_end_test(upstream_fault LABEL faults TIMEOUT 600)
add_end_to_end_test(content_coding LABEL faults TIMEOUT 300)
add_end_to_end_test(disconnect LABEL faults TIMEOUT 300)
add_end_to_end_test(disk_full LABEL faults TIMEOUT 180)
add_end_to_end_test(backup LABEL faults TIMEOUT 120)
add_end_to_end_test(exits LABEL faults TIMEOUT 300)
add_end_to_end_test(unknown_ends LABEL faults TIMEOUT 300)
