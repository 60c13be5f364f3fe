"""Text that people may type and that a terminal interface must survive."""

HOSTILE = (
    "[/foo]",
    "[bold]not bold[/bold] [@click=app.quit]x[/]",
    "\\[red] {placeholder} %s",
    "\u202eright to left\u2066",
    "\x1b[31mescape\x1b[0m\x07\x08",
    "two\nlines\tand a tab",
    "漢字カナ 한글 e\u0301 👩‍👩‍👧‍👦",
    "$accent on $error",
    "]" * 30 + "[" * 30,
)
