"""How good recognisers are, under which conditions, and the weights of the search chosen by it."""
