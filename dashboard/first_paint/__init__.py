"""What the page's scripts would paint first, written by the server. Pure.

Each module says in Python what a script of the same subject says in the browser, word for word:
`tests/page/first_paint_cases.json` holds for both.
"""
