"""Jobs of the outbox. The rows are the truth: a job that is lost is made up for within a minute."""

from celery import shared_task

from earlyhelp.outbox import actions, relay


@shared_task(name="outbox.relay")
def relay_messages() -> int:
    """Hand over what is due. Started after each commit that wrote a message, and each minute."""
    return relay.send_due()


@shared_task(name="outbox.forget_old_messages")
def forget_old_messages() -> int:
    """Delete messages that came to an end more than a year ago."""
    return actions.forget_old_messages()
