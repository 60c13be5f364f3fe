"""Search: the words of everything that can be found.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# In schema private, and so without policies: under them no index on words would be used (ADR 12).
PRIVATE_TABLES = """
-- What is found together: everything that an organisation shows to all of its members (OPEN), what
-- stands on one dashboard that it does not (DASHBOARD), all of the latter (CLOSED). What there will
-- be ever more of is kept apart by the quarter in which it was made, too. The way is that in which
-- the documents were written.
create table private.search_space (
    number integer generated always as identity constraint pk_search_space primary key,
    organization_id uuid not null,
    kind text not null check (kind in ('OPEN', 'CLOSED', 'DASHBOARD')),
    dashboard_id uuid,
    quarter date,
    way integer not null,
    constraint ck_search_space_dashboard check ((kind = 'DASHBOARD') = (dashboard_id is not null)),
    constraint ck_search_space_quarter check (kind <> 'DASHBOARD' or quarter is null),
    constraint uq_search_space
        unique nulls not distinct (organization_id, kind, dashboard_id, quarter)
);

create table private.search_document (
    organization_id uuid not null,
    kind text not null check (kind in ('DASHBOARD', 'KPI', 'PERSON', 'ACTION', 'COMMENT')),
    id uuid not null,
    dashboard_id uuid,
    kpi_id uuid,
    owner_id uuid,
    changed_at timestamptz not null,
    words tsvector not null,
    constraint pk_search_document primary key (organization_id, kind, id)
);
create index ix_search_document_dashboard
    on private.search_document (organization_id, dashboard_id);
-- Without a list of pending entries, which every search of every organisation would read.
create index ix_search_document_words on private.search_document using gin (words)
    with (fastupdate = off);
"""

PRIVATE_TABLES_BACK = """
drop table private.search_document, private.search_space cascade;
drop function if exists private.search_inserted() cascade;
drop function if exists private.search_updated() cascade;
"""


def upgrade() -> None:
    """Tables only. ``migrations/sql`` has the functions, and writes the words of what is there."""
    op.execute("set local role kpix_auth")
    op.execute(PRIVATE_TABLES)
    op.execute("set local role kpix_owner")


def downgrade() -> None:
    """What is found can be read again where it was read; triggers go with their functions."""
    op.execute("set local role kpix_auth")
    op.execute(PRIVATE_TABLES_BACK)
    op.execute("set local role kpix_owner")
