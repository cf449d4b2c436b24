"""Hosts as a list writes them: for the lint of the starter lists and the importers."""
import ipaddress
import re

LABEL = re.compile(r'[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?')
ADDRESS = re.compile(r'[0-9.]+|.*:.*')


def is_punycode(label):
    """Whether the label that begins with xn-- stands for letters, and is spelt as they are."""
    try:
        return label.encode().decode('idna').encode('idna').decode() == label
    except UnicodeError:
        return False


def is_host(text):
    """A name of two labels and more, international ones in punycode, or a plain address."""
    try:
        return str(ipaddress.ip_address(text)) == text
    except ValueError:
        pass
    labels = text.split('.')
    if len(labels) < 2 or len(text) > 253 or labels[-1].isdigit():
        return False
    return all(LABEL.fullmatch(label) and (not label.startswith('xn--') or is_punycode(label))
               for label in labels)


def parents(host):
    """The domains above it that a list may name, the nearest first; an address has none."""
    if ADDRESS.fullmatch(host):
        return
    labels = host.split('.')
    for i in range(1, len(labels) - 1):
        yield '.'.join(labels[i:])


def touches(host, others):
    """Whether one of the others is the host or stands above it. `others` is a set."""
    return host in others or any(above in others for above in parents(host))


def tidy(hosts):
    """Sorted, each once, without those that another of them covers."""
    hosts = set(hosts)
    return sorted(host for host in hosts if not any(above in hosts for above in parents(host)))
