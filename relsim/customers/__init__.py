"""The population: columns, draws, network, rules, and the compiled month."""
