"""The pictures of the chapters, a module a chapter: each function draws what a cell has computed, and returns it with
its text. What an idea needs stands in the notebook; here stand axes, colours and labels."""
