"""Mappings of organisations, users, roles and teams."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kpix_tui.db.base import Base, Key, String, Tenant

Instant = DateTime(timezone=True)


class OrganizationModel(Base):
    """A tenant: everything else belongs to one."""

    __tablename__ = "organization"

    organization_id: Mapped[Tenant]
    name: Mapped[String]
    timezone: Mapped[String]
    locale: Mapped[String]
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    version: Mapped[int] = mapped_column(server_default=text("1"))


Index("uq_organization_name", func.lower(OrganizationModel.name), unique=True)


class UserModel(Base):
    """A person who signs in. Rows are made by ``auth.create_user`` alone."""

    __tablename__ = "app_user"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id"], ["kpix.organization.organization_id"], "fk_app_user_organization"
        ),
        ForeignKeyConstraint(
            ["organization_id", "created_by"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_app_user_created_by",
        ),
        UniqueConstraint("organization_id", "email", name="uq_app_user_email"),
        UniqueConstraint("id", name="uq_app_user_id"),
        CheckConstraint("email = lower(email)", "email"),
    )

    organization_id: Mapped[Tenant]
    id: Mapped[Key]
    name: Mapped[String]
    email: Mapped[String]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    locale: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    created_by: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class RoleModel(Base):
    """A named set of permissions, each with a scope."""

    __tablename__ = "role"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id"], ["kpix.organization.organization_id"], "fk_role_organization"
        ),
    )

    organization_id: Mapped[Tenant]
    id: Mapped[Key]
    name: Mapped[String]
    built_in: Mapped[bool] = mapped_column(server_default=text("false"))
    description: Mapped[String] = mapped_column(server_default=text("''"))
    version: Mapped[int] = mapped_column(server_default=text("1"))


Index("uq_role_name", RoleModel.organization_id, func.lower(RoleModel.name), unique=True)


class RolePermissionModel(Base):
    """One cell of the table of rights."""

    __tablename__ = "role_permission"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "role_id"],
            ["kpix.role.organization_id", "kpix.role.id"],
            "fk_role_permission_role",
        ),
    )

    organization_id: Mapped[Tenant]
    role_id: Mapped[Key]
    permission: Mapped[str] = mapped_column(Text, primary_key=True)
    scope: Mapped[String]


class UserRoleModel(Base):
    """A role that a user holds, since when and by whom."""

    __tablename__ = "user_role"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_user_role_user",
        ),
        ForeignKeyConstraint(
            ["organization_id", "role_id"],
            ["kpix.role.organization_id", "kpix.role.id"],
            "fk_user_role_role",
        ),
        ForeignKeyConstraint(
            ["organization_id", "assigned_by"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_user_role_assigned_by",
        ),
        Index("ix_user_role_role", "organization_id", "role_id"),
    )

    organization_id: Mapped[Tenant]
    user_id: Mapped[Key]
    role_id: Mapped[Key]
    assigned_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    assigned_by: Mapped[UUID | None]


class TeamModel(Base):
    """People who answer for the same things."""

    __tablename__ = "team"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id"], ["kpix.organization.organization_id"], "fk_team_organization"
        ),
        UniqueConstraint("id", name="uq_team_id"),
    )

    organization_id: Mapped[Tenant]
    id: Mapped[Key]
    name: Mapped[String]
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    version: Mapped[int] = mapped_column(server_default=text("1"))


Index("uq_team_name", TeamModel.organization_id, func.lower(TeamModel.name), unique=True)


class TeamMemberModel(Base):
    """A user in a team."""

    __tablename__ = "team_member"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "team_id"],
            ["kpix.team.organization_id", "kpix.team.id"],
            "fk_team_member_team",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["kpix.app_user.organization_id", "kpix.app_user.id"],
            "fk_team_member_user",
        ),
        Index("ix_team_member_user", "organization_id", "user_id"),
    )

    organization_id: Mapped[Tenant]
    team_id: Mapped[Key]
    user_id: Mapped[Key]
    is_lead: Mapped[bool] = mapped_column(server_default=text("false"))
    joined_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
