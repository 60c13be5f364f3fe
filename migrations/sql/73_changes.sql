-- role: kpix_auth
-- Whoever has the organisation open hears that something changed, and reads it again under their own
-- rights. A note says what kind of thing it was and marks of its dashboard and KPI, which those who
-- know the ids recognise and which tell the others nothing (kpix_tui/kernel/changes.py).

-- Nobody guesses it. A name has 63 bytes at most.
create or replace function private.channel(an_organization uuid) returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
return 'kpix_' || left(encode(private.mac('channel|' || an_organization), 'hex'), 48);

create or replace function private.mark(id uuid) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
return left(encode(sha256(uuid_send(id)), 'hex'), 16);

create or replace function private.tell(an_organization uuid, a_kind text, a_dashboard uuid, a_kpi uuid)
returns void
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select pg_notify(
        private.channel(an_organization),
        concat_ws(' ', a_kind, coalesce(private.mark(a_dashboard), '-'), coalesce(private.mark(a_kpi), '-')));
end;

-- One note for a KPI, one for a dashboard of which several KPIs were written: a file of ten thousand
-- values is as many notes as it has dashboards.
create or replace function private.tell_values() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.tell(
        c.organization_id, 'value', c.dashboard_id,
        case when min(c.kpi_id::text) = max(c.kpi_id::text) then min(c.kpi_id::text)::uuid end)
    from changed c group by c.organization_id, c.dashboard_id;
    return null;
end $$;

-- Arguments: the kind, then the columns that hold the dashboard and the KPI, where there are any.
create or replace function private.tell_changes() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.tell(
        (r.row_ ->> 'organization_id')::uuid, tg_argv[0], (r.row_ ->> tg_argv[1])::uuid,
        case when count(distinct r.row_ ->> tg_argv[2]) = 1 then min(r.row_ ->> tg_argv[2])::uuid end)
    from (select to_jsonb(c) as row_ from changed c) r
    group by r.row_ ->> 'organization_id', r.row_ ->> tg_argv[1];
    return null;
end $$;

-- From the end of the transaction on, this connection hears of what changes in the principal's
-- organisation; nobody else's notes reach it. The channel is in no text of a query: whoever shares
-- the login role reads those of the others in pg_stat_activity.
create or replace function auth.listen() returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    organization uuid := auth.org();
begin
    unlisten *;
    if organization is null then
        return false;
    end if;
    execute format('listen %I', private.channel(organization));
    return true;
end $$;

-- For those who cannot listen, behind a pooler: while "seen" stays the same for the same "since",
-- nothing has changed. It counts what was recorded since then. No principal is older than 15 minutes,
-- so whatever is committed from now on was recorded later than that. Without "since" it begins now.
create or replace function auth.changes(inout since timestamptz, out seen text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    organization uuid := auth.org();
begin
    since := coalesce(since, clock_timestamp() - interval '15 minutes');
    select encode(private.mac('changes|' || organization || '|' || count(*)), 'hex') into seen
    from kpix.audit_log l
    where l.organization_id = organization and l.at > since;
end $$;

-- Who has just changed what on the dashboards, KPIs and actions that the principal sees: nothing of the values,
-- which they read themselves, and nothing older than two minutes, for which there is the audit log.
create or replace function auth.latest_changes() returns table (
    id uuid, actor_id uuid, actor text, action text, dashboard_id uuid, kpi_id uuid, name text,
    frequency text, period date
)
language plpgsql stable security definer rows 20
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    me private.principal := private.verified();
begin
    return query
    select l.id, l.actor_id, u.name, l.action, d.id, k.id, coalesce(p.title, k.code, d.title), k.frequency,
        case when l.object_type = 'kpi_value' then split_part(l.object_id, '/', 2)::date end
    from kpix.audit_log l
    join kpix.app_user u on u.organization_id = l.organization_id and u.id = l.actor_id
    left join kpix.action_plan p on p.organization_id = l.organization_id and p.id = l.subject_id
    left join kpix.kpi k on k.organization_id = l.organization_id and k.id = coalesce(p.kpi_id, l.subject_id)
    join kpix.dashboard d
        on d.organization_id = l.organization_id and d.id = coalesce(k.dashboard_id, l.subject_id)
    where l.organization_id = me.organization_id
        and l.at > clock_timestamp() - interval '2 minutes'
        and case
            when l.action like 'kpi\_value.%' then k.id in (select auth.kpis('kpi_value:read'))
            when l.object_type = 'comment' then k.id in (select auth.kpis('comment:read'))
            when p.id is not null then k.id in (select auth.kpis('action_plan:read'))
            when k.id is not null then k.id in (select auth.kpis('kpi:read'))
            else d.id in (select auth.dashboards('dashboard:read'))
        end
    order by l.at desc, l.id
    limit 20;
end $$;
