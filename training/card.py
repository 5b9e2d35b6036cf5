def write(m): return "card"
