"""The one error family of this package: every message is a sentence for the person who asked."""


class ComposerError(Exception):
    """Something went wrong on our side; the message says what and, where possible, what to do."""


class BadInputError(ComposerError):
    """The person who asked can mend this; the message says what is wrong and what to do."""


class InvalidMidiError(BadInputError):
    """A MIDI file that cannot be used, with the reason in words."""


class MissingToolError(ComposerError):
    """A system package is absent; the message holds the command that installs it."""


class RenderError(ComposerError):
    """Audio or a picture could not be made, or came out wrong."""


class CheckpointError(ComposerError):
    """A checkpoint is absent, damaged, or does not fit this code."""
