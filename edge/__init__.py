"""The post: captures checks and answers them from its own lists, with no link needed."""
