-- role: kpix_auth
-- Notifications follow from facts and are written here alone, for all rows of a statement at once.
-- A row says what happened by ids and words of kpix and not in a language, so that a dispatcher of
-- e-mails can read the same rows.

-- Write those candidates down that concern somebody: nobody is told of what they did themselves, of
-- what the permission does not let them see, of what they do not want to hear of, or of one fact
-- twice. A comment that is a reply to somebody and mentions them as well is a mention.
create or replace function private.notify(permission text, candidates kpix.notification[]) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    how_many bigint;
begin
    insert into kpix.notification as n (
        organization_id, recipient_id, fact, kind, priority, actor_id, dashboard_id, kpi_id, period_start,
        comment_id, action_id, facts
    )
    select distinct on (c.recipient_id, c.fact)
        c.organization_id, c.recipient_id, c.fact, c.kind, c.priority, c.actor_id, c.dashboard_id, c.kpi_id,
        c.period_start, c.comment_id, c.action_id, coalesce(c.facts, '{}')
    from unnest(candidates) c
    join private.readers(
        permission, array(select k.kpi_id from unnest(candidates) k), array(select k.recipient_id from unnest(candidates) k)
    ) r on r.kpi_id = c.kpi_id and r.user_id = c.recipient_id
    where c.organization_id = auth.org() and c.recipient_id is distinct from c.actor_id and not exists (
        select from kpix.notification_preference p
        where p.organization_id = c.organization_id and p.user_id = c.recipient_id and p.kind = c.kind
            and not p.wanted
    )
    order by c.recipient_id, c.fact, array_position(array['MENTION', 'REPLY'], c.kind),
        array_position(array['URGENT', 'HIGH', 'NORMAL'], c.priority)
    on conflict (organization_id, recipient_id, fact) do update
    set kind = excluded.kind, priority = excluded.priority, at = excluded.at, read_at = null
    where excluded.kind = 'MENTION' and n.kind <> 'MENTION';
    get diagnostics how_many = row_count;
    return how_many;
end $$;

-- Whose business the status of KPIs is: who owns them or their dashboard, who owes their values, and
-- who owns an open action on them.
create or replace function private.concerned(kpis uuid[]) returns table (kpi_id uuid, user_id uuid)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with here as materialized (
        select k.organization_id, k.id, k.owner_id, k.dashboard_id from kpix.kpi k
        where k.organization_id = auth.org() and k.id = any (kpis) and k.deleted_at is null
    )
    select h.id, h.owner_id from here h
    union
    select h.id, d.owner_id from here h
    join kpix.dashboard d on d.organization_id = h.organization_id and d.id = h.dashboard_id
    union
    select h.id, a.user_id from here h
    join kpix.kpi_assignment a on a.organization_id = h.organization_id and a.kpi_id = h.id
    where a.user_id is not null
    union
    select h.id, m.user_id from here h
    join kpix.kpi_assignment a on a.organization_id = h.organization_id and a.kpi_id = h.id
    join kpix.team_member m on m.organization_id = a.organization_id and m.team_id = a.team_id
    union
    select h.id, p.owner_id from here h
    join kpix.action_plan p on p.organization_id = h.organization_id and p.kpi_id = h.id
        and p.deleted_at is null and p.status in ('OPEN', 'IN_PROGRESS');
end $$;

-- Critical is worse than red; no value is neither better nor worse than green.
create or replace function private.status_rank(status text, critical boolean) returns integer
language sql immutable
set search_path = pg_catalog, pg_temp
return case
    when critical then 3
    else coalesce(array_position(array['GREEN', 'ORANGE', 'RED'], status), 1) - 1
end;

-- KPIs stand otherwise than before. One notification a KPI, person and transaction: an import that
-- writes in several statements tells from where to where they came with all of them.
create or replace function private.tell_statuses() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    candidates kpix.notification[];
begin
    perform private.same_organization(o) from (select distinct a.organization_id o from after_move a) t;
    with moved as materialized (
        select a.*, b.status as old_status, b.critical as old_critical
        from after_move a
        join before_move b on b.organization_id = a.organization_id and b.kpi_id = a.kpi_id
        where private.status_rank(a.status, a.critical) <> private.status_rank(b.status, b.critical)
    ),
    told as materialized (
        select c.user_id, m.*, 'status/' || m.kpi_id || '/' || private.transaction_mark() as fact
        from private.concerned(array(select m.kpi_id from moved m)) c
        join moved m on m.kpi_id = c.kpi_id
    ),
    earlier as (
        delete from kpix.notification n using told t
        where n.organization_id = t.organization_id and n.recipient_id = t.user_id and n.fact = t.fact
        returning n.recipient_id, n.fact, n.facts
    )
    select array_agg(row(
        t.organization_id, null, t.user_id, t.fact,
        case when s.rank > s.old_rank then 'STATUS_WORSE' else 'STATUS_BETTER' end,
        case
            when s.rank < s.old_rank then 'LOW'
            else (array['LOW', 'NORMAL', 'HIGH', 'URGENT'])[s.rank + 1]
        end,
        null, null, auth.user_id(), t.dashboard_id, t.kpi_id, t.period_start, null, null,
        jsonb_build_object(
            'before', coalesce(e.facts ->> 'before', t.old_status, 'NO_DATA'),
            'before_critical', coalesce((e.facts -> 'before_critical')::boolean, t.old_critical),
            'after', coalesce(t.status, 'NO_DATA'), 'after_critical', t.critical)
    )::kpix.notification) into candidates
    from told t
    left join earlier e on e.recipient_id = t.user_id and e.fact = t.fact
    cross join lateral (
        select private.status_rank(t.status, t.critical) as rank,
            private.status_rank(
                coalesce(e.facts ->> 'before', t.old_status),
                coalesce((e.facts -> 'before_critical')::boolean, t.old_critical)) as old_rank
    ) s
    where s.rank <> s.old_rank;
    perform private.notify('kpi_value:read', candidates);
    return null;
end $$;

create or replace function private.tell_assigned() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.same_organization(o) from (select distinct w.organization_id o from written w) t;
    perform private.notify('kpi:read', array(
        select row(
            w.organization_id, null, coalesce(w.user_id, m.user_id), 'entry/' || w.id,
            'ENTRY_ASSIGNED', 'NORMAL', null, null, auth.user_id(), k.dashboard_id, k.id, null, null, null, null
        )::kpix.notification
        from written w
        join kpix.kpi k on k.organization_id = w.organization_id and k.id = w.kpi_id
        left join kpix.team_member m on m.organization_id = w.organization_id and m.team_id = w.team_id
    ));
    return null;
end $$;

-- To whoever wrote in the thread, and to who owns the KPI or its dashboard.
create or replace function private.tell_comments() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.same_organization(o) from (select distinct w.organization_id o from written w) t;
    perform private.notify('comment:read', array(
        select row(
            w.organization_id, null, c.user_id, 'comment/' || w.id, c.kind, c.priority,
            null, null, w.author_id, w.dashboard_id, w.kpi_id, w.period_start, w.id, w.action_id, null
        )::kpix.notification
        from written w
        cross join lateral (
            select o.author_id as user_id, 'REPLY' as kind, 'NORMAL' as priority
            from kpix.comment o
            where o.organization_id = w.organization_id and o.thread_id = w.thread_id
                and w.thread_id <> w.id and o.deleted_at is null
            union
            select a.owner_id, 'COMMENT', 'NORMAL' from kpix.action_plan a
            where a.organization_id = w.organization_id and a.id = w.action_id
            union
            select k.owner_id, 'COMMENT', 'LOW' from kpix.kpi k
            where k.organization_id = w.organization_id and k.id = w.kpi_id
            union
            select d.owner_id, 'COMMENT', 'LOW' from kpix.dashboard d
            where d.organization_id = w.organization_id and d.id = w.dashboard_id
        ) c
    ));
    return null;
end $$;

create or replace function private.tell_mentions() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.same_organization(o) from (select distinct w.organization_id o from written w) t;
    perform private.notify('comment:read', array(
        select row(
            w.organization_id, null, coalesce(w.user_id, m.user_id), 'comment/' || w.comment_id,
            'MENTION', 'HIGH', null, null, c.author_id, c.dashboard_id, c.kpi_id, c.period_start, c.id, c.action_id, null
        )::kpix.notification
        from written w
        join kpix.comment c on c.organization_id = w.organization_id and c.id = w.comment_id
        left join kpix.team_member m on m.organization_id = w.organization_id and m.team_id = w.team_id
    ));
    return null;
end $$;

-- Whoever is given an action, when it is made or later.
create or replace function private.tell_given(given kpix.action_plan[]) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.notify('kpi:read', array(
        select row(
            g.organization_id, null, g.owner_id, 'action/' || g.id || '/' || g.version, 'ACTION_ASSIGNED', 'HIGH',
            null, null, auth.user_id(), g.dashboard_id, g.kpi_id, null, null, g.id,
            jsonb_build_object('due', g.due_on)
        )::kpix.notification
        from unnest(given) g
    ));
end $$;

create or replace function private.tell_new_actions() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.same_organization(o) from (select distinct w.organization_id o from written w) t;
    perform private.tell_given(array(select w::kpix.action_plan from written w where w.deleted_at is null));
    return null;
end $$;

create or replace function private.tell_given_actions() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.same_organization(o) from (select distinct w.organization_id o from written w) t;
    perform private.tell_given(array(
        select w::kpix.action_plan
        from written w
        join before_write b on b.organization_id = w.organization_id and b.id = w.id
        where b.owner_id <> w.owner_id and w.deleted_at is null
    ));
    return null;
end $$;

-- The principal's open actions whose due date has passed, or is within three days, on the calendar
-- of the organisation. There is no server to do it at midnight: a session asks at its start and the
-- inbox when it is opened, and each fact is told once. How many were new.
create or replace function auth.raise_due() returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    me private.principal := private.verified();
    today date;
begin
    select (now() at time zone o.timezone)::date into today from kpix.organization o
    where o.organization_id = me.organization_id;
    return private.notify('kpi:read', array(
        select row(
            a.organization_id, null, a.owner_id, f.kind || '/' || a.id || '/' || a.due_on, f.kind, f.priority,
            null, null, null, a.dashboard_id, a.kpi_id, null, null, a.id, jsonb_build_object('due', a.due_on)
        )::kpix.notification
        from kpix.action_plan a
        cross join lateral (
            select case when a.due_on < today then 'ACTION_OVERDUE' else 'ACTION_DUE' end as kind,
                case when a.due_on < today then 'HIGH' else 'NORMAL' end as priority
        ) f
        where a.organization_id = me.organization_id and a.owner_id = me.user_id
            and a.status in ('OPEN', 'IN_PROGRESS') and a.deleted_at is null and a.due_on <= today + 3
            and not exists (
                select from kpix.notification n
                where n.organization_id = a.organization_id and n.recipient_id = a.owner_id
                    and n.fact = f.kind || '/' || a.id || '/' || a.due_on
            )
    ));
end $$;
