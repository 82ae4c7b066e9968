"""The verbs of the library as functions, on one studio a process whose parts are loaded once; `close` frees them.

>>> first = clipgen.classify("a.jpg", ["cat", "dog"])     # loads the CLIP model
>>> second = clipgen.classify("b.jpg", ["cat", "dog"])    # uses it again
>>> clipgen.close()
"""
