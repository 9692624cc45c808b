"""Slack: slash commands, mentions, a shortcut, files, buttons and reactions, through slack_bolt in Socket Mode."""

from bot.platforms.slack.platform import SlackPlatform

__all__ = ["SlackPlatform"]
