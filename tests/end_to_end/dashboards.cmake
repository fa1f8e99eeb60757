add_end_to_end_test(dashboards LABEL end_to_end TIMEOUT 600)
