"""E-mail over SMTP, to the server that the settings name."""

import smtplib
import ssl
from email.message import EmailMessage

from services.ports.mail import MailError
from services.runtime.settings import Settings

_SECONDS = 10.0
_FINAL = range(500, 600)


class SmtpMailer:
    """The `Mailer` port. The operator chose the server, so its address is not checked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def sender(self) -> str | None:
        """The address that mails come from; none when no server is set."""
        return self._settings.mail_from if self._settings.smtp_host else None

    def send(self, message: EmailMessage) -> None:
        """Hand over one message. Raises MailError."""
        try:
            with self._connected() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise MailError(_told(code, text), final=code in _FINAL) from error
        except smtplib.SMTPAuthenticationError as error:
            told = _told(error.smtp_code, error.smtp_error)
            raise MailError(f"the server refused user or password: {told}", away=True) from error
        except smtplib.SMTPSenderRefused as error:
            # Size or the sender: the sender is the operator's to mend, for everybody.
            told = _told(error.smtp_code, error.smtp_error)
            raise MailError(f"the server refused the sender: {told}", away=True) from error
        except smtplib.SMTPDataError as error:
            told = _told(error.smtp_code, error.smtp_error)
            raise MailError(told, final=error.smtp_code in _FINAL) from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailError(f"{type(error).__name__}: {error}"[:300], away=True) from error

    def _connected(self) -> smtplib.SMTP:
        """A server that is ready for a message. Raises what smtplib does; leaves no connection then."""
        settings = self._settings
        host, port = settings.smtp_host or "", settings.smtp_port
        tls = ssl.create_default_context(cafile=settings.smtp_ca_file)
        if settings.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=tls)
        else:
            server = smtplib.SMTP(host, port, timeout=_SECONDS)
        try:
            if settings.smtp_security == "starttls":
                server.starttls(context=tls)
            if settings.smtp_user and settings.smtp_password:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        except BaseException:
            server.close()
            raise
        return server


def _told(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())}"[:300]
