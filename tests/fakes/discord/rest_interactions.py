"""REST: acknowledging interactions, and the messages that their tokens allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.discord import errors, payloads
from tests.fakes.discord.message_rules import FORM, Form
from tests.fakes.discord.model import EPHEMERAL, LOADING, Interaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from aiohttp import web

    from tests.fakes.discord.model import Json, Message
    from tests.fakes.discord.server import FakeDiscord

ACKNOWLEDGE_SECONDS, TOKEN_SECONDS = 3.0, 900.0
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
_COMPONENT, _AUTOCOMPLETE = 3, 4
_MOST_USER_FOLLOWUPS = 5


class InteractionRoutes:
    """The routes under ``/interactions`` and ``/webhooks``."""

    def __init__(self, fake: FakeDiscord) -> None:
        self._fake, self._world = fake, fake.world

    def table(self) -> Iterator[tuple[str, str, Callable[[web.Request], Awaitable[Any]]]]:
        """Method, path and handler of each."""
        yield "POST", "/interactions/{interaction}/{token}/callback", self._acknowledge
        yield "POST", "/webhooks/{application}/{token}", self._follow_up
        for message in ("@original", "{message}"):
            yield "GET", f"/webhooks/{{application}}/{{token}}/messages/{message}", self._get
            yield "PATCH", f"/webhooks/{{application}}/{{token}}/messages/{message}", self._edit
            yield "DELETE", f"/webhooks/{{application}}/{{token}}/messages/{message}", self._delete

    async def _acknowledge(self, request: web.Request) -> Json:
        interaction = self._world.interactions.get(request.match_info["interaction"])
        took = 0.0 if interaction is None else self._world.clock.now() - interaction.created_at
        if interaction is None or interaction.token != request.match_info["token"] or took > ACKNOWLEDGE_SECONDS:
            raise errors.unknown_interaction()
        if interaction.answer is not None:
            raise errors.already_acknowledged()
        form: Form = request[FORM]
        kind = form.payload["type"]
        self._check_kind(interaction, kind)
        self._carry_out(interaction, kind, Form(form.payload.get("data") or {}, form.files))
        interaction.answer, interaction.took = kind, took
        return self._answer(interaction, kind)

    def _check_kind(self, interaction: Interaction, kind: int) -> None:
        is_right = (kind == CHOICES) is (interaction.kind == _AUTOCOMPLETE)
        if kind in (DEFERRED_UPDATE, UPDATE):
            is_right = interaction.kind == _COMPONENT
        if not is_right:
            raise errors.invalid_form(
                where="type", why=f"callback {kind} does not answer an interaction of type {interaction.kind}"
            )

    def _carry_out(self, interaction: Interaction, kind: int, form: Form) -> None:
        if kind == CHOICES:
            interaction.choices = form.payload["choices"]
        elif kind == MODAL:
            interaction.modal = form.payload
        elif kind in (MESSAGE, DEFERRED_MESSAGE):
            message = self._new_message(interaction, form.payload.get("flags", 0) & EPHEMERAL)
            if kind == MESSAGE:
                self._fake.rules.apply(message, form, interaction.file_limit)
            else:
                message.flags |= LOADING
            interaction.original = message
            self._publish(interaction, message)
        else:
            interaction.original = interaction.target
            if kind == UPDATE and interaction.target is not None:
                self._fake.rules.apply(interaction.target, form, interaction.file_limit)
                self._fake.events.republish(interaction.target)

    def _answer(self, interaction: Interaction, kind: int) -> Json:
        answer: Json = {"interaction": {"id": interaction.id, "type": interaction.kind}}
        message = interaction.original
        if message is not None:
            answer["interaction"] |= {
                "response_message_id": message.id,
                "response_message_loading": message.is_loading,
                "response_message_ephemeral": message.is_ephemeral,
            }
            if kind in (MESSAGE, UPDATE):
                answer["resource"] = {"type": kind, "message": payloads.message(message, self._world.bot)}
        return answer

    async def _follow_up(self, request: web.Request) -> Json:
        interaction, form = self._interaction(request), request[FORM]
        original = interaction.original
        if original is not None and original.is_loading and not original.is_deleted:
            # The first followup after a deferral becomes the deferred message.
            return self._change(interaction, original, form)
        interaction.followups += 1
        if interaction.is_user_install and interaction.followups > _MOST_USER_FOLLOWUPS:
            raise errors.ApiError(400, 40094, "This interaction has reached the limit of 5 follow-up messages")
        message = self._new_message(interaction, form.payload.get("flags", 0) & EPHEMERAL)
        self._fake.rules.apply(message, form, interaction.file_limit)
        self._publish(interaction, message)
        return payloads.message(message, self._world.bot)

    async def _get(self, request: web.Request) -> Json:
        return payloads.message(self._message(request), self._world.bot)

    async def _edit(self, request: web.Request) -> Json:
        return self._change(self._interaction(request), self._message(request), request[FORM])

    async def _delete(self, request: web.Request) -> None:
        self._fake.events.remove([self._message(request)])

    def _change(self, interaction: Interaction, message: Message, form: Form) -> Json:
        self._fake.rules.apply(message, form, interaction.file_limit)
        message.flags &= ~LOADING
        self._fake.events.republish(message)
        return payloads.message(message, self._world.bot)

    def _interaction(self, request: web.Request) -> Interaction:
        interaction = self._world.tokens.get(request.match_info["token"])
        if interaction is None or request.match_info["application"] != self._world.bot.id or interaction.answer is None:
            raise errors.unknown_webhook()
        if self._world.clock.now() > interaction.created_at + TOKEN_SECONDS:
            raise errors.expired_token()
        return interaction

    def _message(self, request: web.Request) -> Message:
        interaction = self._interaction(request)
        message_id = request.match_info.get("message")
        known = [*interaction.replies, *([interaction.original] if interaction.original else [])]
        wanted = [m for m in known if (m is interaction.original if message_id is None else m.id == message_id)]
        if not wanted or wanted[0].is_deleted:
            raise errors.unknown_message()
        return wanted[0]

    def _new_message(self, interaction: Interaction, flags: int) -> Message:
        message = self._world.new_message(interaction.channel, self._world.bot)
        message.flags, message.webhook_id = flags, self._world.bot.id
        message.kind = 20 if interaction.kind == 2 else 0
        message.interaction = {
            "id": interaction.id,
            "type": interaction.kind,
            "user": payloads.user(interaction.user),
            "authorizing_integration_owners": {},
        }
        if interaction.target is not None:
            key = "interacted_message_id" if interaction.kind == _COMPONENT else "target_message_id"
            message.interaction[key] = interaction.target.id
        return message

    def _publish(self, interaction: Interaction, message: Message) -> None:
        interaction.replies.append(message)
        self._fake.events.publish(message)
