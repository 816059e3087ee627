"""Resident memory of processes."""

import psutil

MB = 1_000_000


def rss_mb(process_id: int) -> float:
    """Resident memory of one process, in MB of 10^6 bytes."""
    return float(psutil.Process(process_id).memory_info().rss) / MB


def descendants_rss_mb(process_id: int) -> float:
    """Resident memory of everything a process started, itself left out, in MB of 10^6 bytes."""
    total = 0
    for child in psutil.Process(process_id).children(recursive=True):
        try:
            total += child.memory_info().rss
        except psutil.NoSuchProcess:  # it ended between the listing and the asking
            continue
    return total / MB


def stop_tree(process_id: int, patience_s: float = 10.0) -> None:
    """Ask a process and all it started to end, and kill what has not after `patience_s`."""
    try:
        root = psutil.Process(process_id)
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for member in tree:
        if member.is_running():
            member.terminate()
    _, alive = psutil.wait_procs(tree, timeout=patience_s)
    for member in alive:
        member.kill()
