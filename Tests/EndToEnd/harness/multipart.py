"""multipart/form-data bodies written by hand, so that order, breaks and mistakes are ours to choose."""

BOUNDARY = "----end-to-end-boundary"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def field(name: str, value: str) -> bytes:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def file(name: str, filename: str, content: bytes, disposition: bytes | None = None) -> bytes:
    named = disposition or f'form-data; name="{name}"; filename="{filename}"'.encode()
    head = b"--" + BOUNDARY.encode() + b"\r\nContent-Disposition: " + named
    return head + b"\r\nContent-Type: video/mp4\r\n\r\n" + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def body(*parts: bytes) -> bytes:
    return b"".join(parts) + END
