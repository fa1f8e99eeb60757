add_end_to_end_test(alerting LABEL end_to_end TIMEOUT 600)
