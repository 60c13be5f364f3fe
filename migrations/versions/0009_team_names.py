"""The name of a team is unique whatever the case, like that of a role.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The oldest keeps its name, every other one gets the first number that is free. A name has at most
# 200 characters: the number takes the place of the last ones. Triggers ask who changes a team, and
# it is nobody.
APART = """
do $$
declare
    team record;
    ending text;
    free text;
begin
    for team in
        select t.organization_id, t.id, t.name
        from (
            select u.*, row_number() over (
                partition by u.organization_id, lower(u.name) order by u.created_at, u.id) as place
            from kpix.team u
        ) t
        where t.place > 1
        order by t.organization_id, lower(t.name), t.place
    loop
        for number in 2 .. 1000000 loop
            ending := ' (' || number || ')';
            free := left(team.name, 200 - length(ending)) || ending;
            exit when not exists (
                select from kpix.team u
                where u.organization_id = team.organization_id and lower(u.name) = lower(free)
            );
        end loop;
        update kpix.team u set name = free, version = u.version + 1
        where u.organization_id = team.organization_id and u.id = team.id;
    end loop;
end $$;
"""


def upgrade() -> None:
    """Names that differ in case alone are told apart by a number; nothing is lost."""
    op.execute("alter table kpix.team no force row level security")
    op.execute("alter table kpix.team disable trigger user")
    op.execute(APART)
    op.execute("alter table kpix.team enable trigger user")
    op.execute("alter table kpix.team force row level security")
    op.execute("alter table kpix.team drop constraint uq_team_name")
    op.execute("create unique index uq_team_name on kpix.team (organization_id, lower(name))")


def downgrade() -> None:
    """Names that differ in case alone may stand beside each other again."""
    op.execute("drop index kpix.uq_team_name")
    op.execute("alter table kpix.team add constraint uq_team_name unique (organization_id, name)")
