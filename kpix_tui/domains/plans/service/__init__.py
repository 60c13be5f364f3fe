"""Action plans: the use cases, by what they do."""

from kpix_tui.domains.plans.service.moving import move_plan as move_plan
from kpix_tui.domains.plans.service.moving import set_progress as set_progress
from kpix_tui.domains.plans.service.reading import BOARD_ROWS as BOARD_ROWS
from kpix_tui.domains.plans.service.reading import find_plan as find_plan
from kpix_tui.domains.plans.service.reading import get_plan as get_plan
from kpix_tui.domains.plans.service.reading import judge_plan as judge_plan
from kpix_tui.domains.plans.service.reading import list_plans as list_plans
from kpix_tui.domains.plans.service.reading import plan_board as plan_board
from kpix_tui.domains.plans.service.reading import plan_history as plan_history
from kpix_tui.domains.plans.service.reading import show_plan as show_plan
from kpix_tui.domains.plans.service.several import assign_plans as assign_plans
from kpix_tui.domains.plans.service.several import postpone_plans as postpone_plans
from kpix_tui.domains.plans.service.writing import create_plan as create_plan
from kpix_tui.domains.plans.service.writing import delete_plan as delete_plan
from kpix_tui.domains.plans.service.writing import update_plan as update_plan
