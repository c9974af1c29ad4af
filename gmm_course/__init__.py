"""What the chapters show besides the library: explorers to drag, exercises with their checks, tools for a class.

explorers    one a chapter: a picture that follows the hand
exercises    what a check knows of each exercise
classroom    is this laptop ready (`doctor`), the students' edition (`student`), marking (`mark`)
"""
