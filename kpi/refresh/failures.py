"""What goes wrong while a file is fetched, said without a word of the address: it may hold what must not be seen."""

from __future__ import annotations

import http.client
import ssl

from kpi.errors import EngineError, FileError
from kpi.settings import RefreshSettings


def disk_failed(error: OSError) -> EngineError:
    """What was fetched could not be kept."""
    return EngineError(
        "disk_failed",
        f"The data could not be written: {error.strerror}.",
        remedy="Free some disk space, or choose another home.",
        found=error.strerror,
    )


def too_large(settings: RefreshSettings) -> FileError:
    """More came than the settings allow."""
    megabytes = settings.max_bytes / 2**20
    return FileError(
        "source_too_large",
        f"The source holds more than the {megabytes:,.0f} MB that one fetch may bring.",
        remedy="Fetch less of it, or raise refresh_max_mb in the settings.",
        found=f"{megabytes:,.0f} MB",
    )


def refused(status: int) -> FileError:
    """The other side answered, but not with a file."""
    if status in (401, 403, 407):
        return FileError(
            "source_refused",
            f"The other side refuses to hand out the file (status {status}).",
            remedy="Check the secret of this source; a token may have expired.",
            found=str(status),
        )
    return FileError(
        "source_status",
        f"The other side answered with status {status} in place of a file.",
        remedy="Check the address; if it is right, try again later.",
        found=str(status),
    )


def is_a_page() -> FileError:
    """The other side showed a page in place of the file."""
    return FileError(
        "source_is_a_page",
        "The other side sent a web page in place of a file; the link may have expired or need a sign-in.",
        remedy="Open the address in a private browser window; it must download a file at once.",
    )


def cut_short() -> FileError:
    """Half of the file is missing."""
    return FileError(
        "source_cut_short",
        "The connection ended before the whole file had come.",
        remedy="Try again later.",
    )


def failed(error: Exception) -> FileError:
    """Why the exchange failed. Only the kind of the error is told: its text may hold parts of the address."""
    if isinstance(error, http.client.IncompleteRead):
        return cut_short()
    if isinstance(error, ssl.SSLCertVerificationError):
        return FileError(
            "certificate_refused",
            f"The other side's certificate is not trusted: {error.verify_message}.",
            remedy="Check the address; a certificate of your own company can be named in SSL_CERT_FILE.",
            found=error.verify_message,
        )
    if isinstance(error, http.client.HTTPException | ValueError):
        return FileError(
            "source_garbled",
            "The other side did not answer as a web server does.",
            remedy="Check the address.",
            found=type(error).__name__,
        )
    found = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return FileError(
        "source_unreachable",
        f"The other side cannot be reached: {found}.",
        remedy="Check the address and the connection of this machine, or try again later.",
        found=found,
    )
