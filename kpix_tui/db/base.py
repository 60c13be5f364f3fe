"""The declarative base: schema, constraint names and the columns that every tenant table has."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from sqlalchemy import MetaData, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Tenant = Annotated[UUID, mapped_column(Uuid, primary_key=True)]
"""``organization_id``: the first column of every primary key."""
Key = Annotated[UUID, mapped_column(Uuid, primary_key=True)]
String = Annotated[str, mapped_column(Text)]


class Base(DeclarativeBase):
    """The base of every mapping."""

    metadata = MetaData(schema="kpix", naming_convention=NAMING)
