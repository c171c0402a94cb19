"""Page 5: the kept clips, checked and handed on."""
