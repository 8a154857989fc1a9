"""Nothing lost: backups that can be checked, and the way back from them."""

from stillage.config.keeping.archive import BackupFault, Manifest
from stillage.config.keeping.backup import back_up, check
from stillage.config.keeping.restore import Restored, restore

__all__ = ["BackupFault", "Manifest", "Restored", "back_up", "check", "restore"]
