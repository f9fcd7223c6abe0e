"""What a Prometheus is given to read us by: rules that record and alert, the scrape job, the addresses of ourselves."""
