"""Where finished text can go besides the screen: the clipboard, and the window that has the keyboard."""
