"""What changes plans: one file an operation, this page their contents."""

from stillage.planning.operations.accept import AcceptedLine, accept
from stillage.planning.operations.ask_run import ask_nightly_run, ask_run
from stillage.planning.operations.assess_expiry import assess_expiry
from stillage.planning.operations.plan_now import plan_now
from stillage.planning.operations.plan_warehouse import plan_warehouse
from stillage.planning.operations.propose import propose, propose_all, work_out
from stillage.planning.operations.refuse import refuse
from stillage.planning.operations.reopen import reopen

__all__ = [
    "AcceptedLine",
    "accept",
    "ask_nightly_run",
    "ask_run",
    "assess_expiry",
    "plan_now",
    "plan_warehouse",
    "propose",
    "propose_all",
    "refuse",
    "reopen",
    "work_out",
]
