"""What can go wrong with comments."""

from __future__ import annotations

from kpix_tui.kernel.errors import Conflict, Forbidden, InputInvalid, NotFound, message


class CommentNotFound(NotFound):
    """No comment that the actor may see has this id."""

    code = "comment.not_found"
    message = message("There is no comment {name}.")


class CommentEmpty(InputInvalid):
    """The text is empty."""

    code = "comment.empty"
    message = message("A comment has a text.")


class CommentTooLong(InputInvalid):
    """The text is longer than a comment may be; refused before it travels."""

    code = "comment.too_long"
    message = message("A comment has at most {maximum} characters; this one has {length}.")


class CommentDeleted(Conflict):
    """A deleted comment is neither changed nor deleted again."""

    code = "comment.deleted"
    message = message("This comment was deleted.")


class CommentNotYours(Forbidden):
    """Only its author changes a comment."""

    code = "comment.not_yours"
    message = message("Only {name}, who wrote this comment, can change it.")


class ReplyElsewhere(InputInvalid):
    """A reply stands where the comment stands that it replies to."""

    code = "comment.reply_elsewhere"
    message = message("The comment that this replies to is about something else.")


class MentionAmbiguous(InputInvalid):
    """Several people or teams have the name that is mentioned, and none of them was chosen."""

    code = "comment.mention_ambiguous"
    message = message("Several are called {name}: choose which one you mean.")


class TooManyMentions(InputInvalid):
    """More people and teams are mentioned than a comment may."""

    code = "comment.too_many_mentions"
    message = message("A comment mentions at most {maximum} people and teams.")


class MentionedOutOfSight(InputInvalid):
    """Somebody who is mentioned may not see the KPI, and would not be told."""

    code = "comment.mentioned_out_of_sight"
    message = message(
        "{names} may not see this KPI and would not be told: leave the mention out, share the"
        " dashboard, or send the comment all the same."
    )


class ActionElsewhere(InputInvalid):
    """A comment on an action stands on the KPI that the action is about, and on no value of it."""

    code = "comment.action_elsewhere"
    message = message("This KPI has no such action to comment on.")
