"""What holds the four packages to their promises; never part of what is delivered."""
