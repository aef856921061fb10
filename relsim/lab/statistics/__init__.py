"""Statistics: paired effects, intervals, sensitivity, goal-seek."""
