"""Users, teams and roles of the organisation: the use cases, by what they are about."""

from kpix_tui.domains.people.service.roles import list_roles as list_roles
from kpix_tui.domains.people.service.users import list_users as list_users
from kpix_tui.domains.people.service.users import show_user as show_user
