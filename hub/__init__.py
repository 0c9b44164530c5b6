"""The Police Cooperation Centre: takes in every node's feed, merges it and feeds alerts back."""
