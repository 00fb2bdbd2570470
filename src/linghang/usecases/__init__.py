"""One function per thing a user does: the only thing that the faces call."""
