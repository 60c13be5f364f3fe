-- role: kpix_owner
-- Row-level security: what PostgreSQL lets the principal see and change. Policies name no role
-- (DROP OWNED BY would remove those that do) and call functions in a scalar subquery only
-- (unwrapped they run once a row). A right is compared with the row's organisation and is no bare
-- yes: the subqueries run at different times, and between two of them somebody with two logins can
-- present the other one.
do $$
declare
    target name;
    p record;
begin
    for target in
        select relname from pg_class
        where relnamespace = 'kpix'::regnamespace and relkind = 'r' and relname <> 'alembic_version'
    loop
        execute format('alter table kpix.%I enable row level security', target);
        execute format('alter table kpix.%I force row level security', target);
        for p in select policyname from pg_policies where schemaname = 'kpix' and tablename = target loop
            execute format('drop policy %I on kpix.%I', p.policyname, target);
        end loop;
    end loop;
end $$;

-- Names of people, teams and roles are open to the organisation's members; who holds which role is
-- not.
create policy see on kpix.organization for select using (organization_id = (select auth.org()));
create policy see on kpix.app_user for select using (organization_id = (select auth.org()));
create policy see on kpix.role for select using (organization_id = (select auth.org()));
create policy see on kpix.role_permission for select using (organization_id = (select auth.org()));
create policy see on kpix.user_role for select using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth' or user_id = (select auth.user_id())
        or organization_id = (select auth.org_with('user:read')))
);
create policy see on kpix.team for select using (organization_id = (select auth.org()));
create policy see on kpix.team_member for select using (organization_id = (select auth.org()));
create policy see on kpix.audit_log for select
    using (organization_id = (select auth.org())
        and organization_id = (select auth.org_with('audit:read')));

-- Definer functions and triggers write these, and they alone; each asks for its permission itself.
create policy internal on kpix.organization
    using (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy internal on kpix.app_user
    using (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy internal on kpix.role
    using (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy internal on kpix.role_permission
    using (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy internal on kpix.user_role
    using (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy made on kpix.kpi_value_revision for insert
    with check (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy made on kpix.audit_log for insert
    with check (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');

create policy make on kpix.team for insert
    with check (
        organization_id = (select auth.org()) and organization_id = (select auth.org_with('team:create')));
create policy change on kpix.team for update
    using (
        organization_id = (select auth.org()) and organization_id = (select auth.org_with('team:update')));
create policy remove on kpix.team for delete
    using (
        organization_id = (select auth.org()) and organization_id = (select auth.org_with('team:delete')));

-- Who leads a team takes members in and lets them go; who leads it is decided above them.
create policy make on kpix.team_member for insert with check (
    organization_id = (select auth.org())
    and (organization_id = (select auth.org_with('team:update'))
        or not is_lead and team_id in (select auth.managed_teams()))
);
create policy change on kpix.team_member for update
    using (
        organization_id = (select auth.org()) and organization_id = (select auth.org_with('team:update')));
create policy remove on kpix.team_member for delete using (
    organization_id = (select auth.org())
    and (organization_id = (select auth.org_with('team:update'))
        or not is_lead and team_id in (select auth.managed_teams()))
);

-- Below, what depends on sight. kpix_auth comes first: its functions decide the sight, and would
-- otherwise ask themselves.
create policy see on kpix.dashboard for select using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or case array_position((select auth.reach('dashboard:read')), organization_id)
            when 1 then true
            when 2 then visibility = 'ORGANIZATION'
        end
        or visibility <> 'PRIVATE' and owner_id in (select auth.owners('dashboard:read'))
        or id in (select auth.near_dashboards()))
);
create policy make on kpix.dashboard for insert with check (
    organization_id = (select auth.org())
    and (organization_id = (select auth.org_with('dashboard:create'))
        or owner_id in (select auth.owners('dashboard:create')))
);
create policy change on kpix.dashboard for update using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or id in (select auth.dashboards('dashboard:update'))
            and (archived_at is null or id in (select auth.dashboards('dashboard:delete'))))
);

create policy see on kpix.dashboard_share for select using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or organization_id = (select auth.org_unlimited('dashboard:read'))
        or dashboard_id in (select auth.dashboards('dashboard:read')))
);
create policy make on kpix.dashboard_share for insert with check (
    organization_id = (select auth.org())
    and shared_by = (select auth.user_id()) and dashboard_id in (select auth.dashboards('dashboard:assign'))
    and coalesce(expires_at, 'infinity') <= (select auth.shares_until(dashboard_id))
);
create policy change on kpix.dashboard_share for update
using (organization_id = (select auth.org()) and dashboard_id in (select auth.dashboards('dashboard:assign')))
with check (
    organization_id = (select auth.org())
    and shared_by = (select auth.user_id()) and dashboard_id in (select auth.dashboards('dashboard:assign'))
    and coalesce(expires_at, 'infinity') <= (select auth.shares_until(dashboard_id))
);
create policy remove on kpix.dashboard_share for delete using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth' or dashboard_id in (select auth.dashboards('dashboard:assign')))
);

create policy see on kpix.kpi for select using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or case array_position((select auth.reach('kpi:read')), organization_id)
            when 1 then true
            when 2 then exists (
                select from kpix.dashboard d where d.organization_id = kpi.organization_id and d.id = dashboard_id
                offset 0)
            else id in (select auth.kpis('kpi:read'))
        end)
);
create policy make on kpix.kpi for insert with check (
    organization_id = (select auth.org())
    and dashboard_id in (select auth.dashboards('kpi:create'))
    and dashboard_id in (select auth.dashboards('kpi:update')) -- it is made with its thresholds
    and (organization_id = (select auth.org_with('kpi:create'))
        or owner_id in (select auth.owners('kpi:create')))
    and (organization_id = (select auth.org_with('kpi:update'))
        or owner_id in (select auth.owners('kpi:update')))
);
create policy change on kpix.kpi for update using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or id in (select auth.kpis('kpi:update'))
            and (deleted_at is null or id in (select auth.kpis('kpi:delete'))))
);

create policy see on kpix.kpi_threshold for select using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or organization_id = (select auth.org_unlimited('kpi:read'))
        or exists (select from kpix.kpi k where k.organization_id = kpi_threshold.organization_id and k.id = kpi_id
            offset 0))
);
create policy make on kpix.kpi_threshold for insert
    with check (organization_id = (select auth.org()) and kpi_id in (select auth.kpis('kpi:update')));
create policy change on kpix.kpi_threshold for update
    using (organization_id = (select auth.org()) and kpi_id in (select auth.kpis('kpi:update')));

create policy see on kpix.kpi_assignment for select using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or organization_id = (select auth.org_unlimited('kpi:read'))
        or exists (select from kpix.kpi k where k.organization_id = kpi_assignment.organization_id and k.id = kpi_id
            offset 0))
);
create policy make on kpix.kpi_assignment for insert with check (
    organization_id = (select auth.org())
    and assigned_by = (select auth.user_id()) and kpi_id in (select auth.kpis('kpi:update'))
);
create policy remove on kpix.kpi_assignment for delete
    using (organization_id = (select auth.org()) and kpi_id in (select auth.kpis('kpi:update')));

-- A value knows its dashboard, because whatever else tells who may see it costs too much a row. It is
-- seen with its KPI: whoever may read values, and not this KPI, may not read these.
create policy see on kpix.kpi_value for select using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or case array_position((select auth.reach('kpi_value:read', 'kpi:read')), organization_id)
            when 1 then true
            when 2 then exists (
                    select from kpix.dashboard d
                    where d.organization_id = kpi_value.organization_id and d.id = dashboard_id
                )
            else kpi_id in (select auth.kpis('kpi_value:read'))
        end)
);
-- By the KPI itself: the key of a value knows no dashboard, and naming one of one's own would let a
-- conflict tell whether a hidden KPI has a value for the period.
create policy make on kpix.kpi_value for insert with check (
    organization_id = (select auth.org()) and kpi_id in (select auth.kpis('kpi_value:create'))
);
create policy change on kpix.kpi_value for update using (
    organization_id = (select auth.org())
    and (dashboard_id in (select auth.dashboards('kpi_value:update'))
        or kpi_id in (select auth.single_kpis('kpi_value:update')))
    -- A statement that reads no column is asked for no sight.
    and (organization_id = (select auth.org_with('kpi:read'))
        or dashboard_id in (select auth.dashboards('kpi:read'))
        or kpi_id in (select auth.single_kpis('kpi:read')))
);
-- "offset 0" keeps the planner from reading every value to show a few revisions.
create policy see on kpix.kpi_value_revision for select using (
    organization_id = (select auth.org())
    and exists (
        select from kpix.kpi_value v
        where v.organization_id = kpi_value_revision.organization_id and v.kpi_id = kpi_value_revision.kpi_id
            and v.period_start = kpi_value_revision.period_start
        offset 0
    )
);

-- A comment is seen with its KPI, by whoever may read comments there.
create policy see on kpix.comment for select using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or case array_position((select auth.reach('comment:read', 'kpi:read')), organization_id)
            when 1 then true
            when 2 then exists (
                    select from kpix.dashboard d
                    where d.organization_id = comment.organization_id and d.id = dashboard_id
                )
            else kpi_id in (select auth.kpis('comment:read'))
        end)
);
create policy make on kpix.comment for insert with check (
    organization_id = (select auth.org())
    and author_id = (select auth.user_id()) and kpi_id in (select auth.kpis('comment:create'))
    and deleted_at is null
);
create policy change on kpix.comment for update using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or author_id = (select auth.user_id()) and author_id in (select auth.owners('comment:update'))
            and deleted_at is null
            -- A statement that reads no column is asked for no sight.
            and kpi_id in (select auth.kpis('comment:read')))
);

create policy see on kpix.comment_mention for select using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or exists (select from kpix.comment c
            where c.organization_id = comment_mention.organization_id and c.id = comment_id offset 0))
);
create policy internal on kpix.comment_mention
    using (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');

-- What was deleted is read by its author and by those who may delete it.
create policy see on kpix.comment_revision for select using (
    organization_id = (select auth.org())
    and exists (
        select from kpix.comment c
        where c.organization_id = comment_revision.organization_id and c.id = comment_id
            and (c.deleted_at is null or c.author_id = (select auth.user_id())
                or c.organization_id = (select auth.org_with('comment:delete'))
                or c.author_id in (select auth.owners('comment:delete')))
        offset 0)
);
create policy made on kpix.comment_revision for insert
    with check (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');

create policy see on kpix.comment_mark for select
    using (organization_id = (select auth.org()) and user_id = (select auth.user_id()));
create policy make on kpix.comment_mark for insert with check (
    organization_id = (select auth.org()) and user_id = (select auth.user_id())
    and exists (select from kpix.comment c
        where c.organization_id = comment_mark.organization_id and c.id = comment_mark.thread_id offset 0)
);
create policy change on kpix.comment_mark for update
    using (organization_id = (select auth.org()) and user_id = (select auth.user_id()));

-- An action is seen with its KPI. Further than over the KPI, a permission reaches it through who it is
-- for and who made it; what is not seen is not reached.
create policy see on kpix.action_plan for select using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or case array_position((select auth.reach('action_plan:read', 'kpi:read')), organization_id)
            when 1 then true
            when 2 then exists (
                    select from kpix.dashboard d
                    where d.organization_id = action_plan.organization_id and d.id = dashboard_id
                )
            else (dashboard_id in (select auth.dashboards('action_plan:read'))
                    or kpi_id in (select auth.single_kpis('action_plan:read'))
                    or owner_id in (select auth.owners('action_plan:read'))
                    or created_by in (select auth.owners('action_plan:read')))
                and kpi_id in (select auth.kpis('kpi:read'))
        end)
);
create policy make on kpix.action_plan for insert with check (
    organization_id = (select auth.org())
    and created_by = (select auth.user_id()) and kpi_id in (select auth.kpis('action_plan:create'))
    and (owner_id = created_by
        or created_by in (select auth.owners('action_plan:assign'))
            and created_by in (select auth.owners('action_plan:update')))
);
-- Whoever gives one away may reach it no longer.
create policy change on kpix.action_plan for update
using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or (dashboard_id in (select auth.dashboards('action_plan:update'))
            or kpi_id in (select auth.single_kpis('action_plan:update'))
            or owner_id in (select auth.owners('action_plan:update'))
            or created_by in (select auth.owners('action_plan:update')))
        and deleted_at is null
        -- A statement that reads no column is asked for no sight.
        and (dashboard_id in (select auth.dashboards('kpi:read'))
            or kpi_id in (select auth.single_kpis('kpi:read'))))
)
with check (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or deleted_at is null
        or dashboard_id in (select auth.dashboards('action_plan:delete'))
        or kpi_id in (select auth.single_kpis('action_plan:delete'))
        or owner_id in (select auth.owners('action_plan:delete'))
        or created_by in (select auth.owners('action_plan:delete')))
);
create policy see on kpix.action_plan_change for select using (
    organization_id = (select auth.org())
    and exists (
        select from kpix.action_plan p
        where p.organization_id = action_plan_change.organization_id and p.id = plan_id
        offset 0
    )
);
create policy made on kpix.action_plan_change for insert
    with check (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');

-- One's own, about what one still sees.
create policy see on kpix.notification for select using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or recipient_id = (select auth.user_id())
            and case array_position((select auth.reach('kpi:read')), organization_id)
                when 1 then true
                when 2 then exists (
                    select from kpix.dashboard d
                    where d.organization_id = notification.organization_id and d.id = dashboard_id
                )
                else kpi_id in (select auth.kpis('kpi:read'))
            end)
);
create policy change on kpix.notification for update using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth' or recipient_id = (select auth.user_id()))
);
create policy made on kpix.notification for insert
    with check (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy merged on kpix.notification for delete
    using (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');

create policy see on kpix.notification_preference for select using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth' or user_id = (select auth.user_id()))
);
create policy make on kpix.notification_preference for insert
    with check (organization_id = (select auth.org()) and user_id = (select auth.user_id()));
create policy change on kpix.notification_preference for update
    using (organization_id = (select auth.org()) and user_id = (select auth.user_id()));

-- kpix db prune-audit counts and forgets; nobody else has a way to either.
create policy count on kpix.audit_log for select
    using (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy forget on kpix.audit_log for delete
    using (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');

-- Where a KPI stands is its last value: who sees the one sees the other. The database keeps it.
create policy see on kpix.kpi_state for select using (
    organization_id = (select auth.org())
    and ((select current_user) = 'kpix_auth'
        or case array_position((select auth.reach('kpi_value:read', 'kpi:read')), organization_id)
            when 1 then true
            when 2 then exists (
                    select from kpix.dashboard d
                    where d.organization_id = kpi_state.organization_id and d.id = dashboard_id
                )
            else kpi_id in (select auth.kpis('kpi_value:read'))
        end)
);
create policy made on kpix.kpi_state for insert
    with check (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy kept on kpix.kpi_state for update
    using (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy forgotten on kpix.kpi_state for delete
    using (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
