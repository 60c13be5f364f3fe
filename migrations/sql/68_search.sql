-- role: kpix_auth
-- Search (ADR 12). Full-text operators are not leakproof: under policies their index goes unused. So
-- the words of everything that can be found stand in a private table without policies, and the index
-- itself keeps apart what may be found together: a word is written as space, kind, word (1fkdelay), and
-- whoever asks has it looked up in the spaces that they see, and in no other. Nothing that is shown
-- comes from here: auth.search answers with ids, which are read again under the policies.

-- Small letters without accents, and spaces between words. kpix_tui/domains/search/rules.py does the
-- same, to mark what was found; a test compares the two. In PL/pgSQL, as what follows, because it runs
-- for everything that is written.
create or replace function private.search_fold(a_text text) returns text
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    if octet_length(a_text) <> char_length(a_text) then
        -- Decomposed; then the marks go, and what nobody sees.
        a_text := regexp_replace(normalize(a_text, NFKD),
            U&'[\0300-\036f\00ad\061c\200b-\200f\202a-\202e\2060-\2069\feff]+', '', 'g');
        a_text := replace(replace(replace(replace(replace(replace(replace(a_text,
            U&'\0153', 'oe'), U&'\0152', 'oe'), U&'\00e6', 'ae'), U&'\00c6', 'ae'), U&'\00df', 'ss'),
            U&'\00f8', 'o'), U&'\00d8', 'o');
    end if;
    -- Not by translate, which compares each letter with each sign.
    return lower(regexp_replace(a_text,
        U&'[\0001-\001f!-/:-@\\[-`{-\007f\02bc\2018\2019\201c\201d\00ab\00bb\2010-\2014\2022\00b7\2044\00bf\00a1\00b0]+',
        ' ', 'g'));
end $$;

-- The words of a text, in their order.
create or replace function private.search_tokens(a_text text) returns setof text
language sql immutable parallel safe rows 10
set search_path = pg_catalog, pg_temp
begin atomic
    select t.token from ts_parse('default', private.search_fold(a_text)) t where t.tokid <> 12;
end;

-- The letter of a kind in the index. None is a digit of a space's number, so that both end where the
-- next begins. E-mails stand under a letter of their own: not everybody may know them.
create or replace function private.search_letter(a_kind text) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
return case a_kind
    when 'DASHBOARD' then 's' when 'KPI' then 'k' when 'PERSON' then 'p' when 'EMAIL' then 'w'
    when 'ACTION' then 't' when 'COMMENT' then 'm'
end;

-- Its words as they stand, as French and as English stems, as a tsvector is written: 'delay':1A.
create or replace function private.search_written(a_text text, weight "char") returns text
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    if a_text = '' then
        return '';
    end if;
    a_text := private.search_fold(left(a_text, 10000));
    return concat(' ', setweight(to_tsvector('simple', a_text), weight)::text,
        ' ', setweight(to_tsvector('french', a_text), weight)::text,
        ' ', setweight(to_tsvector('english', a_text), weight)::text);
end $$;

-- The same under one key or two. No word holds a quote or a space: each quote after a space begins one.
create or replace function private.search_words(written text, variadic keys text[]) returns tsvector
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    found tsvector := replace(written, ' ''', ' ''' || keys[1])::tsvector;
begin
    if cardinality(keys) > 1 then
        found := found || replace(written, ' ''', ' ''' || keys[2])::tsvector;
    end if;
    return found;
end $$;

-- Counts the ways in which documents have been written: after a change of what is written, one more.
create or replace function private.search_way() returns integer
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
return 2;

-- The number of a space, made by the first who writes into it.
create or replace function private.search_space(
    an_organization uuid, a_kind text, a_dashboard uuid, a_quarter date
) returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    found_number integer;
begin
    loop
        select s.number into found_number from private.search_space s
        where s.organization_id = an_organization and s.kind = a_kind
            and s.dashboard_id is not distinct from a_dashboard and s.quarter is not distinct from a_quarter;
        if found then
            return to_hex(found_number);
        end if;
        insert into private.search_space (organization_id, kind, dashboard_id, quarter, way)
        values (an_organization, a_kind, a_dashboard, a_quarter, private.search_way())
        on conflict do nothing;
    end loop;
end $$;

-- What can be found of a kind: by ids, or all that stands under some dashboards or KPIs, or (both null)
-- all of it. Of what there will be ever more, the quarter in which it was made.
create or replace function private.search_sources(
    an_organization uuid, a_kind text, ids uuid[], under uuid[],
    out id uuid, out dashboard_id uuid, out visibility text, out kpi_id uuid, out owner_id uuid,
    out changed_at timestamptz, out quarter date, out title text, out extra text, out body text, out mail text
) returns setof record
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    if a_kind = 'DASHBOARD' then
        return query
        select d.id, d.id, d.visibility, null::uuid, d.owner_id, d.updated_at, null::date,
            d.title, d.process, d.description, ''
        from kpix.dashboard d
        where d.organization_id = an_organization and d.archived_at is null
            and (ids is null or d.id = any (ids)) and (under is null or d.id = any (under));
    elsif a_kind = 'KPI' then
        return query
        select k.id, d.id, d.visibility, k.id, k.owner_id, k.created_at, null::date,
            k.code || ' ' || k.name, '', k.description, ''
        from kpix.kpi k
        join kpix.dashboard d on d.organization_id = k.organization_id and d.id = k.dashboard_id
            and d.archived_at is null
        where k.organization_id = an_organization and k.deleted_at is null
            and (ids is null or k.id = any (ids))
            and (under is null or k.dashboard_id = any (under) or k.id = any (under));
    elsif a_kind = 'PERSON' then
        return query
        select u.id, null::uuid, 'ORGANIZATION', null::uuid, u.id, u.created_at, null::date,
            u.name, '', '', u.email
        from kpix.app_user u
        where u.organization_id = an_organization and u.active
            and (ids is null or u.id = any (ids)) and under is null;
    elsif a_kind = 'ACTION' then
        return query
        select p.id, d.id, d.visibility, p.kpi_id, p.owner_id, p.created_at,
            date_trunc('quarter', p.created_at at time zone 'UTC')::date,
            p.title, '', concat_ws(' ', p.description, p.cause, array_to_string(p.whys, ' ')), ''
        from kpix.action_plan p
        join kpix.kpi k on k.organization_id = p.organization_id and k.id = p.kpi_id and k.deleted_at is null
        join kpix.dashboard d on d.organization_id = p.organization_id and d.id = p.dashboard_id
            and d.archived_at is null
        where p.organization_id = an_organization and p.deleted_at is null
            and (ids is null or p.id = any (ids))
            and (under is null or p.dashboard_id = any (under) or p.kpi_id = any (under));
    elsif a_kind = 'COMMENT' then
        return query
        select c.id, d.id, d.visibility, c.kpi_id, c.author_id, c.created_at,
            date_trunc('quarter', c.created_at at time zone 'UTC')::date, '', '', c.body, ''
        from kpix.comment c
        join kpix.kpi k on k.organization_id = c.organization_id and k.id = c.kpi_id and k.deleted_at is null
        join kpix.dashboard d on d.organization_id = c.organization_id and d.id = c.dashboard_id
            and d.archived_at is null
        where c.organization_id = an_organization and c.deleted_at is null
            and (ids is null or c.id = any (ids))
            and (under is null or c.dashboard_id = any (under) or c.kpi_id = any (under));
    end if;
end $$;

-- Writes again what is found of a kind. The dashboards are held, so that none closes or opens meanwhile:
-- what stands on them would be looked up by those who no longer see it. Without a moment, nothing that
-- is found has changed.
create or replace function private.search_refresh(
    an_organization uuid, a_kind text, ids uuid[], under uuid[], moment timestamptz
) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
    letter text := private.search_letter(a_kind);
begin
    perform from kpix.dashboard d
    where d.organization_id = an_organization and d.id in (
        select s.dashboard_id from private.search_sources(an_organization, a_kind, ids, under) s)
    order by d.id
    for share;
    delete from private.search_document o
    where o.organization_id = an_organization and o.kind = a_kind
        and (ids is null or o.id = any (ids))
        and (under is null or o.dashboard_id = any (under) or o.kpi_id = any (under))
        and not exists (
            select from private.search_sources(an_organization, a_kind, ids, under) s where s.id = o.id);
    insert into private.search_document as o (
        organization_id, kind, id, dashboard_id, kpi_id, owner_id, changed_at, words)
    select an_organization, a_kind, s.id, s.dashboard_id, s.kpi_id, s.owner_id, coalesce(moment, s.changed_at),
        private.search_words(
            private.search_written(s.title, 'A') || private.search_written(s.extra, 'B')
                || private.search_written(s.body, 'D'),
            variadic case
                when s.visibility = 'ORGANIZATION' then
                    array[private.search_space(an_organization, 'OPEN', null, s.quarter) || letter]
                else array[private.search_space(an_organization, 'CLOSED', null, s.quarter) || letter,
                    private.search_space(an_organization, 'DASHBOARD', s.dashboard_id, null) || letter]
            end)
            || case when s.mail = '' then '' else private.search_words(
                private.search_written(s.mail, 'A'),
                private.search_space(an_organization, 'OPEN', null, null) || private.search_letter('EMAIL')) end
    from private.search_sources(an_organization, a_kind, ids, under) s
    on conflict (organization_id, kind, id) do update
    set dashboard_id = excluded.dashboard_id, kpi_id = excluded.kpi_id, owner_id = excluded.owner_id,
        changed_at = coalesce(moment, o.changed_at), words = excluded.words;
end $$;

-- Argument: the kind of what is written.
create or replace function private.search_inserted() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    c record;
begin
    for c in select n.organization_id, array_agg(n.id) as ids from added n group by n.organization_id loop
        perform private.same_organization(c.organization_id);
        perform private.search_refresh(c.organization_id, tg_argv[0], c.ids, null, null);
    end loop;
    return null;
end $$;

-- Arguments: the kind, then the columns whose change is of interest. What stands under a dashboard
-- moves with it from space to space; with a dashboard or a KPI that is put away it goes.
create or replace function private.search_updated() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    c record;
    kind text;
begin
    for c in
        select n.organization_id, array_agg(n.id) as ids,
            array_agg(n.id) filter (where n.after -> 'visibility' <> n.before -> 'visibility'
                or (n.after ->> 'archived_at' is null) <> (n.before ->> 'archived_at' is null)
                or (n.after ->> 'deleted_at' is null) <> (n.before ->> 'deleted_at' is null)) as moved
        from (
            select a.organization_id, a.id, to_jsonb(a) as after, to_jsonb(b) as before
            from after_update a
            join before_update b on b.organization_id = a.organization_id and b.id = a.id
        ) n
        where exists (
            select from unnest(tg_argv[1:]) i (name) where n.after -> i.name is distinct from n.before -> i.name)
        group by n.organization_id
    loop
        perform private.same_organization(c.organization_id);
        perform private.search_refresh(c.organization_id, tg_argv[0], c.ids, null, now());
        if c.moved is not null and tg_argv[0] in ('DASHBOARD', 'KPI') then
            foreach kind in array array['KPI', 'ACTION', 'COMMENT'] loop
                perform private.search_refresh(c.organization_id, kind, null, c.moved, null);
            end loop;
        end if;
    end loop;
    return null;
end $$;

-- Writes again every organisation whose documents were written another way. An upgrade does this
-- (99_sync.sql).
create or replace function private.sync_search() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    organization uuid;
    kind text;
begin
    for organization in
        select distinct c.organization_id from private.credential c
        where not exists (
            select from private.search_space s
            where s.organization_id = c.organization_id and s.kind = 'OPEN' and s.way = private.search_way())
    loop
        perform private.present(organization, nobody, nobody);
        if auth.org() is distinct from organization then
            raise exception 'the upgrade took too long to act for an organisation: run it again';
        end if;
        foreach kind in array array['DASHBOARD', 'KPI', 'PERSON', 'ACTION', 'COMMENT'] loop
            perform private.search_refresh(organization, kind, null, null, null);
        end loop;
        perform private.search_space(organization, 'OPEN', null, null);
        update private.search_space s set way = private.search_way() where s.organization_id = organization;
    end loop;
    perform set_config('kpix.principal', '', true);
end $$;

-- A word of a query as a tsquery is written, with ~ for the key: by its beginning when it has two
-- letters or more, and by its stems; exactly: the word itself or its stems.
create or replace function private.search_term(a_word text, exactly boolean) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
return (
    select '(' || string_agg(distinct '''~' || v || '''', ' | ')
        || case when exactly or char_length(a_word) < 2 then '' else ' | ''~' || a_word || ''':*' end || ')'
    from unnest(a_word || ts_lexize('french_stem', a_word) || ts_lexize('english_stem', a_word)) v
);

-- The words of a query, once each. What French or English leave out is left out, unless it is being
-- typed or there is nothing else.
create or replace function private.search_asked(a_query text) returns text[]
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
return (
    with asked as (
        select t.token, max(t.place) as place
        from (select * from private.search_tokens(a_query) with ordinality as s (token, place)) t
        group by t.token
    ),
    meant as (
        select a.token, a.place from asked a
        where a.place = (select max(b.place) from asked b)
            or ts_lexize('french_stem', a.token) <> '{}' and ts_lexize('english_stem', a.token) <> '{}'
    )
    select coalesce(array_agg(m.token order by m.place), '{}') from meant m
);

-- Which of the words of some texts a query means, folded: what is marked in a result. It looks at
-- nothing but its arguments. The stems of a word begin as it does.
create or replace function auth.search_marks(a_query text, texts text[]) returns text[]
language plpgsql immutable security definer parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    asked text[] := private.search_asked(left(a_query, 200));
    firsts text[] := array(select left(w, 2) from unnest(asked) w);
    stems text[] := array(
        select unnest(w || ts_lexize('french_stem', w) || ts_lexize('english_stem', w)) from unnest(asked) w);
begin
    return array(
        select t.token
        from (
            select distinct p.token from ts_parse('default', private.search_fold(array_to_string(texts, ' '))) p
            where p.tokid <> 12
        ) t
        where left(t.token, 2) = any (firsts)
            and (exists (select from unnest(asked) w where t.token = w or char_length(w) > 1 and starts_with(t.token, w))
                or t.token || ts_lexize('french_stem', t.token) || ts_lexize('english_stem', t.token) && stems)
    );
end $$;

-- Of each kind what has the words, in the spaces that are named and in no other, at most so many. In the
-- large ones what has the words themselves comes before what has words that begin so, and in those of
-- quarters, which are named newest first, what is new before what is old; of the many small ones each
-- is one dashboard's. What is limited to boards and KPIs is left out where it stands elsewhere, and of
-- the kinds in "reached" what stands on none of those dashboards and KPIs and is for none of those
-- people; nulls limit nothing.
create or replace function private.search_hits(
    kinds text[], letters text[], large text[], dated text[], small text[], anything text, exactly text, most integer,
    boards uuid[], kpi_boards uuid[], kpis uuid[], reached jsonb,
    within uuid[], only_owner uuid, since timestamptz, until timestamptz,
    out kind text, out id uuid, out rank double precision, out changed_at timestamptz, out more boolean
) returns setof record
language plpgsql stable security definer parallel restricted rows 1000
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan -- which of the limits there are is planned for
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
    return query
    select f.kind, f.id, f.rank, f.changed_at, f.more
    from unnest(kinds, letters) k (kind, letter)
    cross join lateral (
        select k.kind, h.id, h.rank, h.changed_at, count(*) over () > most as more
        from (
            select d.id, d.changed_at,
                case when q.stage = 1 or q.stage = 3 and d.words @@ q.exactly then 1 + ts_rank(d.words, q.exactly, 32)
                    else ts_rank(d.words, q.anything, 32) end as rank
            from (
                select s.stage,
                    replace(anything, '~', s.space || k.letter)::tsquery as anything,
                    replace(exactly, '~', s.space || k.letter)::tsquery as exactly
                from (
                    select t.stage, l.place, l.space
                    from unnest(case when k.kind in ('ACTION', 'COMMENT') then dated else large end)
                        with ordinality l (space, place)
                    cross join (values (1), (2)) t (stage)
                    union all
                    select 3, 0, m.space from unnest(small) m (space) where k.kind not in ('PERSON', 'EMAIL')
                ) s
                order by s.stage, s.place
            ) q
            cross join lateral (
                select d.id, d.changed_at, d.words
                from private.search_document d
                where d.words @@ case q.stage when 1 then q.exactly else q.anything end
                    -- What costs least is looked at first: the words of a document are long.
                    and case when (boards is null or k.kind in ('PERSON', 'EMAIL') or d.dashboard_id = any (boards))
                        and (kpi_boards is null or k.kind in ('DASHBOARD', 'PERSON', 'EMAIL')
                            or d.dashboard_id = any (kpi_boards) or d.kpi_id = any (kpis))
                        and (not reached ? k.kind
                            or (reached -> k.kind) ?| array[d.dashboard_id::text, d.kpi_id::text, d.owner_id::text])
                        and (within is null or d.dashboard_id = any (within))
                        and (only_owner is null or d.owner_id = only_owner)
                        and (since is null or d.changed_at >= since)
                        and (until is null or d.changed_at < until)
                    then q.stage <> 2 or not d.words @@ q.exactly end
                limit most + 1
            ) d
            limit most + 1
        ) h
    ) f;
end $$;

-- What the principal may find: ids with their ranks, of each kind so many that there are 1000 or so in
-- all, and whether that kind had more. Nothing is looked up in a space of which they do not see
-- everything, except for those who read less than the organisation by their roles: what these do not
-- reach is left out of what was found.
create or replace function auth.search(
    a_query text, only_kinds text[], only_process text, only_owner uuid, since timestamptz, until timestamptz,
    out kind text, out id uuid, out rank double precision, out changed_at timestamptz, out more boolean
) returns setof record
language plpgsql stable security definer parallel restricted rows 1000
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    me private.principal := private.verified();
    organization uuid := me.organization_id;
    asked text[] := private.search_asked(left(a_query, 201));
    -- The widest scope of each permission, 3 is the organisation: all of them by one question.
    held jsonb := coalesce((
        select jsonb_object_agg(w.permission, w.scope)
        from (
            select h.permission, max(h.scope) as scope
            from private.held h
            where h.organization_id = me.organization_id and h.user_id = me.user_id
            group by h.permission
        ) w), '{}');
    sees_all boolean := held ? 'dashboard:read' and held @> '{"dashboard:assign": 3}';
    -- As the policy of dashboards has it: those of team mates too, unless they are private.
    near uuid[] := case when not sees_all then array(
        select auth.near_dashboards()
        union
        select b.id from kpix.dashboard b
        where b.organization_id = organization and b.visibility <> 'PRIVATE'
            and b.owner_id in (select auth.owners('dashboard:read'))) end;
    folded_process text := private.search_fold(only_process);
    all_boards boolean := sees_all or held @> '{"dashboard:read": 3}';
    all_kpis boolean := all_boards and held @> '{"kpi:read": 3}';
    kinds text[];
begin
    if char_length(a_query) > 200 or cardinality(asked) > 20 then
        raise invalid_parameter_value using message = 'a query has 200 characters and 20 words at most';
    end if;
    kinds := array(
        select k.kind
        from (values
            ('DASHBOARD', held ? 'dashboard:read'),
            ('KPI', held ?& array['dashboard:read', 'kpi:read']),
            ('PERSON', held ? 'user:read'),
            ('EMAIL', held @> '{"user:read": 3}'),
            ('ACTION', held ?& array['dashboard:read', 'kpi:read', 'action_plan:read']),
            ('COMMENT', held ?& array['dashboard:read', 'kpi:read', 'comment:read'])
        ) k (kind, held)
        where k.held
            and (only_kinds is null or case k.kind when 'EMAIL' then 'PERSON' else k.kind end = any (only_kinds)));
    if organization is null or cardinality(asked) = 0 or cardinality(kinds) = 0 then
        return;
    end if;
    return query
    select case h.kind when 'EMAIL' then 'PERSON' else h.kind end, h.id, max(h.rank), max(h.changed_at), bool_or(h.more)
    from private.search_hits(
        kinds,
        array(select private.search_letter(k) from unnest(kinds) k),
        array(
            select to_hex(s.number) from private.search_space s
            where s.organization_id = organization and s.quarter is null
                and s.kind in ('OPEN', case when sees_all then 'CLOSED' end)),
        array(
            select to_hex(s.number) from private.search_space s
            where s.organization_id = organization and s.quarter is not null
                and s.kind in ('OPEN', case when sees_all then 'CLOSED' end)
            order by s.quarter desc),
        array(
            select to_hex(s.number) from private.search_space s
            where s.organization_id = organization and s.kind = 'DASHBOARD' and not sees_all
                and s.dashboard_id = any (near)),
        (select string_agg(private.search_term(w, false), ' & ') from unnest(asked) w),
        (select string_agg(private.search_term(w, true), ' & ') from unnest(asked) w),
        1000 / cardinality(kinds),
        case when not all_boards then near end,
        case when not all_kpis then array(select auth.dashboards('kpi:read')) end,
        case when not all_kpis then array(select auth.single_kpis('kpi:read')) end,
        case when held @> '{"action_plan:read": 3}' then '{}' else jsonb_build_object('ACTION', array(
            select auth.dashboards('action_plan:read') union all select auth.single_kpis('action_plan:read')
            union all select auth.owners('action_plan:read'))) end
        || case when held @> '{"comment:read": 3}' then '{}' else jsonb_build_object('COMMENT', array(
            select auth.dashboards('comment:read') union all select auth.single_kpis('comment:read'))) end,
        case when only_process is not null then array(
            select d.id from kpix.dashboard d
            where d.organization_id = organization and d.process in (
                select p.process
                from (select distinct b.process from kpix.dashboard b where b.organization_id = organization) p
                where private.search_fold(p.process) = folded_process)) end,
        only_owner, since, until
    ) h
    group by 1, 2;
end $$;
