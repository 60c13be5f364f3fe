-- role: kpix_owner
-- Row-level security: what PostgreSQL lets the principal see and change. Policies name no role
-- (DROP OWNED BY would remove those that do) and call functions in a scalar subquery only
-- (unwrapped they run once a row).
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

create policy see on kpix.organization for select using (organization_id = (select auth.org()));
create policy see on kpix.app_user for select using (organization_id = (select auth.org()));
create policy see on kpix.role for select using (organization_id = (select auth.org()));
create policy see on kpix.role_permission for select using (organization_id = (select auth.org()));
create policy see on kpix.user_role for select using (organization_id = (select auth.org()));
create policy see on kpix.team for select using (organization_id = (select auth.org()));
create policy see on kpix.team_member for select using (organization_id = (select auth.org()));
create policy see on kpix.audit_log for select
    using (organization_id = (select auth.org()) and (select auth.everywhere('audit:read')));

-- Written by definer functions and triggers alone.
create policy made on kpix.organization for insert
    with check (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy made on kpix.app_user for insert
    with check (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy made on kpix.role for insert
    with check (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy made on kpix.role_permission for insert
    with check (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy made on kpix.user_role for insert
    with check (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy made on kpix.kpi_value_revision for insert
    with check (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy made on kpix.audit_log for insert
    with check (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');

create policy see on kpix.dashboard for select using (
    organization_id = (select auth.org())
    and ((select auth.everywhere('dashboard:read')) or owner_id in (select auth.owners('dashboard:read')))
);
create policy make on kpix.dashboard for insert with check (
    organization_id = (select auth.org())
    and ((select auth.everywhere('dashboard:create')) or owner_id in (select auth.owners('dashboard:create')))
);
create policy change on kpix.dashboard for update
using (
    organization_id = (select auth.org())
    and ((select auth.everywhere('dashboard:update')) or owner_id in (select auth.owners('dashboard:update')))
)
with check (
    organization_id = (select auth.org())
    and ((select auth.everywhere('dashboard:update')) or owner_id in (select auth.owners('dashboard:update')))
    and (archived_at is null or (select auth.everywhere('dashboard:delete'))
        or owner_id in (select auth.owners('dashboard:delete')))
);

create policy see on kpix.kpi for select using (
    organization_id = (select auth.org())
    and ((select auth.everywhere('kpi:read')) or owner_id in (select auth.owners('kpi:read'))
        or dashboard_id in (select auth.dashboards('kpi:read')))
);
create policy make on kpix.kpi for insert with check (
    organization_id = (select auth.org())
    and ((select auth.everywhere('kpi:create')) or dashboard_id in (select auth.dashboards('kpi:create')))
);
create policy change on kpix.kpi for update
using (
    organization_id = (select auth.org())
    and ((select auth.everywhere('kpi:update')) or owner_id in (select auth.owners('kpi:update'))
        or dashboard_id in (select auth.dashboards('kpi:update')))
)
with check (
    organization_id = (select auth.org())
    and ((select auth.everywhere('kpi:update')) or owner_id in (select auth.owners('kpi:update'))
        or dashboard_id in (select auth.dashboards('kpi:update')))
    and (deleted_at is null or (select auth.everywhere('kpi:delete'))
        or owner_id in (select auth.owners('kpi:delete'))
        or dashboard_id in (select auth.dashboards('kpi:delete')))
);

create policy see on kpix.kpi_threshold for select using (
    organization_id = (select auth.org())
    and ((select auth.everywhere('kpi:read')) or kpi_id in (select auth.kpis('kpi:read')))
);
create policy make on kpix.kpi_threshold for insert with check (
    organization_id = (select auth.org())
    and ((select auth.everywhere('kpi:update')) or kpi_id in (select auth.kpis('kpi:update')))
);
create policy change on kpix.kpi_threshold for update using (
    organization_id = (select auth.org())
    and ((select auth.everywhere('kpi:update')) or kpi_id in (select auth.kpis('kpi:update')))
);

create policy see on kpix.kpi_value for select using (
    organization_id = (select auth.org())
    and ((select auth.everywhere('kpi_value:read')) or kpi_id in (select auth.kpis('kpi_value:read')))
);
create policy make on kpix.kpi_value for insert with check (
    organization_id = (select auth.org())
    and ((select auth.everywhere('kpi_value:create')) or kpi_id in (select auth.kpis('kpi_value:create')))
);
create policy change on kpix.kpi_value for update using (
    organization_id = (select auth.org())
    and ((select auth.everywhere('kpi_value:update')) or kpi_id in (select auth.kpis('kpi_value:update')))
);
create policy see on kpix.kpi_value_revision for select using (
    organization_id = (select auth.org())
    and ((select auth.everywhere('kpi_value:read')) or kpi_id in (select auth.kpis('kpi_value:read')))
);

create policy see on kpix.dashboard_share for select using (organization_id = (select auth.org()));
create policy see on kpix.kpi_assignment for select using (organization_id = (select auth.org()));

-- kpix db prune-audit counts and forgets; nobody else has a way to either.
create policy count on kpix.audit_log for select
    using (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
create policy forget on kpix.audit_log for delete
    using (organization_id = (select auth.org()) and (select current_user) = 'kpix_auth');
