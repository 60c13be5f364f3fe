-- role: kpix_auth
-- Comments: a thread is about one thing and one level deep, what is unread is told by an instant, an
-- earlier text stays. Comments themselves are rows under policies (95_policies.sql).

-- Comments on a KPI are committed one after the other, in the order of their instants: whoever has
-- read up to one of them has seen all before it, and what comes is later.
create or replace function private.place_comment() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.same_organization(new.organization_id);
    perform pg_advisory_xact_lock(hashtextextended('comment/' || new.kpi_id, 0));
    if new.thread_id <> new.id and not exists (
        select from kpix.comment c
        where c.organization_id = new.organization_id and c.id = new.thread_id and c.thread_id = c.id
            and c.kpi_id = new.kpi_id and c.period_start is not distinct from new.period_start
            and c.action_id is not distinct from new.action_id
            and c.deleted_at is null
    ) then
        raise check_violation using constraint = 'ck_comment_thread',
            message = 'a reply stands where the comment stands that opened its thread';
    end if;
    new.created_at := clock_timestamp();
    return new;
end $$;

create or replace function private.keep_comment() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform private.same_organization(new.organization_id);
    new.version := old.version + 1;
    insert into kpix.comment_revision (organization_id, comment_id, revision, body, since, until)
    values (
        old.organization_id, old.id, old.version, old.body,
        coalesce(old.edited_at, old.created_at), transaction_timestamp()
    );
    if new.deleted_at is null then
        new.edited_at := transaction_timestamp();
    end if;
    return new;
end $$;

-- Its author's own, or within reach of whoever deletes comments: the words are never another's to
-- change, so that this empties the text and does nothing else.
create or replace function auth.delete_comment(a_comment uuid) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    found kpix.comment;
begin
    select * into found from kpix.comment c
    where c.organization_id = auth.org() and c.id = a_comment and c.deleted_at is null
    for no key update;
    if (found.kpi_id in (select auth.kpis('comment:read'))
        and (auth.everywhere('comment:delete') or found.author_id in (select auth.owners('comment:delete')))
    ) is not true then
        raise insufficient_privilege using message = 'comment:delete is needed on the comment';
    end if;
    delete from kpix.comment_mention m
    where m.organization_id = found.organization_id and m.comment_id = found.id;
    update kpix.comment c set body = '', deleted_at = transaction_timestamp(), deleted_by = auth.user_id()
    where c.organization_id = found.organization_id and c.id = found.id;
end $$;

-- Who may see a KPI and its comments, among some people or among all: for those alone who see it.
create or replace function auth.comment_readers(a_kpi uuid, people uuid[]) returns setof uuid
language plpgsql stable security definer parallel restricted rows 100
set search_path = pg_catalog, pg_temp
as $$
declare
    asked uuid[] := case when a_kpi in (select auth.kpis('comment:read')) then people else '{}' end;
begin
    return query
    select r.user_id
    from private.readers('comment:read', array_fill(a_kpi, array[cardinality(asked)]), asked) r;
end $$;

-- Whom one's own comment mentions from now on. Who may not see it is no reader and cannot be
-- mentioned; of a team, one who may is enough.
create or replace function auth.mention(a_comment uuid, users uuid[], teams uuid[]) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    organization uuid := auth.org();
    kpi uuid;
begin
    select c.kpi_id into kpi from kpix.comment c
    where c.organization_id = organization and c.id = a_comment
        and c.author_id = auth.user_id() and c.deleted_at is null
    for no key update;
    if kpi is null then
        raise insufficient_privilege using message = 'mentions are those of one''s own comment';
    end if;
    if cardinality(users) + cardinality(teams) > 50 then
        raise check_violation using constraint = 'ck_comment_mention_many',
            message = 'a comment mentions at most 50 people and teams';
    end if;
    if exists (select unnest(users) except select auth.comment_readers(kpi, users))
        or exists (
            select unnest(teams)
            except
            select m.team_id from kpix.team_member m
            where m.organization_id = organization and m.team_id = any (teams)
                and m.user_id in (select auth.comment_readers(kpi, array(
                    select o.user_id from kpix.team_member o
                    where o.organization_id = organization and o.team_id = any (teams))))
        )
    then
        raise check_violation using constraint = 'ck_comment_mention_sight',
            message = 'who is mentioned may see the KPI';
    end if;
    delete from kpix.comment_mention m
    where m.organization_id = organization and m.comment_id = a_comment
        and (m.user_id = any (users) or m.team_id = any (teams)) is not true;
    insert into kpix.comment_mention (organization_id, comment_id, user_id, team_id)
    select organization, a_comment, u, null from unnest(users) u
    union all
    select organization, a_comment, null, t from unnest(teams) t
    on conflict do nothing;
end $$;
